//! Policies as short stories on a virtual clock. Each is told once in one go, and once more for
//! every moment of it at which the daemon could be restarted: what follows must be the same.

use jiff::{SignedDuration, Timestamp};

use crate::config::{Config, Diagnostics, File};
use crate::item::{Arrival, Item, PubStatus, Seq};
use crate::log::{Entry, Withheld};
use crate::prepare::Prepare;
use crate::route::Route;
use crate::stage::Stage;
use crate::story::{FoldDecision, Folded, StoryId, StoryState, Verdict};

mod byhand;
mod changed;
mod first;
mod quiet;
mod rates;
mod shown;

/// An item that comes at a minute of the story's day.
#[derive(Clone)]
struct Comes {
    minute: i64,
    folded: Folded,
}

/// Story `story` gets its next item; who says so and how much is known is told with the builders.
fn item(minute: i64, story: u64, publisher: &str) -> Comes {
    let now = at(minute);
    let item = Item {
        headline: format!("Ferry {story} leaves"),
        publisher: Some(publisher.to_owned()),
        ..Item::default()
    };
    let arrival = Arrival { seq: Seq(0), received: now, source: String::new(), record: Ok(item) };
    let prepared = Prepare::new().prepare(arrival).unwrap();
    let state = StoryState {
        items: 1,
        publishers: 1,
        first: now,
        last: now,
        disputed: false,
        killed: false,
    };
    let decision = FoldDecision::bare(Verdict::New, StoryId(story), state, false);
    Comes { minute, folded: Folded { prepared, decision, identities: Vec::new() } }
}

impl Comes {
    /// The story has this many publishers by now.
    fn publishers(mut self, publishers: u32) -> Comes {
        self.folded.decision.state.publishers = publishers;
        self.is(Verdict::Development)
    }

    fn is(mut self, verdict: Verdict) -> Comes {
        self.folded.decision.verdict = verdict;
        self.folded.decision.evidence.of = Some(Seq(0));
        self
    }

    /// A kill that was obeyed before.
    fn again(mut self) -> Comes {
        self.folded.prepared.item.lifecycle = true;
        self.folded.prepared.item.pubstatus = PubStatus::Canceled;
        self.is(Verdict::Repeat)
    }

    fn disputes(mut self) -> Comes {
        self.folded.decision.disputes = true;
        self.folded.decision.verdict = Verdict::Development;
        self
    }

    fn urgency(mut self, urgency: u8) -> Comes {
        self.folded.prepared.item.urgency = Some(urgency);
        self
    }
}

/// Minutes after 2026-03-02, a Monday.
fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minute)
}

fn config(channel: &str) -> Config {
    let text = format!(
        "[[publisher]]\nname = \"Alpha\"\nrank = 1\n[[publisher]]\nname = \"Beta\"\nrank = 2\n\
         [[publisher]]\nname = \"Gamma\"\nrank = 3\n\
         [[channel]]\nname = \"a\"\n{channel}\n\
         [[rule]]\nquery = \"ferry\"\nchannels = [\"a\"]\n"
    );
    let (config, problems) =
        Config::parse(File::new("wirefold.toml", text), std::path::Path::new("."));
    config.unwrap_or_else(|| panic!("{problems}"))
}

fn route(channel: &str) -> Route {
    let mut problems = Diagnostics::default();
    Route::compile(&config(channel), &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

/// Wakes the stage whenever it wants to, up to a minute.
fn pass(route: &mut Route, minute: i64, out: &mut Vec<Entry>) {
    while let Some(wake) = route.next_wake().filter(|wake| *wake <= at(minute)) {
        route.wake(wake, out);
        let next = route.next_wake();
        assert!(next.is_none_or(|next| next > wake), "it wakes at {wake} again and again");
    }
}

fn tell(route: &mut Route, story: &[(Seq, Comes)], out: &mut Vec<Entry>) {
    for (seq, Comes { minute, folded }) in story {
        pass(route, *minute, out);
        let mut folded = folded.clone();
        folded.prepared.seq = *seq;
        route.push(Ok(folded), at(*minute), out);
    }
}

/// A new stage that has read back what was recorded.
fn restarted(channel: &str, log: &[Entry], story: &[(Seq, Comes)]) -> Route {
    let mut route = route(channel);
    for entry in log {
        match entry {
            Entry::Item { seq, decision, .. } => {
                let (_, comes) = story.iter().find(|(number, _)| number == seq).unwrap();
                let mut prepared = comes.folded.prepared.clone();
                prepared.seq = *seq;
                route.apply(&prepared, decision);
            }
            Entry::Timer(timer) => route.apply_timer(timer),
            Entry::Digest(digest) => route.apply_digest(digest),
            other => panic!("{other:?}"),
        }
    }
    route.restored(false);
    route
}

/// One line for everything that happens on the channel: `minute item`, items from 0.
fn line(entry: &Entry) -> String {
    let minute = |at: &Timestamp| at.duration_since(self::at(0)).as_mins();
    match entry {
        Entry::Item { seq, received, decision, .. } => {
            let mut line = format!("{} {seq}", minute(received));
            line += if decision.channels == ["a"] { " delivered" } else { "" };
            for withheld in &decision.withheld {
                let gate = withheld.gate.as_str();
                line += &match &withheld.until {
                    Some(until) => format!(" held: {gate} until {}", minute(until)),
                    None => format!(" dropped: {gate}"),
                };
            }
            line
        }
        Entry::Timer(timer) => {
            let about = format!("{} timer: {}", minute(&timer.at), timer.item);
            match (&timer.channels[..], &timer.withheld[..]) {
                ([_], []) => format!("{about} delivered"),
                ([], [Withheld { gate, until: Some(until), .. }]) => {
                    format!("{about} held: {} until {}", gate.as_str(), minute(until))
                }
                (_, withheld) => {
                    let gates: Vec<_> = withheld.iter().map(|it| it.gate.as_str()).collect();
                    format!("{about} dropped: {gates:?}")
                }
            }
        }
        Entry::Digest(digest) => {
            let items: Vec<_> = digest
                .entries
                .iter()
                .map(|entry| format!("{}x{}", entry.item, entry.count))
                .collect();
            let since = minute(&digest.since);
            format!(
                "{} digest since {since}: {}, left out {}",
                minute(&digest.at),
                items.join(" "),
                digest.left_out
            )
        }
        other => format!("{other:?}"),
    }
}

/// Tells a story and looks at what happened until the minute `end`.
#[track_caller]
fn case(channel: &str, story: &[Comes], end: i64, expected: &[&str]) {
    let story: Vec<_> = (0..).map(Seq).zip(story.iter().cloned()).collect();
    let mut whole = route(channel);
    let mut log = Vec::new();
    // How much was recorded before each item, and after the last.
    let mut marks = Vec::new();
    for part in story.chunks(1) {
        marks.push(log.len());
        tell(&mut whole, part, &mut log);
    }
    marks.push(log.len());
    pass(&mut whole, end, &mut log);
    let lines: Vec<_> = log.iter().map(line).collect();
    assert_eq!(lines, expected);
    for (told, mark) in marks.into_iter().enumerate() {
        let mut route = restarted(channel, &log[..mark], &story);
        let waiting: u64 = route.waiting().now().held.values().sum();
        assert_eq!(waiting, route.held() as u64, "what waits is counted, before item {told}");
        let mut rest = Vec::new();
        tell(&mut route, &story[told..], &mut rest);
        pass(&mut route, end, &mut rest);
        let rest: Vec<_> = rest.iter().map(line).collect();
        assert_eq!(rest, expected[mark..], "after a restart before item {told}");
    }
}
