use super::*;
use crate::train::Silent;
use crate::train::fixture::{Family, WORDS, write};
use crate::train::random::Random;

/// A directory with a teacher and a corpus of invented headlines.
fn prepared(family: Family) -> (tempfile::TempDir, Options) {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), family);
    let mut random = Random::new(5);
    let mut headline = || -> String {
        let words: Vec<&str> = (0..5).map(|_| WORDS[random.below(WORDS.len())]).collect();
        words.join(" ") + "\n"
    };
    let corpus = directory.path().join("corpus.txt");
    let text: String = (0..1_500).map(|_| headline()).collect();
    std::fs::write(&corpus, text).expect("a corpus is written");
    let options = Options {
        dimensions: 6,
        holdout: 0.1,
        cache: Some(directory.path().join("cache")),
        ..Options::new(directory.path(), vec![corpus])
    };
    (directory, options)
}

fn trained(options: &Options) -> Trained {
    train(options, &mut Silent).expect("an embedding")
}

#[test]
fn fitting_brings_the_student_near_its_teacher() {
    let (_directory, options) = prepared(Family::Bert);
    let trained = trained(&options);
    assert!(trained.after.all > trained.before.all, "{} {}", trained.before, trained.after);
    assert!(trained.after.all > 0.8, "{}", trained.after);
    let embedding = Embedding::parse(trained.bytes.into()).expect("an embedding");
    assert_eq!((embedding.dimensions(), embedding.pieces().len()), (6, 29));
    assert!(embedding.embed("ferry strike").is_some());
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_or_without_the_cache() {
    let (_directory, options) = prepared(Family::Bert);
    let first = trained(&options);
    let cached = trained(&options);
    let fresh = trained(&Options { cache: None, ..options.clone() });
    assert_eq!(first.bytes, cached.bytes);
    assert_eq!(first.bytes, fresh.bytes);
    let other = trained(&Options { seed: 2, ..options });
    assert_ne!(first.bytes, other.bytes);
}

#[test]
fn a_teacher_without_word_pieces_gets_a_vocabulary_from_the_corpus() {
    let (_directory, options) = prepared(Family::Roberta);
    let swedish = Language::parse("sv").expect("a language");
    let options = Options { languages: vec![swedish], ..options };
    let trained = trained(&options);
    assert!(trained.after.all > 0.8, "{}", trained.after);
    let embedding = Embedding::parse(trained.bytes.into()).expect("an embedding");
    assert!(embedding.knows(swedish) && !embedding.knows(Language::ENGLISH));
    for word in WORDS {
        let mut pieces = 0;
        embedding.pieces().tokenize(word, |_| pieces += 1);
        assert_eq!(pieces, 1, "{word} is common and has a piece of its own");
    }
}

#[test]
fn a_cache_of_another_teacher_is_refused() {
    let (directory, options) = prepared(Family::Bert);
    trained(&options);
    write(directory.path(), Family::Roberta);
    let error = train(&options, &mut Silent).expect_err("another teacher").to_string();
    assert!(error.contains("is of another teacher or damaged"), "{error}");
}

#[test]
fn too_little_text_is_refused() {
    let (directory, options) = prepared(Family::Bert);
    std::fs::write(directory.path().join("corpus.txt"), "one line\none line\n").expect("written");
    let error = train(&options, &mut Silent).expect_err("too little").to_string();
    assert!(error.contains("has 1 different lines"), "{error}");
}

#[test]
fn more_dimensions_than_the_teacher_has_are_refused_before_anything_is_read() {
    let (_directory, options) = prepared(Family::Bert);
    let options = Options { dimensions: 9, corpora: vec!["nowhere".into()], ..options };
    let error = train(&options, &mut Silent).expect_err("8 numbers").to_string();
    assert!(error.contains("have 8 numbers, fewer than the 9"), "{error}");
}

#[test]
fn a_teacher_that_says_what_is_no_number_is_refused_with_the_line() {
    let (directory, options) = prepared(Family::Bert);
    let path = directory.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).expect("weights");
    // The last number of the last tensor.
    let at = bytes.len() - 4;
    bytes[at..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(&path, bytes).expect("written");
    let error = train(&options, &mut Silent).expect_err("not a number").to_string();
    assert!(
        error.contains("The teacher's vector of \"") && error.contains("not finite"),
        "{error}"
    );
}
