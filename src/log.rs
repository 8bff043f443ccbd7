//! The log: the durable, ordered record in the middle of the house.

pub mod record;

pub use record::{Decision, Entry};
