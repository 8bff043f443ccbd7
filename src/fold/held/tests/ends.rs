use super::*;

#[test]
fn a_correction_takes_the_place_of_what_is_held_by_whatever_way_it_comes() {
    let by = |source: &str, hour, headline: &str, until| Item {
        source: source.to_owned(),
        ..agency(hour, headline, until)
    };
    let fixed = format!("CORRECTED-{GROUNDED}, 3 dead");
    let other = Some("tag:agency,2".to_owned());
    for (until, lines) in [(None, 1), (None, 2), (Some(9), 2)] {
        let mut desk = Desk::open();
        for line in ["ftp", "tcp"].iter().take(lines) {
            desk.takes(by(line, 0, GROUNDED, Some(9)));
        }
        let uri = if lines == 1 { other.clone() } else { by("", 0, "", None).uri };
        let decision = desk.takes(Item { uri, ..by("tcp", 1, &fixed, until) });
        assert_eq!((decision.verdict, decision.story), (Verdict::Correction, StoryId(1)));
        let ends: Vec<Seq> = (0..lines as u64).map(Seq).collect();
        assert_eq!(decision.ahead.expect("it ends some").ends, ends);
    }
}

#[test]
fn a_kill_ends_what_its_provider_holds_by_whatever_way_it_came() {
    let mut desk = Desk::open();
    for source in ["ftp", "tcp"] {
        desk.takes(Item { source: source.to_owned(), ..agency(0, GROUNDED, Some(9)) });
    }
    let kill = desk.takes(Item {
        source: "mail".to_owned(),
        pubstatus: PubStatus::Canceled,
        ..agency(1, GROUNDED, None)
    });
    assert_eq!((kill.state.killed, to_come(&kill)), (true, vec![]));
}
