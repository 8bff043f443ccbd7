//! The teacher: a sentence transformer, read from its directory and run on the CPU.
//!
//! Any encoder of the BERT family does: `BertModel`, `RobertaModel`, `XLMRobertaModel` and the like
//! with learned absolute positions, mean or first-token pooling and an optional final
//! normalisation, whose weights are in one `model.safetensors`. Others are refused with the reason.

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use super::{Progress, TrainError};

mod directory;
mod encoder;
pub(super) mod numeric;
mod tokens;
mod weights;

use directory::Settings;
use encoder::Encoder;
pub use tokens::Tokens;

/// How many headlines are run at once: enough that the products of matrices are not narrow.
const BATCH: usize = 64;

/// A sentence transformer.
pub struct Teacher {
    settings: Settings,
    encoder: Encoder,
    tokens: Tokens,
}

impl Teacher {
    /// Reads the directory of a sentence transformer.
    pub fn load(directory: &Path) -> Result<Teacher, TrainError> {
        let settings = Settings::read(directory)?;
        let encoder = Encoder::load(&directory.join("model.safetensors"), &settings)?;
        let tokens = Tokens::load(directory, settings.longest)?;
        Ok(Teacher { settings, encoder, tokens })
    }

    /// What it is called: `_name_or_path` of its configuration, or its directory.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// How long its vectors are.
    pub fn dimensions(&self) -> usize {
        self.settings.hidden
    }

    /// XXH3-128 of its weights.
    pub fn digest(&self) -> u128 {
        self.encoder.digest()
    }

    /// Its tokenizer.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The vectors of `texts`, each of length one, a row each. Uses all cores; each text is
    /// computed alone, so the result depends on neither the batch nor the number of cores.
    pub fn embed(
        &self,
        texts: &[&str],
        progress: &mut dyn Progress,
    ) -> Result<Array2<f32>, TrainError> {
        let mut vectors = Array2::zeros((texts.len(), self.dimensions()));
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        for (start, part) in (0..).step_by(workers * BATCH).zip(texts.chunks(workers * BATCH)) {
            let done: Vec<_> = std::thread::scope(|scope| {
                let spawn = |batch| scope.spawn(move || self.embed_batch(batch));
                let started: Vec<_> = part.chunks(BATCH).map(spawn).collect();
                started.into_iter().map(|worker| worker.join()).collect()
            });
            let mut row = start;
            for batch in done {
                let batch = batch
                    .map_err(|_| TrainError::new("A thread of the teacher ended in a panic."))??;
                for vector in batch.rows() {
                    vectors.row_mut(row).assign(&vector);
                    row += 1;
                }
            }
            progress.advance(part.len() as u64, "");
        }
        Ok(vectors)
    }

    fn embed_batch(&self, texts: &[&str]) -> Result<Array2<f32>, TrainError> {
        let tokens = texts.iter().map(|text| self.tokens.encode(text));
        let tokens = tokens.collect::<Result<Vec<_>, TrainError>>()?;
        let known = self.encoder.vocabulary();
        if let Some(token) = tokens.iter().flatten().find(|token| **token as usize >= known) {
            return Err(TrainError::new(format!(
                "The teacher's tokenizer has a token {token}, its weights know {known}: they do not \
                 belong together."
            )));
        }
        let hidden = self.encoder.run(&tokens);
        let mut vectors = Array2::zeros((texts.len(), self.dimensions()));
        let mut start = 0;
        for (tokens, mut vector) in tokens.iter().zip(vectors.rows_mut()) {
            let end = start + tokens.len();
            vector.assign(&self.pool(hidden.slice(s![start..end, ..])));
            if let Some(vector) = vector.as_slice_mut() {
                numeric::normalise(vector);
            }
            start = end;
        }
        let finite = |row: &ArrayView1<'_, f32>| row.iter().all(|number| number.is_finite());
        if let Some(at) = vectors.rows().into_iter().position(|row| !finite(&row)) {
            return Err(TrainError::new(format!(
                "The teacher's vector of {:?} has numbers that are not finite: its weights are \
                 damaged, or not those of its configuration.",
                texts[at]
            )));
        }
        Ok(vectors)
    }

    /// One vector for the tokens of a text; zero for a text without any.
    fn pool(&self, tokens: ArrayView2<'_, f32>) -> Array1<f32> {
        let used = if self.settings.first_token { 1.min(tokens.nrows()) } else { tokens.nrows() };
        let mean = tokens.slice(s![..used, ..]).mean_axis(Axis(0));
        mean.unwrap_or_else(|| Array1::zeros(self.dimensions()))
    }
}

#[cfg(test)]
mod tests;
