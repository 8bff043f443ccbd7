//! wirefold: a long-lived daemon for news wires.

pub mod backoff;
pub mod channel;
pub mod clock;
pub mod commit;
pub mod config;
pub mod decide;
pub mod desk_test;
pub mod eval;
pub mod explain;
pub mod fold;
pub mod format;
pub mod item;
pub mod link;
pub mod log;
pub mod poison;
pub mod prepare;
pub mod publisher;
pub mod replay;
pub mod route;
pub mod sink;
pub mod stage;
pub mod story;
pub mod terminal;
#[cfg(feature = "train")]
pub mod train;
