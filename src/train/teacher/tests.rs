use std::fs;

use super::*;
use crate::train::Silent;
use crate::train::fixture::{Family, write};

fn teacher(family: Family) -> (tempfile::TempDir, Teacher) {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), family);
    let teacher = Teacher::load(directory.path()).expect("a teacher");
    (directory, teacher)
}

fn embed(teacher: &Teacher, texts: &[&str]) -> Array2<f32> {
    teacher.embed(texts, &mut Silent).expect("vectors")
}

#[test]
fn vectors_have_length_one_and_do_not_depend_on_the_batch() {
    let (_directory, teacher) = teacher(Family::Bert);
    let texts = ["ferry strike", "gold price record market", "", "storm"];
    let together = embed(&teacher, &texts);
    for (text, vector) in texts.iter().zip(together.rows()) {
        assert!((vector.dot(&vector) - 1.0).abs() < 1e-5, "{text:?}");
        let alone = embed(&teacher, &[text]);
        assert_eq!(alone.row(0), vector, "{text:?}");
    }
}

#[test]
fn order_of_words_matters_and_their_case_does_not() {
    let (_directory, teacher) = teacher(Family::Bert);
    let vectors = embed(&teacher, &["storm court", "court storm", "Storm COURT"]);
    assert_ne!(vectors.row(0), vectors.row(1));
    assert_eq!(vectors.row(0), vectors.row(2));
}

#[test]
fn a_text_longer_than_the_model_is_cut_and_keeps_its_last_token() {
    let (_directory, teacher) = teacher(Family::Bert);
    let tokens = teacher.tokens().encode(&"ferry ".repeat(100)).expect("tokens");
    assert_eq!((tokens.len(), tokens[0], tokens[39]), (40, 2, 3));
    assert!(embed(&teacher, &[&"ferry ".repeat(100)]).iter().all(|value| value.is_finite()));
}

#[test]
fn a_roberta_counts_positions_from_behind_the_padding_token() {
    let (_directory, teacher) = teacher(Family::Roberta);
    assert!(teacher.tokens().word_piece().is_none());
    let tokens = teacher.tokens().encode(&"ferry ".repeat(100)).expect("tokens");
    assert_eq!(tokens.len(), 38);
    let vector = embed(&teacher, &["ferry strike"]);
    assert!(vector.iter().all(|value| value.is_finite()));
}

#[test]
fn an_uncased_bert_lends_its_vocabulary() {
    let (_directory, teacher) = teacher(Family::Bert);
    let pieces = teacher.tokens().word_piece().expect("WordPiece").expect("a vocabulary");
    assert_eq!((pieces.len(), pieces.piece(4)), (29, "ferry"));
}

/// Changes `config.json` by a replacement and tells why the directory is then refused.
#[track_caller]
fn refused(file: &str, from: &str, to: &str, because: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), Family::Bert);
    let path = directory.path().join(file);
    let text = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, if from.is_empty() { to.to_owned() } else { text.replace(from, to) })
        .expect("a file is written");
    let error = match Teacher::load(directory.path()) {
        Ok(_) => panic!("accepted although {because}"),
        Err(error) => error.to_string(),
    };
    assert!(error.contains(because), "{error}");
}

#[test]
fn teachers_that_cannot_be_run_are_refused_with_the_reason() {
    refused("config.json", "\"bert\"", "\"t5\"", "its model_type is \"t5\"");
    refused("config.json", "\"gelu\"", "\"silu\"", "its activation is \"silu\"");
    refused("config.json", "\"num_attention_heads\":2", "\"num_attention_heads\":3", "no multiple");
    refused("config.json", "\"num_hidden_layers\":2", "\"num_hidden_layers\":3", "is missing");
    refused("model.safetensors", "", "not tensors", "cannot be used");
    refused(
        "modules.json",
        "",
        r#"[{"type": "sentence_transformers.models.Dense"}]"#,
        "has a sentence_transformers.models.Dense",
    );
}

#[test]
fn a_directory_without_a_teacher_is_told_what_belongs_in_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let error = Teacher::load(directory.path()).err().expect("no teacher").to_string();
    assert!(error.contains("has no config.json. Name the directory"), "{error}");
}

#[test]
fn weights_that_are_not_as_the_configuration_says_are_refused_with_their_names_and_shapes() {
    let (directory, _) = teacher(Family::Bert);
    let path = directory.path().join("config.json");
    let text = fs::read_to_string(&path).expect("a configuration");
    for (right, wrong, said) in [
        ("\"hidden_size\":8", "\"hidden_size\":10", "[29, 8], config.json wants [1 or more, 10]"),
        ("embeddings\":40", "embeddings\":50", "[40, 8], config.json wants [50 or more, 8]"),
    ] {
        assert!(text.contains(right), "{text}");
        fs::write(&path, text.replace(right, wrong)).expect("written");
        let error = Teacher::load(directory.path()).err().expect("other shapes").to_string();
        assert!(
            error.contains("embeddings.weight has the shape") && error.contains(said),
            "{error}"
        );
    }
}
