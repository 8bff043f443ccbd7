//! The forward pass of a BERT encoder. Texts of a batch lie one after the other without padding.

use std::path::Path;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, s};

use super::directory::{Activation, Settings};
use super::numeric::{gelu, layer_norm, softmax};
use super::weights::Weights;
use crate::train::TrainError;

/// The weights, and the settings that tell how to use them.
pub(super) struct Encoder {
    words: Array2<f32>,
    positions: Array2<f32>,
    /// What is added to every token: the first token type, if the model has types.
    kind: Option<Array1<f32>>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    epsilon: f32,
    first_position: usize,
    activation: Activation,
    digest: u128,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widen: Linear,
    narrow: Linear,
    narrow_norm: Norm,
}

/// y = x Wᵀ + b.
struct Linear {
    weight: Array2<f32>,
    bias: Vec<f32>,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Encoder {
    pub(super) fn load(path: &Path, settings: &Settings) -> Result<Encoder, TrainError> {
        let bytes = std::fs::read(path)
            .map_err(|error| TrainError::file("teacher's weights", path, error))?;
        let weights = Weights::parse(path, &bytes)?;
        let hidden = settings.hidden;
        let linear = |name: &str, to: usize, from: usize| {
            Ok::<_, TrainError>(Linear {
                weight: weights.matrix(&format!("{name}.weight"), to, from)?,
                bias: weights.vector(&format!("{name}.bias"), to)?,
            })
        };
        let norm = |name: &str| {
            Ok::<_, TrainError>(Norm {
                weight: weights.vector(&format!("{name}.weight"), hidden)?,
                bias: weights.vector(&format!("{name}.bias"), hidden)?,
            })
        };
        let layer = |number: usize| {
            let name = |part: &str| format!("encoder.layer.{number}.{part}");
            let widen = name("intermediate.dense");
            // As wide as it is: what narrows it has to fit.
            let wide = weights.table(&format!("{widen}.weight"), 1, hidden)?.nrows();
            Ok(Layer {
                query: linear(&name("attention.self.query"), hidden, hidden)?,
                key: linear(&name("attention.self.key"), hidden, hidden)?,
                value: linear(&name("attention.self.value"), hidden, hidden)?,
                attended: linear(&name("attention.output.dense"), hidden, hidden)?,
                attended_norm: norm(&name("attention.output.LayerNorm"))?,
                widen: linear(&widen, wide, hidden)?,
                narrow: linear(&name("output.dense"), hidden, wide)?,
                narrow_norm: norm(&name("output.LayerNorm"))?,
            })
        };
        // The words first: of all shapes theirs tells best what is wrong with the configuration.
        let positions = settings.first_position + settings.longest;
        let words = weights.table("embeddings.word_embeddings.weight", 1, hidden)?;
        let positions =
            weights.table("embeddings.position_embeddings.weight", positions, hidden)?;
        let kind = "embeddings.token_type_embeddings.weight";
        let kind = match weights.has(kind) {
            true => Some(weights.table(kind, 1, hidden)?.row(0).to_owned()),
            false => None,
        };
        Ok(Encoder {
            words,
            positions,
            kind,
            norm: norm("embeddings.LayerNorm")?,
            layers: (0..settings.layers).map(layer).collect::<Result<_, TrainError>>()?,
            heads: settings.heads,
            epsilon: settings.epsilon,
            first_position: settings.first_position,
            activation: settings.activation,
            digest: xxhash_rust::xxh3::xxh3_128(&bytes),
        })
    }

    /// XXH3-128 of the file of weights.
    pub(super) fn digest(&self) -> u128 {
        self.digest
    }

    /// How many tokens it has a vector for.
    pub(super) fn vocabulary(&self) -> usize {
        self.words.nrows()
    }

    /// The last hidden state of every token, a row each.
    pub(super) fn run(&self, texts: &[Vec<u32>]) -> Array2<f32> {
        let mut hidden = self.look_up(texts);
        for layer in &self.layers {
            let context = self.attend(layer, &hidden, texts);
            layer.attended.add_to(&context, &mut hidden);
            layer.attended_norm.apply(&mut hidden, self.epsilon);

            let mut wide = layer.widen.apply(&hidden);
            match self.activation {
                Activation::Gelu => wide.mapv_inplace(gelu),
                Activation::Relu => wide.mapv_inplace(|value| value.max(0.0)),
            }
            layer.narrow.add_to(&wide, &mut hidden);
            layer.narrow_norm.apply(&mut hidden, self.epsilon);
        }
        hidden
    }

    fn look_up(&self, texts: &[Vec<u32>]) -> Array2<f32> {
        let count = texts.iter().map(Vec::len).sum();
        let mut hidden = Array2::zeros((count, self.words.ncols()));
        let places = texts.iter().flat_map(|text| text.iter().enumerate());
        for (mut row, (position, token)) in hidden.rows_mut().into_iter().zip(places) {
            row += &self.words.row(*token as usize);
            row += &self.positions.row(position + self.first_position);
            if let Some(kind) = &self.kind {
                row += kind;
            }
        }
        self.norm.apply(&mut hidden, self.epsilon);
        hidden
    }

    /// Self-attention within each text, head by head.
    fn attend(&self, layer: &Layer, hidden: &Array2<f32>, texts: &[Vec<u32>]) -> Array2<f32> {
        let (query, key, value) =
            (layer.query.apply(hidden), layer.key.apply(hidden), layer.value.apply(hidden));
        let mut context = Array2::zeros(hidden.raw_dim());
        let width = hidden.ncols() / self.heads;
        let scale = 1.0 / (width as f32).sqrt();
        let mut start = 0;
        for text in texts {
            let end = start + text.len();
            for head in 0..self.heads {
                let part = s![start..end, head * width..(head + 1) * width];
                let mut share = query.slice(part).dot(&key.slice(part).t()) * scale;
                share.rows_mut().into_iter().for_each(|mut row| {
                    if let Some(row) = row.as_slice_mut() {
                        softmax(row);
                    }
                });
                let mut context = context.slice_mut(part);
                general_mat_mul(1.0, &share, &value.slice(part), 0.0, &mut context);
            }
            start = end;
        }
        context
    }
}

impl Linear {
    fn apply(&self, rows: &Array2<f32>) -> Array2<f32> {
        let mut out = Array2::zeros((rows.nrows(), self.weight.nrows()));
        self.add_to(rows, &mut out);
        out
    }

    fn add_to(&self, rows: &Array2<f32>, out: &mut Array2<f32>) {
        general_mat_mul(1.0, rows, &self.weight.t(), 1.0, out);
        for mut row in out.rows_mut() {
            row.iter_mut().zip(&self.bias).for_each(|(value, bias)| *value += bias);
        }
    }
}

impl Norm {
    fn apply(&self, rows: &mut Array2<f32>, epsilon: f32) {
        if let Some(rows) = rows.as_slice_mut() {
            layer_norm(rows, &self.weight, &self.bias, epsilon);
        }
    }
}
