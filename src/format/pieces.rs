//! A whole input, read piece by piece: its records come as its lines are read.

use super::{Format, Options, Parser, Record};

/// Bytes of lines that are read at a time: no more records come of them.
const PIECE: usize = 16 * 1024;

/// The records of a whole input, as many at a time as a piece of it holds. A document is one piece.
pub struct Pieces<B> {
    bytes: B,
    parser: Parser,
    /// Bytes that the parser has been given.
    given: usize,
    /// Bytes that it is given at a time. A piece that has fewer is the last.
    piece: usize,
    finished: bool,
}

impl<B: AsRef<[u8]>> Pieces<B> {
    /// Reads `bytes`, which are all of the input.
    pub fn new(format: Format, bytes: B, options: &Options) -> Pieces<B> {
        let whole = bytes.as_ref();
        let known = match format {
            // All of the input tells it better than its first piece.
            Format::Auto => Format::detect(whole).unwrap_or(format),
            named => named,
        };
        let mut parser = Parser::new(known, options.clone());
        parser.expect(whole);
        let piece = match known {
            Format::List | Format::Tsv | Format::Ndjson => PIECE,
            _ => usize::MAX,
        };
        Pieces { bytes, parser, given: 0, piece, finished: false }
    }

    /// The bytes that are read next.
    pub fn ahead(&self) -> &[u8] {
        let rest = &self.bytes.as_ref()[self.given..];
        &rest[..rest.len().min(self.piece)]
    }

    /// Offset of what is read next.
    pub fn offset(&self) -> u64 {
        self.given as u64
    }

    /// See [`Parsed::cut`](super::Parsed::cut); known at the end.
    pub fn cut(&self) -> bool {
        self.parser.cut()
    }

    /// See [`Parser::take_notice`].
    pub fn take_notice(&mut self) -> Option<String> {
        self.parser.take_notice()
    }
}

impl<B: AsRef<[u8]>> Iterator for Pieces<B> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        if self.finished {
            return None;
        }
        let mut records = Vec::new();
        let rest = &self.bytes.as_ref()[self.given..];
        let piece = &rest[..rest.len().min(self.piece)];
        self.given += piece.len();
        self.finished = piece.len() < self.piece;
        self.parser.feed(piece, &mut records);
        if self.finished {
            self.parser.finish(&mut records);
        }
        Some(records)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::options;
    use super::*;
    use crate::format::{MAX_RECORDS, parse};

    fn at_once(format: Format, text: &str) -> Vec<Record> {
        let mut records = Vec::new();
        let mut parser = Parser::new(format, options());
        parser.feed(text.as_bytes(), &mut records);
        parser.finish(&mut records);
        records
    }

    #[test]
    fn what_is_read_in_pieces_is_what_is_read_at_once() {
        let line = |n: usize| format!("{{\"headline\": \"Ferry {n} is late\"}}\n");
        let headline = |n: usize| format!("Ferry {n} is late\n• By A B\n• 03/04/2026 10:00\n");
        let mut page: String = (0..1_000).map(headline).collect();
        // Only the last date tells that the day comes first.
        page.push_str("Ferry sinks\n• By A B\n• 23/04/2026 10:00\n");
        for text in [(0..1_000).map(line).collect(), page] {
            assert!(text.len() > 2 * PIECE);
            let expected = at_once(Format::Auto, &text);
            assert!(expected.len() >= 1_000);
            assert_eq!(parse(Format::Auto, text.as_bytes(), &options()), expected);
        }
    }

    #[test]
    fn a_piece_holds_few_records_however_many_the_input_has() {
        let text = "1\n".repeat(4 * MAX_RECORDS.max(PIECE));
        for format in [Format::Ndjson, Format::List, Format::Auto] {
            let pieces = Pieces::new(format, text.as_bytes(), &options());
            let counts: Vec<usize> = pieces.map(|records| records.len()).collect();
            assert!(counts.iter().all(|count| *count <= PIECE / 2), "{format:?}");
            assert!(counts.iter().sum::<usize>() > 3 * PIECE, "{format:?}");
        }
    }

    #[test]
    fn a_document_has_so_many_records_and_one_reject_for_the_rest() {
        let many = MAX_RECORDS + 10;
        for (format, text) in [
            (Format::Ndjson, format!("[{}1]", "1,".repeat(many))),
            (Format::Ndjson, format!("{{\"items\": [{}{{}}]}}", "{},".repeat(many))),
            (Format::Feed, format!("{{\"items\": [{}1]}}", "1,".repeat(many))),
            (Format::Iptc7901, "\x01a\x02b\x03".repeat(many)),
            (Format::Iptc7901, "ZCZC\nRain\nNNNN\n".repeat(many)),
            (Format::Anpa, "\x01a\x02b\x03".repeat(many)),
            (Format::Feed, format!("<rss><channel>{}</channel></rss>", "<item/>".repeat(many))),
            (Format::NewsmlG2, format!("<m>{}</m>", "<newsItem/>".repeat(many))),
        ] {
            let records = parse(format, text.as_bytes(), &options());
            assert_eq!(records.len(), MAX_RECORDS + 1, "{format:?} {}", &text[..20]);
            let last = records.last().unwrap().as_ref().unwrap_err();
            assert!(last.reason.contains("more than 2000 records"), "{}", last.reason);
        }
    }
}
