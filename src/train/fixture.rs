//! A teacher small enough for tests: two layers of eight numbers, with weights by chance.

use std::path::Path;

use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::json;

use super::random::Random;

/// Words that invented headlines are made of.
pub(super) const WORDS: [&str; 24] = [
    "ferry", "boat", "harbour", "strike", "crew", "pay", "gold", "price", "record", "market",
    "mine", "ore", "vote", "minister", "party", "bill", "court", "ruling", "judge", "storm",
    "flood", "rain", "river", "bridge",
];

const HIDDEN: usize = 8;
const LAYERS: usize = 2;

/// The kind of teacher to write.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Family {
    /// `BertModel` with an uncased WordPiece tokenizer.
    Bert,
    /// `XLMRobertaModel` with whole words as tokens, as a stand-in for any other tokenizer.
    Roberta,
}

/// Writes a teacher's directory.
pub(super) fn write(directory: &Path, family: Family) {
    let roberta = family == Family::Roberta;
    let config = json!({
        "model_type": if roberta { "xlm-roberta" } else { "bert" },
        "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": 2,
        "intermediate_size": 16, "hidden_act": "gelu", "max_position_embeddings": 40,
        "layer_norm_eps": 1e-5, "pad_token_id": 1,
    });
    let save = |name: &str, value: serde_json::Value| {
        std::fs::write(directory.join(name), value.to_string()).expect("a file is written");
    };
    save("config.json", config);
    save("tokenizer.json", tokenizer(family));
    let bytes = weights(roberta);
    std::fs::write(directory.join("model.safetensors"), bytes).expect("a file is written");
}

fn tokenizer(family: Family) -> serde_json::Value {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
    let tokens = special.iter().chain(&WORDS).copied().chain(["##s"]);
    let vocabulary: serde_json::Map<_, _> =
        tokens.enumerate().map(|(id, token)| (token.to_owned(), json!(id))).collect();
    let model = match family {
        Family::Bert => json!({
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary,
        }),
        Family::Roberta => {
            json!({ "type": "WordLevel", "unk_token": "[UNK]", "vocab": vocabulary })
        }
    };
    let (normalizer, splitter) = match family {
        Family::Bert => (
            json!({ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": null, "lowercase": true }),
            json!({ "type": "BertPreTokenizer" }),
        ),
        Family::Roberta => (json!(null), json!({ "type": "Whitespace" })),
    };
    json!({
        "version": "1.0", "truncation": null, "added_tokens": [], "decoder": null,
        // Fixed padding, as real teachers have it, must not reach the mean.
        "padding": { "strategy": { "Fixed": 32 }, "direction": "Right", "pad_id": 0,
                     "pad_type_id": 0, "pad_token": "[PAD]", "pad_to_multiple_of": null },
        "normalizer": normalizer, "pre_tokenizer": splitter, "model": model,
        "post_processor": { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] },
    })
}

fn weights(roberta: bool) -> Vec<u8> {
    let mut shapes = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![WORDS.len() + 5, HIDDEN]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![40, HIDDEN]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, HIDDEN]),
    ];
    let norm = |shapes: &mut Vec<(String, Vec<usize>)>, name: &str| {
        shapes.push((format!("{name}.weight"), vec![HIDDEN]));
        shapes.push((format!("{name}.bias"), vec![HIDDEN]));
    };
    norm(&mut shapes, "embeddings.LayerNorm");
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        for (part, wide, narrow) in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", 16, HIDDEN),
            ("output.dense", HIDDEN, 16),
        ] {
            shapes.push((name(&format!("{part}.weight")), vec![wide, narrow]));
            shapes.push((name(&format!("{part}.bias")), vec![wide]));
        }
        norm(&mut shapes, &name("attention.output.LayerNorm"));
        norm(&mut shapes, &name("output.LayerNorm"));
    }
    let mut random = Random::new(11);
    let prefix = if roberta { "roberta." } else { "" };
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let count: usize = shape.iter().product();
            let ones = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
            let size = if name.contains("word_embeddings") { 1.0 } else { 0.2 };
            let number = |_| (ones + size * random.symmetric()).to_le_bytes();
            let bytes = (0..count).flat_map(number).collect();
            (format!("{prefix}{name}"), shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).expect("a tensor");
        (name.clone(), view)
    });
    serialize(views, None).expect("a file of tensors")
}
