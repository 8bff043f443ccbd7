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

    /// A vector of so many numbers.
    pub(super) fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, TrainError> {
        match self.numbers(name)? {
            (shape, numbers) if shape == [length] => Ok(numbers),
            (shape, _) => Err(self.refuse(name, &misshapen(&shape, &format!("[{length}]")))),
        }
    }

    /// A matrix of so many rows and columns.
    pub(super) fn matrix(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Array2<f32>, TrainError> {
        match self.table(name, rows, columns)? {
            table if table.nrows() == rows => Ok(table),
            table => {
                let wanted = format!("[{rows}, {columns}]");
                Err(self.refuse(name, &misshapen(table.shape(), &wanted)))
            }
        }
    }

    /// A matrix of at least so many rows.
    pub(super) fn table(
        &self,
        name: &str,
        least: usize,
        columns: usize,
    ) -> Result<Array2<f32>, TrainError> {
        let (shape, numbers) = self.numbers(name)?;
        match shape[..] {
            [rows, found] if rows >= least && found == columns => {
                Array2::from_shape_vec((rows, columns), numbers)
                    .map_err(|error| TrainError::file("teacher's weights", &self.path, error))
            }
            _ => {
                let wanted = format!("[{least} or more, {columns}]");
                Err(self.refuse(name, &misshapen(&shape, &wanted)))
            }
        }
    }

    fn refuse(&self, name: &str, what: &str) -> TrainError {
        TrainError::new(format!(
            "The teacher's weights {} cannot be used: {}{name} {what}.",
            self.path.display(),
            self.prefix
        ))
    }

    fn numbers(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), TrainError> {
        let refuse = |what: &str| self.refuse(name, what);
        let name = format!("{}{name}", self.prefix);
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

fn misshapen(found: &[usize], wanted: &str) -> String {
    format!("has the shape {found:?}, config.json wants {wanted}")
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
