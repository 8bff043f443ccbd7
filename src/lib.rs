//! wirefold: a long-lived daemon for news wires.

pub mod clock;
pub mod config;
pub mod format;
pub mod item;
pub mod link;
pub mod log;
pub mod prepare;
pub mod stage;
pub mod story;
pub mod terminal;
