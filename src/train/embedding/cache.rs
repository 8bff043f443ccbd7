//! Keeps the teacher's vectors, which take minutes, for the next training.
//!
//! A cache is the digest of the teacher's weights, then for each text XXH3-64 of it and its vector.

use std::collections::HashMap;
use std::path::Path;

use ndarray::Array2;
use xxhash_rust::xxh3::xxh3_64;

use crate::train::teacher::Teacher;
use crate::train::{Progress, TrainError};

/// Bytes of the teacher's digest.
const KEY: usize = 16;
/// Bytes of a text's digest.
const TEXT: usize = 8;

/// The teacher's vectors of `texts`; those in the cache are not computed again.
pub(super) fn embed(
    cache: Option<&Path>,
    teacher: &Teacher,
    texts: &[&str],
    progress: &mut dyn Progress,
) -> Result<Array2<f32>, TrainError> {
    let mut known = match cache {
        Some(path) => Known::read(path, teacher)?,
        None => Known::new(teacher),
    };
    let missing = known.missing(texts);
    if !missing.is_empty() {
        progress.begin("teacher reads", missing.len() as u64);
        known.add(&missing, &teacher.embed(&missing, progress)?);
        if let Some(path) = cache {
            known.write(path)?;
        }
    }
    let mut vectors = Array2::zeros((texts.len(), teacher.dimensions()));
    for (mut row, text) in vectors.rows_mut().into_iter().zip(texts) {
        row.iter_mut().zip(known.vector(text)).for_each(|(to, from)| *to = from);
    }
    Ok(vectors)
}

/// The bytes of a cache, and where in them the vector of each text is.
struct Known {
    bytes: Vec<u8>,
    places: HashMap<u64, usize>,
    /// Bytes of a vector.
    width: usize,
}

impl Known {
    fn new(teacher: &Teacher) -> Known {
        let bytes = teacher.digest().to_le_bytes().to_vec();
        Known { bytes, places: HashMap::new(), width: 4 * teacher.dimensions() }
    }

    /// Nothing is known when there is no file; a file of another teacher is refused.
    fn read(path: &Path, teacher: &Teacher) -> Result<Known, TrainError> {
        let mut known = Known::new(teacher);
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(known),
            Err(error) => return Err(TrainError::file("cache", path, error)),
        };
        if !bytes.starts_with(&known.bytes)
            || !(bytes.len() - KEY).is_multiple_of(TEXT + known.width)
        {
            return Err(TrainError::new(format!(
                "The cache {} is of another teacher or damaged. Delete it, or name another.",
                path.display()
            )));
        }
        for start in (KEY..bytes.len()).step_by(TEXT + known.width) {
            if let Some(digest) = bytes[start..].first_chunk() {
                known.places.insert(u64::from_le_bytes(*digest), start + TEXT);
            }
        }
        known.bytes = bytes;
        Ok(known)
    }

    /// Those of `texts` that have no vector, each once.
    fn missing<'a>(&self, texts: &[&'a str]) -> Vec<&'a str> {
        let mut missing: Vec<&str> = texts.to_vec();
        missing.retain(|text| !self.places.contains_key(&xxh3_64(text.as_bytes())));
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn add(&mut self, texts: &[&str], vectors: &Array2<f32>) {
        for (text, vector) in texts.iter().zip(vectors.rows()) {
            let digest = xxh3_64(text.as_bytes());
            self.bytes.extend(digest.to_le_bytes());
            self.places.insert(digest, self.bytes.len());
            self.bytes.extend(vector.iter().flat_map(|number| number.to_le_bytes()));
        }
    }

    fn vector(&self, text: &str) -> impl Iterator<Item = f32> {
        let place = self.places.get(&xxh3_64(text.as_bytes()));
        let bytes = place.map_or(&[][..], |start| &self.bytes[*start..start + self.width]);
        bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four))
    }

    /// Under another name first, so that a stop half-way leaves no half cache.
    fn write(&self, path: &Path) -> Result<(), TrainError> {
        let half = path.with_extension("part");
        std::fs::write(&half, &self.bytes)
            .and_then(|()| std::fs::rename(&half, path))
            .map_err(|error| TrainError::file("cache", path, error))
    }
}
