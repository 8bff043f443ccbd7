//! Training: the models that ship are made here, and anyone can make their own.
//!
//! `embedding` distils a sentence transformer, run by `teacher`, into the table that
//! `fold::embedding` reads; `scorer` fits the trees of `fold::model` to labelled pairs. All of it is behind the cargo feature `train`; the daemon needs none.

pub mod embedding;
mod error;
#[cfg(test)]
mod fixture;
mod progress;
mod random;
pub mod scorer;
pub mod teacher;

pub use error::TrainError;
pub use progress::{Progress, Silent};
