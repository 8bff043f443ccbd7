//! What a teacher's directory says about itself.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::train::TrainError;

/// What running the encoder takes besides its weights.
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) epsilon: f32,
    pub(super) activation: Activation,
    /// Added to each position: the RoBERTa family counts from the padding token's number on.
    pub(super) first_position: usize,
    /// Most tokens of a text, the two at its ends among them.
    pub(super) longest: usize,
    /// Pool by the first token in place of the mean.
    pub(super) first_token: bool,
}

/// The non-linear step of the feed-forward layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    Gelu,
    Relu,
}

/// `config.json`, in the names of the transformers library.
#[derive(Deserialize)]
struct ModelConfig {
    #[serde(rename = "_name_or_path", default)]
    name: String,
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    #[serde(default = "layer_norm_eps")]
    layer_norm_eps: f32,
    #[serde(default = "hidden_act")]
    hidden_act: String,
    max_position_embeddings: usize,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    pad_token_id: Option<usize>,
}

fn layer_norm_eps() -> f32 {
    1e-12
}

fn hidden_act() -> String {
    "gelu".to_owned()
}

/// `1_Pooling/config.json`, in the names of the sentence-transformers library.
#[derive(Deserialize)]
struct Pooling {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

/// One line of `modules.json`.
#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
}

/// `sentence_bert_config.json`.
#[derive(Deserialize)]
struct Sentence {
    #[serde(default)]
    max_seq_length: Option<usize>,
}

impl Settings {
    pub(super) fn read(directory: &Path) -> Result<Settings, TrainError> {
        let model: ModelConfig = json(directory, "config.json")?.ok_or_else(|| {
            TrainError::new(format!(
                "The teacher {} has no config.json. Name the directory of a sentence transformer: \
                 config.json, model.safetensors and tokenizer.json.",
                directory.display()
            ))
        })?;
        let refuse = |what: String| {
            Err(TrainError::new(format!(
                "The teacher {} cannot be run: {what}.",
                directory.display()
            )))
        };
        let roberta = match model.model_type.as_str() {
            "bert" => false,
            "roberta" | "xlm-roberta" | "camembert" => true,
            other => {
                return refuse(format!(
                    "its model_type is {other:?}, and bert, roberta, xlm-roberta and camembert \
                     are supported"
                ));
            }
        };
        let positions = model.position_embedding_type.unwrap_or_else(|| "absolute".to_owned());
        if positions != "absolute" {
            return refuse(format!("its positions are {positions:?}, not absolute"));
        }
        let activation = match model.hidden_act.as_str() {
            "gelu" => Activation::Gelu,
            "relu" => Activation::Relu,
            other => return refuse(format!("its activation is {other:?}, not gelu or relu")),
        };
        if model.num_attention_heads == 0
            || !model.hidden_size.is_multiple_of(model.num_attention_heads)
        {
            return refuse("its hidden_size is no multiple of num_attention_heads".to_owned());
        }
        let first_token = match json::<Pooling>(&directory.join("1_Pooling"), "config.json")? {
            None => false,
            Some(Pooling { pooling_mode_cls_token: true, .. }) => true,
            Some(Pooling { pooling_mode_mean_tokens: true, .. }) => false,
            Some(_) => {
                return refuse("its pooling is neither by mean nor by first token".to_owned());
            }
        };
        // A dense layer after the pooling would be left out in silence otherwise.
        let modules: Vec<Module> = json(directory, "modules.json")?.unwrap_or_default();
        let known = ["Transformer", "Pooling", "Normalize"];
        let strange = modules
            .iter()
            .find(|module| !known.iter().any(|name| module.kind.rsplit('.').next() == Some(name)));
        if let Some(Module { kind }) = strange {
            return refuse(format!("modules.json has a {kind}, which is not supported"));
        }
        let first_position = if roberta { model.pad_token_id.unwrap_or(1) + 1 } else { 0 };
        let stated: Option<Sentence> = json(directory, "sentence_bert_config.json")?;
        let stated = stated.and_then(|sentence| sentence.max_seq_length).unwrap_or(usize::MAX);
        let folder = directory.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Settings {
            name: if model.name.is_empty() { folder.unwrap_or_default() } else { model.name },
            hidden: model.hidden_size,
            layers: model.num_hidden_layers,
            heads: model.num_attention_heads,
            epsilon: model.layer_norm_eps,
            activation,
            first_position,
            longest: stated.min(model.max_position_embeddings.saturating_sub(first_position)),
            first_token,
        })
    }
}

/// The file, or `None` if there is none.
fn json<T: DeserializeOwned>(directory: &Path, name: &str) -> Result<Option<T>, TrainError> {
    let path = directory.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| TrainError::file("teacher's file", &path, error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TrainError::file("teacher's file", &path, error)),
    }
}
