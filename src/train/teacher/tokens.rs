//! The teacher's tokenizer, from `tokenizer.json`, whatever its kind.

use std::path::Path;

use tokenizers::Tokenizer;

use crate::fold::wordpiece::WordPiece;
use crate::train::TrainError;

/// Text to the numbers of the teacher's tokens.
pub struct Tokens {
    tokenizer: Tokenizer,
    /// The vocabulary, if a [`WordPiece`] of it splits text as the teacher does.
    word_piece: Option<String>,
    longest: usize,
}

impl Tokens {
    pub(super) fn load(directory: &Path, longest: usize) -> Result<Tokens, TrainError> {
        let path = directory.join("tokenizer.json");
        let mut tokenizer = Tokenizer::from_file(&path)
            .map_err(|error| TrainError::file("teacher's tokenizer", &path, error))?;
        // Padding would cost time and change the mean; cutting is done here, to the model's length.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| TrainError::file("teacher's tokenizer", &path, error))?;
        let word_piece = word_piece(&path, &tokenizer)?;
        Ok(Tokens { tokenizer, word_piece, longest })
    }

    /// The numbers of the tokens of `text`, with the special ones at its ends.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TrainError> {
        let encoding = self.tokenizer.encode(text, true).map_err(|error| {
            TrainError::new(format!("The teacher's tokenizer failed on {text:?}: {error}."))
        })?;
        let mut ids = encoding.get_ids().to_vec();
        if ids.len() > self.longest {
            // The last token closes the text and has to stay.
            let last = ids.pop();
            ids.truncate(self.longest - 1);
            ids.extend(last);
        }
        Ok(ids)
    }

    /// The vocabulary, if a [`WordPiece`] of it splits text as the teacher does.
    pub fn word_piece(&self) -> Option<Result<WordPiece, TrainError>> {
        let vocabulary = self.word_piece.clone()?;
        Some(WordPiece::new(vocabulary).map_err(|error| TrainError::new(error.to_string())))
    }
}

/// The vocabulary in order, if the tokenizer is the uncased BERT one.
fn word_piece(path: &Path, tokenizer: &Tokenizer) -> Result<Option<String>, TrainError> {
    let read = || -> Result<serde_json::Value, Box<dyn std::error::Error + Send + Sync>> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    };
    let json = read().map_err(|error| TrainError::file("teacher's tokenizer", path, error))?;
    let normaliser = &json["normalizer"];
    let uncased = json["model"]["type"].as_str().is_none_or(|kind| kind == "WordPiece")
        && json["model"]["continuing_subword_prefix"] == "##"
        && normaliser["type"] == "BertNormalizer"
        && normaliser["lowercase"] == true
        && normaliser["strip_accents"] != false
        && json["pre_tokenizer"]["type"] == "BertPreTokenizer";
    if !uncased {
        return Ok(None);
    }
    let size = tokenizer.get_vocab_size(true) as u32;
    let pieces: Option<Vec<String>> = (0..size).map(|id| tokenizer.id_to_token(id)).collect();
    // Numbers with gaps, or pieces with line ends, cannot be lines of a vocabulary.
    Ok(pieces
        .filter(|pieces| pieces.iter().all(|piece| !piece.contains(['\n', '\r'])))
        .map(|pieces| pieces.join("\n")))
}
