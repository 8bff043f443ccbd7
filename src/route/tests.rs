use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::config::File;
use crate::item::{Arrival, Item, Seq};
use crate::prepare::{Prepare, Rejected};
use crate::story::{FoldDecision, StoryId, Verdict};

mod compare;
mod embargo;
mod errors;
mod index;
mod language;
mod stories;
mod tables;
mod told;
mod trace;

/// A configuration of some channels and rules.
fn config(text: &str) -> Config {
    let (config, problems) = Config::parse(File::new("wirefold.toml", text), Path::new("."));
    config.unwrap_or_else(|| panic!("{problems}"))
}

fn compiled(text: &str) -> Route {
    let mut problems = Diagnostics::default();
    Route::compile(&config(text), &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

/// Minutes after the epoch.
fn minute(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn headline(headline: &str) -> Item {
    Item { headline: headline.to_owned(), ..Item::default() }
}

/// An item as fold hands it over: the first of story 1, unless changed.
fn folded(item: Item) -> Folded {
    let at = minute(0);
    let (seq, source) = (Seq(0), item.source.clone());
    let arrival = Arrival { seq, received: at, source, record: Ok(item) };
    let prepared = Prepare::new().prepare(arrival).unwrap();
    let state =
        StoryState { items: 1, publishers: 1, first: at, last: at, disputed: false, killed: false };
    Folded {
        prepared,
        decision: FoldDecision::bare(Verdict::New, StoryId(1), state, false),
        identities: Vec::new(),
    }
}
