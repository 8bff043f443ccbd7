use super::*;
#[cfg(feature = "train")]
use crate::fold::embedding::Embedding;

/// What a vocabulary, pieces apart by blanks or line ends, makes of a text.
#[track_caller]
fn spelt(vocabulary: &str, text: &str, expected: &str) {
    let pieces = WordPiece::new(vocabulary.replace(' ', "\n")).expect("a vocabulary");
    let mut found = Vec::new();
    pieces.tokenize(text, |id| found.push(pieces.piece(id).to_owned()));
    assert_eq!(found.join(" "), expected, "{text:?}");
}

#[test]
fn the_longest_piece_that_fits_is_taken_first() {
    let vocabulary = "[UNK] port ports ##s ##mouth port ##mo ##uth";
    spelt(vocabulary, "ports port", "ports port");
    spelt(vocabulary, "portmouth", "port ##mouth");
    spelt(vocabulary, "portmouths", "port ##mouth ##s");
}

#[test]
fn a_word_that_cannot_be_spelt_to_its_end_is_unknown_as_a_whole() {
    spelt("[UNK] port ##s", "portx ports", "[UNK] port ##s");
}

#[test]
fn a_later_piece_does_not_begin_a_word() {
    spelt("[UNK] ##s a", "s a", "[UNK] a");
}

#[test]
fn text_that_looks_like_a_special_piece_is_text() {
    spelt("[UNK] [ ] mask [MASK]", "[MASK]", "[ mask ]");
}

#[test]
fn a_vocabulary_with_windows_line_ends_and_without_the_last_one_is_read() {
    let pieces = WordPiece::new("[UNK]\r\nport\r\nferry").expect("a vocabulary");
    assert_eq!((pieces.len(), pieces.piece(1), pieces.piece(2)), (3, "port", "ferry"));
}

#[test]
fn a_vocabulary_without_an_unknown_piece_is_refused() {
    let error = WordPiece::new("port\nferry\n").expect_err("no [UNK]");
    assert!(error.to_string().contains("[UNK]"), "{error}");
}

/// The pieces that the texts below need, out of the vocabulary of bert-base-uncased.
const VOCABULARY: &str = include_str!("vocabulary.txt");

/// Invented headlines, and the pieces that the reference tokenizer (Python package tokenizers
/// 0.23.3) makes of them with the whole vocabulary.
#[rustfmt::skip]
const REFERENCE: &[(&str, &str)] = &[
    ("Harbour ferry strike ends after eleven days",
        "harbour ferry strike ends after eleven days"),
    ("Ministers weigh £4.5bn rescue of Northgate Rail",
        "ministers weigh £ ##4 . 5 ##bn rescue of north ##gate rail"),
    ("CORRECTED-Oakvale Q3 profit falls 12%, not 21%",
        "corrected - oak ##vale q ##3 profit falls 12 % , not 21 %"),
    ("São Tomé votes: opposition’s Évora claims victory",
        "sao tome votes : opposition ’ s ev ##ora claims victory"),
    ("Zxqvory’s deal “off”, says Müller-Lüdenscheidt",
        "z ##x ##q ##vor ##y ’ s deal “ off ” , says muller - lu ##den ##sche ##id ##t"),
    ("東京 markets close higher", "東 京 markets close higher"),
    ("Москва and Kraków sign accord", "м ##о ##с ##к ##в ##а and krakow sign accord"),
    ("Rain\u{ad}fall record\tbroken\u{200b} in Łódź\u{a0}– again",
        "rainfall record broken in łodz – again"),
    ("naïve cafés re-open…", "naive cafes re - open …"),
    ("한국 exports up", "ᄒ ##ᅡ ##ᆫ ##ᄀ ##ᅮ ##ᆨ exports up"),
    ("ﬁnal ½ ①", "ﬁ ##nal ½ [UNK]"),
    ("हिन्दी news", "ह ##ि ##न ##द ##ी news"),
    ("🎉 Fair opens", "[UNK] fair opens"),
    ("ΟΔΟΣ İzmir ẞtraße", "ο ##δ ##ο ##σ i ##z ##mir ß ##tra ##ße"),
    ("", ""),
];

#[test]
fn headlines_get_the_pieces_of_the_reference_tokenizer() {
    for (text, expected) in REFERENCE {
        spelt(VOCABULARY, text, expected);
    }
}

#[test]
fn a_word_of_more_than_a_hundred_letters_is_unknown() {
    spelt("[UNK] x ##x", &"x".repeat(101), "[UNK]");
    spelt("[UNK] x ##x", &"x".repeat(100), &format!("x{}", " ##x".repeat(99)));
}

/// Takes real headlines, so it runs only where `WIREFOLD_SHARED_DATA` names their folder.
#[cfg(feature = "train")]
#[test]
fn ten_thousand_headlines_get_the_pieces_of_the_reference_tokenizer() {
    let Ok(folder) = std::env::var("WIREFOLD_SHARED_DATA") else {
        return crate::terminal::note("skipped: WIREFOLD_SHARED_DATA is not set");
    };
    let pieces = Embedding::built_in().pieces();
    let vocabulary: serde_json::Map<_, _> = pieces
        .vocabulary()
        .lines()
        .zip(0_u32..)
        .map(|(piece, id)| (piece.into(), id.into()))
        .collect();
    let reference = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "strip_accents": null,
                        "handle_chinese_chars": true, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" }, "post_processor": null, "decoder": null,
        "model": { "type": "WordPiece", "unk_token": UNKNOWN, "vocab": vocabulary,
                   "continuing_subword_prefix": CONTINUES,
                   "max_input_chars_per_word": LONGEST_WORD },
    });
    let reference: tokenizers::Tokenizer =
        reference.to_string().parse().expect("a tokenizer of the same vocabulary");
    let mut compared = 0;
    for file in ["stories_og2021_dev.tsv", "stories_uci5pub_dev.tsv"] {
        let path = std::path::Path::new(&folder).join(file);
        let text = std::fs::read_to_string(path).expect("labelled stories");
        for headline in text.lines().skip(1).filter_map(|line| line.split('\t').nth(4)) {
            let mut found = Vec::new();
            pieces.tokenize(headline, |id| found.push(id));
            let expected = reference.encode(headline, false).expect("an encoding");
            assert_eq!(found, expected.get_ids(), "{headline:?}");
            compared += 1;
        }
    }
    assert!(compared >= 10_000, "only {compared} headlines were there to compare");
}
