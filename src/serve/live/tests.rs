use super::*;

fn message(position: u64, bytes: usize) -> Message {
    let id = format!("sea/{position}");
    Message { position: Position(position), id, kind: "story", json: "x".repeat(bytes) }
}

fn line(positions: std::ops::Range<u64>, bytes: usize) -> Line {
    let line = Line::new("sea", None, Position(1));
    for position in positions {
        line.add(std::iter::once(message(position, bytes)), Position(position + 1));
    }
    line
}

fn after(line: &Line, next: u64, portion: usize) -> Option<(Vec<u64>, u64)> {
    let (messages, next) = line.after(Position(next), portion)?;
    Some((messages.iter().map(|message| message.position.0).collect(), next.0))
}

#[test]
fn a_line_tells_what_comes_next_in_portions() {
    let line = line(3..8, 10);
    assert_eq!(after(&line, 1, 1_000), Some((vec![3, 4, 5, 6, 7], 8)));
    assert_eq!(after(&line, 5, 1_000), Some((vec![5, 6, 7], 8)));
    assert_eq!(after(&line, 1, 15), Some((vec![3, 4], 5)));
    assert_eq!(after(&line, 8, 1_000), Some((vec![], 8)));
    assert_eq!(after(&line, 9, 1_000), Some((vec![], 9)), "what is not yet read is not told");
}

#[test]
fn a_line_keeps_so_many_messages_and_so_many_bytes_and_knows_what_it_lost() {
    let many = line(1..2_001, 1);
    assert_eq!(after(&many, 976, 1_000_000), None);
    assert_eq!(after(&many, 977, 1_000_000).unwrap().0.len(), 1_024);
    let large = line(1..11, 1 << 20);
    assert_eq!(after(&large, 6, 1), None);
    assert_eq!(after(&large, 7, 1), Some((vec![7], 8)));
}

#[test]
fn an_event_is_one_block_and_a_sign_of_life_moves_the_id_on() {
    let messages = vec![Arc::new(message(4, 3)), Arc::new(message(5, 2))];
    let text = Told::Messages(messages).sse();
    let expected = "id: sea/4\nevent: story\ndata: xxx\n\nid: sea/5\nevent: story\ndata: xx\n\n";
    assert_eq!(&text[..], expected.as_bytes());
    assert_eq!(&Told::Alive("sea/9".to_owned()).sse()[..], b": alive\nid: sea/9\n\n");
}
