//! wirefold: a long-lived daemon for news wires. It takes in headlines from feeds and agency wires,
//! *folds* near-identical and same-story items into one story, and *routes* each story to topic
//! channels by rules written in TOML.
//!
//! # The one idea
//!
//! One ordered log in the middle. Stages before it decide; readers after it deliver.
//!
//! ```text
//!  sources ─▶ prepare ─▶ fold ─▶ route ─▶ commit ═▶ LOG ═▶ channel readers ─▶ sinks
//!  (tasks)    parse,     verdict  channels  Item +           one cursor each
//!             normalise                     Decision, then receipt
//! ```
//!
//! Every arrow left of the log is a bounded [`link`]. Items travel with a receipt that only
//! [`commit`] completes; a [`source`] acts on it. Prepare, fold and route are pure
//! [stages](stage::Stage): no I/O, no clock, so that [`replay`] decides as the daemon did.
//!
//! # The tour
//!
//! | what | where |
//! |---|---|
//! | what travels | [`item`], [`story`], [`publisher`] |
//! | bytes to items | [`format`](mod@format), [`net`], [`source`], [`serve`]; NATS and others: `broker` |
//! | deciding | [`prepare`], [`fold`], [`route`]; all three in one: [`decide`]; by hand: [`feedback`] |
//! | the record | [`log`], [`commit`] |
//! | delivering | [`channel`], [`sink`]; what servers say, without our secrets: `veil` |
//! | the daemon | [`pipeline`], [`supervise`], [`stage`], [`link`], [`poison`], [`clock`], [`metrics`] |
//! | what it is told | [`config`] |
//! | looking at it | [`replay`], [`explain`], [`eval`], [`desk_test`], [`cli`], [`terminal`] |
//!
//! # Invariants, and where each is tested
//!
//! 1. Nothing accepted is lost, whatever moment the power goes: `tests/it/kill.rs`, `push.rs`,
//!    `feeds.rs`, `nats.rs`, `faults.rs`, `full_disk.rs`, `log/tests.rs`. What happens in each
//!    fault, line by line: `docs/guarantees.md`.
//! 2. Every item that came in has exactly one verdict or reject reason, and it can be explained
//!    afterwards from the log: `tests/it/replay.rs`, `tests/it/explain.rs`.
//! 3. Nothing is dropped silently: `unrouted`, `rejected`, counters: `tests/it/daemon.rs`.
//! 4. A correction or a kill is never folded away, and reaches every channel that carried the
//!    story: `fold/tests.rs`, `route/tests/stories.rs`.
//! 5. Only sources and the supervisor see the stop signal. Inner stages end when their inbound link
//!    closes. Sources race the signal against *fetch*, never against *send*. Wiring keeps no clone
//!    of a sender: `tests/it/daemon.rs`.
//! 6. All links, caches and timeouts are bounded. Memory follows the window, not the uptime:
//!    `fold/tests.rs`.
//! 7. The supervisor joins every task by name; a panicked stage stops the daemon with a non-zero
//!    exit. An item in hand at two panics in a row is rejected as poison: `supervise.rs`,
//!    `poison.rs`, `stage/tests.rs`.
//! 8. Same records, same configuration and model, same verdicts, on any machine: `fold/tests.rs`.

pub mod backoff;
#[cfg(any(feature = "nats", feature = "postgres"))]
mod broker;
pub mod channel;
pub mod cli;
pub mod clock;
pub mod commit;
pub mod config;
pub mod decide;
pub mod desk_test;
pub mod eval;
pub mod explain;
pub mod feedback;
pub mod fold;
pub mod format;
mod inode;
pub mod item;
pub mod link;
mod lock;
pub mod log;
mod markup;
mod memo;
pub mod metrics;
pub mod net;
pub mod pipeline;
pub mod poison;
pub mod prepare;
pub mod publisher;
pub mod replay;
pub mod route;
pub mod serve;
pub mod sink;
pub mod source;
pub mod stage;
pub mod starter;
pub mod story;
pub mod supervise;
pub mod terminal;
#[cfg(feature = "train")]
pub mod train;
mod veil;
