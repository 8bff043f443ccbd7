//! MinHash with banding, the usual near-duplicate detector, for comparison (Broder 1997; Leskovec,
//! Rajaraman, Ullman, chapter 3): 128 minima over the words, in 32 bands of 4.
//!
//! Written here, as the crates for it are not maintained. It is kept as fast as it can be: no text
//! is kept, nothing leaves it, and a headline joins the first that its signature resembles.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

const BANDS: usize = 32;
const ROWS: usize = 4;
/// Headlines of which this share of minima agrees are one story.
const SIMILAR: usize = BANDS * ROWS / 2;
/// Entries of a bucket that are compared, newest first: without it, dull words make it quadratic.
const ENTRIES: usize = 128;

type Signature = [u32; BANDS * ROWS];

#[derive(Default)]
pub(crate) struct MinHash {
    signatures: Vec<Signature>,
    buckets: HashMap<(u8, u64), Vec<u32>, foldhash::fast::FixedState>,
}

impl MinHash {
    /// Adds a headline; the earlier one that it repeats, if any.
    pub(crate) fn push(&mut self, headline: &str) -> Option<u32> {
        let signature = signature(headline);
        let new = self.signatures.len() as u32;
        let mut found = None;
        for (band, rows) in signature.as_chunks::<ROWS>().0.iter().enumerate() {
            let key = rows.iter().fold(0, |key: u64, row| {
                (key ^ u64::from(*row)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
            });
            let bucket = self.buckets.entry((band as u8, key)).or_default();
            if found.is_none() {
                let alike = |at: &&u32| agree(&self.signatures[**at as usize], &signature);
                found = bucket.iter().rev().take(ENTRIES).find(alike).copied();
            }
            bucket.push(new);
        }
        self.signatures.push(signature);
        found
    }
}

fn agree(a: &Signature, b: &Signature) -> bool {
    a.iter().zip(b).filter(|(a, b)| a == b).count() >= SIMILAR
}

fn signature(headline: &str) -> Signature {
    let mut least = [u32::MAX; BANDS * ROWS];
    for word in headline.split_ascii_whitespace() {
        let hash = xxh3_64(word.as_bytes());
        let (mut value, step) = (hash as u32, (hash >> 32) as u32 | 1);
        for (at, least) in least.iter_mut().enumerate() {
            // Mixed once more, as sums of two hashes alone keep their order too often.
            value = value.wrapping_add(step);
            *least = (*least).min((value ^ at as u32).wrapping_mul(0x85EB_CA6B).rotate_left(15));
        }
    }
    least
}
