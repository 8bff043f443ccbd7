//! Broken input: whatever is done to a fixture, no parser panics, hangs or multiplies it.

use proptest::prelude::*;

use super::*;

pub(super) const FIXTURES: &[&[u8]] = &[
    include_bytes!("../../../tests/data/format/anpa.tst"),
    include_bytes!("../../../tests/data/format/atom.xml"),
    include_bytes!("../../../tests/data/format/headlines.ndjson"),
    include_bytes!("../../../tests/data/format/headlines.tsv"),
    include_bytes!("../../../tests/data/format/iptc7901.txt"),
    include_bytes!("../../../tests/data/format/jsonfeed.json"),
    include_bytes!("../../../tests/data/format/list.txt"),
    include_bytes!("../../../tests/data/format/mail.eml"),
    include_bytes!("../../../tests/data/format/newsml-1.xml"),
    include_bytes!("../../../tests/data/format/newsml-g2.xml"),
    include_bytes!("../../../tests/data/format/ninjs.json"),
    include_bytes!("../../../tests/data/format/nitf.xml"),
    include_bytes!("../../../tests/data/format/rdf.xml"),
    include_bytes!("../../../tests/data/format/rss.xml"),
];

/// What is done to the bytes; places are taken modulo their number.
#[derive(Clone, Debug)]
enum Mutation {
    Cut(usize),
    Flip(usize, u8),
    Delete(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, &'static str),
    /// A piece of another fixture.
    Splice(usize, usize, usize),
}

/// Pieces that matter to parsers.
const TOKENS: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE",
    "<?",
    "</",
    "/>",
    "<item>",
    "</item>",
    "<entry>",
    "&amp;",
    "&#0;",
    "&#x110000;",
    "=?utf-8?Q?=",
    "?=",
    "=C3",
    "--x1",
    ": ",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\u0000",
    "\t",
    "\n",
    "\r\n",
    "\n\n",
    "\x01",
    "\x02",
    "\x03",
    "\x04",
    "\x16",
    "=",
    "<\n",
    "^",
    "• ",
    "By ",
    "date ",
    "é",
    "\u{feff}",
    "99999999999999999999",
    "2026-11-23T24:00:00Z",
    "(",
    ") -",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<usize>();
    prop_oneof![
        place.prop_map(Mutation::Cut),
        (place, any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        (place, 1..64_usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        (place, 1..64_usize, 1..40_usize)
            .prop_map(|(at, length, n)| Mutation::Repeat(at, length, n)),
        (place, proptest::sample::select(TOKENS))
            .prop_map(|(at, token)| Mutation::Insert(at, token)),
        (place, place, place).prop_map(|(at, from, length)| Mutation::Splice(at, from, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let size = bytes.len() + 1;
    match *mutation {
        Mutation::Cut(at) => bytes.truncate(at % size),
        Mutation::Flip(at, byte) => {
            if let Some(flipped) = bytes.get_mut(at % size) {
                *flipped ^= byte;
            }
        }
        Mutation::Delete(at, length) => {
            let at = at % size;
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Mutation::Repeat(at, length, times) => {
            let at = at % size;
            let piece = bytes[at..(at + length).min(bytes.len())].repeat(times);
            bytes.splice(at..at, piece);
        }
        Mutation::Insert(at, token) => {
            let at = at % size;
            bytes.splice(at..at, token.bytes());
        }
        Mutation::Splice(at, from, length) => {
            let (at, other) = (at % size, FIXTURES[from % FIXTURES.len()]);
            let start = from / FIXTURES.len() % other.len();
            let end = (start + length % 512).min(other.len());
            bytes.splice(at..at, other[start..end].iter().copied());
        }
    }
}

proptest! {
    // A finding becomes a test of its own, not a seed in a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_input_is_read_or_rejected_by_every_format(
        fixture in 0..FIXTURES.len(),
        mutations in proptest::collection::vec(mutation(), 1..8),
        chunk in 1..200_usize,
    ) {
        let mut bytes = FIXTURES[fixture].to_vec();
        mutations.iter().for_each(|mutation| apply(&mut bytes, mutation));
        let options = Options { max_record: 4096, ..options() };
        for (word, format) in Format::WORDS {
            let whole = parse(*format, &bytes, &options);
            prop_assert!(whole.len() <= bytes.len() + 1, "{word} multiplied its input");
            for reject in whole.iter().filter_map(|record| record.as_ref().err()) {
                prop_assert!(reject.offset.is_some_and(|at| at <= bytes.len() as u64), "{word}: {reject:?}");
                prop_assert!(reject.reason.ends_with('.'), "{word}: {}", reject.reason);
            }
            let mut parser = Parser::new(*format, options.clone());
            let mut out = Vec::new();
            bytes.chunks(chunk).for_each(|piece| parser.feed(piece, &mut out));
            parser.finish(&mut out);
            prop_assert_eq!(out.len(), whole.len(), "{} depends on how it is cut", word);
        }
    }
}
