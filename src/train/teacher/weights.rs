//! Tensors by name, from a safetensors file.

use std::path::{Path, PathBuf};

use ndarray::Array2;
use safetensors::tensor::{Dtype, SafeTensors};

use crate::train::TrainError;

/// The tensors of one file.
pub(super) struct Weights<'a> {
    path: PathBuf,
    tensors: SafeTensors<'a>,
    /// What stands before the names: models saved with a head have their family's name there.
    prefix: String,
}

impl<'a> Weights<'a> {
    pub(super) fn parse(path: &Path, bytes: &'a [u8]) -> Result<Weights<'a>, TrainError> {
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|error| TrainError::file("teacher's weights", path, error))?;
        let words = "embeddings.word_embeddings.weight";
        let name = tensors.names().into_iter().find(|name| name.ends_with(words));
        let prefix = name.and_then(|name| name.strip_suffix(words)).unwrap_or_default().to_owned();
        Ok(Weights { path: path.to_owned(), tensors, prefix })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.tensor(&format!("{}{name}", self.prefix)).is_ok()
    }

    pub(super) fn vector(&self, name: &str) -> Result<Vec<f32>, TrainError> {
        self.numbers(name).map(|(_, numbers)| numbers)
    }

    pub(super) fn matrix(&self, name: &str) -> Result<Array2<f32>, TrainError> {
        let (shape, numbers) = self.numbers(name)?;
        let shape = match shape[..] {
            [rows, columns] => (rows, columns),
            _ => (0, 0),
        };
        Array2::from_shape_vec(shape, numbers)
            .map_err(|error| TrainError::file("teacher's weights", &self.path, error))
    }

    fn numbers(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), TrainError> {
        let name = format!("{}{name}", self.prefix);
        let refuse = |what: &str| {
            TrainError::new(format!(
                "The teacher's weights {} cannot be used: {name} {what}.",
                self.path.display()
            ))
        };
        let tensor = self.tensors.tensor(&name).map_err(|_| refuse("is missing"))?;
        let pairs =
            || tensor.data().as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
        let numbers = match tensor.dtype() {
            Dtype::F32 => {
                tensor.data().as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
            }
            Dtype::BF16 => pairs().map(|bits| f32::from_bits(u32::from(bits) << 16)).collect(),
            Dtype::F16 => pairs().map(from_half).collect(),
            _ => return Err(refuse("is not of type F32, F16 or BF16")),
        };
        Ok((tensor.shape().to_vec(), numbers))
    }
}

/// An IEEE 754 half: 1 sign bit, 5 of exponent, 10 of fraction.
fn from_half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = f32::from_bits(u32::from(bits & 0x7fff) << 13);
    // Moving the exponent's zero from 15 to 127 by a product treats subnormals right as well.
    let value = if bits & 0x7c00 == 0x7c00 {
        f32::from_bits(magnitude.to_bits() | 0x7f80_0000)
    } else {
        magnitude * f32::from_bits((127 + 112) << 23)
    };
    f32::from_bits(value.to_bits() | sign)
}
