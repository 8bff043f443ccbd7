use super::*;

/// Four pieces on two axes; `of` has no row.
fn draft(rows: &[f32]) -> Vec<u8> {
    let pieces = WordPiece::new("[UNK]\nof\nferry\nboat\ngold").expect("a vocabulary");
    let languages = [Language::ENGLISH];
    Draft { teacher: "invented", languages: &languages, pieces: &pieces, dimensions: 2, rows }
        .encode()
}

const ROWS: [f32; 10] = [0.0, 0.0, 0.0, 0.0, 3.0, 0.3, 1.0, 0.0, 0.0, 2.0];

fn small() -> Embedding {
    Embedding::parse(draft(&ROWS).into()).expect("an embedding just encoded")
}

#[track_caller]
fn refused(bytes: Vec<u8>, because: &str) {
    let error = Embedding::parse(bytes.into()).expect_err(because).to_string();
    assert!(error.contains(because), "{error}");
}

#[test]
fn what_was_encoded_is_read_back() {
    let embedding = small();
    assert_eq!(embedding.teacher(), "invented");
    assert_eq!(embedding.languages(), [Language::ENGLISH]);
    assert_eq!((embedding.dimensions(), embedding.pieces().len()), (2, 5));
    let ferry = embedding.embed("Ferry").expect("a vector");
    assert_eq!(ferry.components()[..3], [127, 13, 0]);
}

#[test]
fn similar_pieces_are_near_and_others_are_not() {
    let embedding = small();
    let [ferry, boat, gold] =
        ["ferry", "boat", "gold"].map(|text| embedding.embed(text).expect("a vector"));
    assert!(ferry.cosine(&boat) > 0.99);
    assert_eq!(boat.cosine(&gold), 0.0);
    assert_eq!(ferry.cosine(&gold).to_bits(), gold.cosine(&ferry).to_bits());
    assert!((ferry.cosine(&ferry) - 1.0).abs() < 1e-6);
}

#[test]
fn a_headline_is_the_sum_of_its_pieces() {
    let embedding = small();
    let both = embedding.embed("boat of gold").expect("a vector");
    assert_eq!(both.components()[..2], [63, 127]);
    assert_eq!(both.sign_bits(), 0b11);
}

#[test]
fn a_headline_without_a_known_piece_has_no_vector() {
    assert_eq!(small().embed("of xyz"), None);
    assert_eq!(small().embed(""), None);
}

#[test]
fn opposite_sums_have_no_direction_rather_than_a_wrong_one() {
    let embedding =
        Embedding::parse(draft(&[0.0, 0.0, 0.0, 0.0, 1.0, 0.5, -1.0, -0.5, 0.0, 1.0]).into())
            .expect("an embedding");
    assert_eq!(embedding.embed("ferry boat"), None);
}

#[test]
fn a_headline_of_a_thousand_pieces_does_not_overflow() {
    let long = embedding_text("ferry", 1_000);
    let vector = small().embed(&long).expect("a vector");
    assert_eq!(vector.components()[..2], [127, 13]);
}

fn embedding_text(word: &str, times: usize) -> String {
    vec![word; times].join(" ")
}

#[test]
fn damaged_files_are_refused_with_the_reason() {
    let good = draft(&ROWS);
    refused(Vec::new(), "first bytes are other");
    refused(b"a text file that is no model at all".to_vec(), "first bytes are other");
    for length in [9, 10, 20, good.len() - 1] {
        refused(good[..length].to_vec(), "was cut or damaged");
    }
    refused([good.as_slice(), b"x"].concat(), "was cut or damaged");
    let mut newer = good.clone();
    newer[8] = 2;
    refused(newer, "is of format 2, and this wirefold reads format 1");
    let mut flipped = good.clone();
    let last_row = flipped.len() - 17;
    flipped[last_row] ^= 1;
    refused(flipped, "was cut or damaged");
}

#[test]
fn a_missing_file_is_named() {
    let error = Embedding::load(Path::new("/nowhere/model.bin")).expect_err("no file");
    assert!(error.to_string().starts_with("The embedding /nowhere/model.bin cannot be read"));
}

#[test]
fn the_shipped_embedding_knows_english_and_tells_topics_apart() {
    let embedding = Embedding::built_in();
    assert!(embedding.knows(Language::ENGLISH));
    assert!(!embedding.knows(Language::parse("sl").expect("a language")));
    let vector = |text| embedding.embed(text).expect("a vector");
    let strike = vector("Ferry crews walk out over pay");
    let same = vector("Boat workers strike for higher wages");
    let other = vector("Gold prices climb to a record");
    assert!(strike.cosine(&same) > strike.cosine(&other) + 0.2);
}

/// The same text must give the same bytes on every machine: a change here changes verdicts.
#[test]
fn the_shipped_embedding_gives_these_very_components() {
    let vector = Embedding::built_in().embed("Harbour ferry strike ends").expect("a vector");
    insta::assert_snapshot!(format!("{:?}", &vector.components()[..16]), @"[53, -60, -3, -82, 80, -50, 15, -64, -65, 23, 70, -29, 116, 97, -30, -89]");
}
