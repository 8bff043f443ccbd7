//! What counts in a story of which items are under embargo. Each step is decided twice: by a fold
//! that has run from the start, and by one that has just read the log.

use super::*;
use crate::config::FoldConfig;
use crate::feedback::{Ask, Corrected, Merged, Parted, Request};
use crate::fold::tests::{at, item};
use crate::item::{Arrival, Item, PubStatus};
use crate::log::Change;
use crate::prepare::Prepare;
use crate::publisher::Publishers;
use crate::story::Evidence;

mod disputes;
/// What ends an embargo and what does not.
mod ends;

const GROUNDED: &str = "Ferry runs aground off Sandvik";
const AGREED: &str = "Freedonia agreed to halt river toll collections - coastal media";
const DENIED: &str =
    "Senior state source claims Freedonia did not agree to stop river toll collections";

enum Record {
    Item(Box<Prepared>, FoldDecision),
    Change(Change, Box<Prepared>, Timestamp),
}

struct Desk {
    /// Of the window.
    hours: u64,
    fold: Fold,
    log: Vec<Record>,
}

impl Desk {
    fn open() -> Desk {
        Desk::with_window(96)
    }

    fn with_window(hours: u64) -> Desk {
        Desk { hours, fold: fold(hours), log: Vec::new() }
    }

    /// A fold that has read the log, in which a start finds no reasons.
    fn restarted(&self) -> Fold {
        let mut fold = fold(self.hours);
        for record in &self.log {
            match record {
                Record::Item(prepared, decision) => {
                    let evidence = Evidence::default();
                    fold.apply(prepared, &FoldDecision { evidence, ..decision.clone() });
                }
                Record::Change(change, item, at) => _ = fold.apply_change(*change, item, *at),
            }
        }
        fold
    }

    /// Item n comes as the n-th, from 0.
    #[track_caller]
    fn takes(&mut self, item: Item) -> FoldDecision {
        let prepared = prepared(self.log.len() as u64, item);
        let restarted = self.restarted().decide(prepared.clone()).0.expect("an item").decision;
        let decision = self.fold.decide(prepared.clone()).0.expect("an item").decision;
        assert_eq!(decision, restarted, "after a restart");
        self.log.push(Record::Item(Box::new(prepared), decision.clone()));
        decision
    }

    #[track_caller]
    fn corrects(&mut self, hour: i64, ask: Ask) -> Corrected {
        let mut restarted = self.restarted();
        let prepared = match &ask {
            Ask::Split { item, .. } => Prepare::new().prepare((**item).clone()).ok(),
            Ask::Merge(..) => None,
        };
        let prepared = prepared.map(Box::new);
        let request = Request { prepared: prepared.clone(), ..Request::new(ask, at(hour)) };
        let corrected = self.fold.correct(&request).expect("it can be done");
        let (change, item) = match &corrected {
            Corrected::Split(Parted { from, opens, .. }) => {
                (Change::Split { from: *from, opens: *opens }, prepared.expect("it was prepared"))
            }
            Corrected::Merge(Merged { alias, kept, latest, .. }) => {
                (Change::Merge { alias: *alias, kept: *kept }, self.item(*latest))
            }
        };
        let again = restarted.apply_change(change, &item, at(hour));
        assert_eq!(again.as_ref(), Some(&corrected), "after a restart");
        self.log.push(Record::Change(change, item, at(hour)));
        corrected
    }

    fn item(&self, seq: Seq) -> Box<Prepared> {
        let Record::Item(item, _) = &self.log[seq.0 as usize] else { panic!("no item {seq}") };
        item.clone()
    }

    fn split(&self, story: u64, seq: u64) -> Ask {
        let Prepared { seq, received, item, .. } = *self.item(Seq(seq));
        let source = item.source.clone();
        let item = Box::new(Arrival { seq, received, source, record: Ok(item) });
        Ask::Split { story: StoryId(story), item }
    }
}

fn fold(hours: u64) -> Fold {
    let window = std::time::Duration::from_secs(hours * 3_600);
    let config = FoldConfig { window, ..FoldConfig::default() };
    Fold::new(&config, Publishers::default()).expect("the shipped models")
}

fn prepared(seq: u64, item: Item) -> Prepared {
    let received = item.versioncreated.expect("all have a time");
    let source = item.source.clone();
    Prepare::new().prepare(Arrival { seq: Seq(seq), received, source, record: Ok(item) }).unwrap()
}

/// What an agency sends at an hour, to be held until another.
fn agency(hour: i64, headline: &str, until: Option<i64>) -> Item {
    Item {
        uri: Some("tag:agency,1".to_owned()),
        source: "agency".to_owned(),
        lifecycle: true,
        embargoed: until.map(at),
        ..item("Agency", hour, headline)
    }
}

/// The same, to be held until a later version lifts that.
fn withheld(hour: i64, headline: &str) -> Item {
    Item { pubstatus: PubStatus::Withheld, ..agency(hour, headline, None) }
}

/// Items, publishers and whether they contradict each other.
type Counted = (u32, u32, bool);

fn counted(state: StoryState) -> Counted {
    (state.items, state.publishers, state.disputed)
}

/// What is to come: items, hours and what is counted then.
fn to_come(decision: &FoldDecision) -> Vec<(u64, Option<i64>, Counted)> {
    let hour = |until: Timestamp| until.duration_since(at(0)).as_hours();
    let coming = |it: &Coming| {
        (it.item.0, (it.until < embargo::OPEN).then(|| hour(it.until)), counted(it.state))
    };
    decision.course().to_come.iter().map(coming).collect()
}

#[test]
fn a_held_item_counts_when_its_embargo_ends_and_not_before() {
    let mut desk = Desk::open();
    let held = desk.takes(agency(0, GROUNDED, Some(3)));
    assert_eq!((held.story, counted(held.state)), (StoryId(1), (0, 0, false)));
    assert_eq!(to_come(&held), [(0, Some(3), (1, 1, false))]);

    let report = desk.takes(item("Coast Post", 1, GROUNDED));
    assert_eq!((report.story, counted(report.state)), (StoryId(1), (1, 1, false)));
    assert_eq!((report.state.first, report.state.last), (at(1), at(1)));
    assert_eq!(to_come(&report), [(0, Some(3), (2, 2, false))]);
    assert_eq!(report.course().at(at(3)).first, at(0));

    let after = desk.takes(item("Dune Gazette", 3, GROUNDED));
    assert_eq!((counted(after.state), after.state.first), ((3, 3, false), at(0)));
    assert_eq!(after.ahead, None);
}

#[test]
fn a_family_that_was_heard_meanwhile_is_not_counted_again() {
    let mut desk = Desk::open();
    desk.takes(agency(0, GROUNDED, Some(3)));
    let uri = Some("tag:agency,2".to_owned());
    let own = desk.takes(Item { uri, ..agency(1, GROUNDED, None) });
    assert_eq!((own.story, counted(own.state)), (StoryId(1), (1, 1, false)));
    assert_eq!(to_come(&own), [(0, Some(3), (2, 1, false))]);
    assert_eq!(counted(desk.takes(item("Coast Post", 4, GROUNDED)).state), (3, 2, false));
}

#[test]
fn several_come_out_one_after_the_other() {
    let mut desk = Desk::open();
    let other = |hour, until| Item {
        uri: Some(format!("tag:agency,{hour}")),
        ..agency(hour, GROUNDED, Some(until))
    };
    desk.takes(other(0, 6));
    let second = desk.takes(other(1, 4));
    assert_eq!(to_come(&second), [(1, Some(4), (1, 1, false)), (0, Some(6), (2, 1, false))]);
    let report = desk.takes(item("Coast Post", 5, GROUNDED));
    assert_eq!(counted(report.state), (2, 2, false));
    assert_eq!(to_come(&report), [(0, Some(6), (3, 2, false))]);
}

#[test]
fn a_later_version_lifts_an_embargo_or_moves_it() {
    let longer = format!("{GROUNDED}, one hurt");
    for first in [agency(0, GROUNDED, Some(9)), withheld(0, GROUNDED)] {
        let mut desk = Desk::open();
        desk.takes(first.clone());
        desk.takes(item("Coast Post", 1, GROUNDED));
        let lifted = desk.takes(agency(2, &longer, None));
        assert_eq!((lifted.verdict, lifted.story), (Verdict::Revision, StoryId(1)));
        assert_eq!((counted(lifted.state), to_come(&lifted)), ((3, 2, false), vec![]));

        let mut desk = Desk::open();
        desk.takes(first);
        let moved = desk.takes(agency(1, &longer, Some(5)));
        let both = [(0, Some(5), (1, 1, false)), (1, Some(5), (2, 1, false))];
        assert_eq!((counted(moved.state), to_come(&moved)), ((0, 0, false), both.into()));
        let report = desk.takes(item("Coast Post", 4, GROUNDED));
        assert_eq!(counted(report.state), (1, 1, false));
        let report = desk.takes(item("Dune Gazette", 5, GROUNDED));
        assert_eq!(counted(report.state), (4, 3, false));
    }
}

#[test]
fn without_a_known_end_it_is_not_counted_as_long_as_no_version_lifts_that() {
    let mut desk = Desk::open();
    let held = desk.takes(withheld(0, GROUNDED));
    assert_eq!(to_come(&held), [(0, None, (1, 1, false))]);
    let report = desk.takes(item("Coast Post", 20, GROUNDED));
    assert_eq!((report.story, counted(report.state)), (StoryId(1), (1, 1, false)));
}

#[test]
fn what_was_killed_under_its_embargo_is_never_counted() {
    let mut desk = Desk::open();
    desk.takes(agency(0, GROUNDED, Some(3)));
    desk.takes(item("Coast Post", 1, GROUNDED));
    let pubstatus = PubStatus::Canceled;
    let kill = desk.takes(Item { pubstatus, ..agency(2, GROUNDED, Some(3)) });
    assert_eq!((kill.verdict, kill.story), (Verdict::Kill, StoryId(1)));
    assert_eq!((counted(kill.state), kill.state.killed), ((2, 1, false), false), "another stands");
    assert_eq!(to_come(&kill), []);
    assert_eq!(counted(desk.takes(item("Dune Gazette", 4, GROUNDED)).state), (3, 2, false));
}

#[test]
fn a_report_of_what_was_killed_under_its_embargo_is_news() {
    let mut desk = Desk::open();
    desk.takes(agency(0, DENIED, Some(3)));
    let pubstatus = PubStatus::Canceled;
    let kill = desk.takes(Item { pubstatus, ..agency(1, "Kill this", None) });
    assert_eq!((kill.story, kill.state.killed), (StoryId(1), true));
    let report = desk.takes(item("Coast Post", 2, AGREED));
    assert_eq!((report.verdict, report.story), (Verdict::New, StoryId(2)));
    assert_eq!((counted(report.state), to_come(&report)), ((1, 1, false), vec![]));
}

#[test]
fn only_its_own_provider_kills_what_is_held() {
    let mut desk = Desk::open();
    desk.takes(withheld(0, GROUNDED));
    let (publisher, pubstatus) = (Some("Coast Post".to_owned()), PubStatus::Canceled);
    let kill = desk.takes(Item { publisher, pubstatus, ..agency(1, GROUNDED, None) });
    assert_eq!((kill.verdict, kill.evidence.of), (Verdict::Kill, None), "of nothing that came");
}

#[test]
fn what_is_held_goes_with_its_story_into_another() {
    const LIFTED: &str = "Coastguard helicopters lift forty passengers from rocks";
    const BOTH: &str =
        "Coastguard helicopters lift forty passengers as ferry runs aground off Sandvik rocks";
    let mut desk = Desk::open();
    desk.takes(item("Coast Post", 0, GROUNDED));
    assert_eq!(desk.takes(agency(1, LIFTED, Some(4))).story, StoryId(2));
    let both = desk.takes(item("Dune Gazette", 2, BOTH));
    assert_eq!((both.story, &both.merged[..]), (StoryId(1), &[StoryId(2)][..]));
    assert_eq!((counted(both.state), both.state.first), ((2, 2, false), at(0)));
    assert_eq!(to_come(&both), [(1, Some(4), (3, 3, false))]);
    let after = desk.takes(item("Hill Herald", 5, LIFTED));
    assert_eq!((after.story, counted(after.state)), (StoryId(1), (4, 4, false)));
}

#[test]
fn a_held_item_that_is_split_off_opens_a_story_in_which_nothing_counts_yet() {
    let mut desk = Desk::open();
    desk.takes(item("Coast Post", 0, AGREED));
    desk.takes(agency(1, DENIED, Some(4)));
    let split = desk.split(1, 1);
    let Corrected::Split(parted) = desk.corrects(2, split) else { panic!("it is a split") };
    let (latest, left) = parted.left.expect("the other is there");
    assert_eq!((latest, counted(left.state)), (Some(Seq(0)), (1, 1, false)));
    assert_eq!(left.to_come.len(), 0);
    assert!(parted.held);
    assert_eq!(counted(parted.course.state), (0, 0, false));
    assert_eq!(counted(parted.course.at(at(4))), (1, 1, false));
    let after = desk.takes(item("Dune Gazette", 5, DENIED));
    assert_eq!((after.story, counted(after.state)), (StoryId(2), (2, 2, false)));
}

#[test]
fn what_left_the_window_before_it_came_out_is_never_counted() {
    let mut desk = Desk::with_window(10);
    desk.takes(agency(0, GROUNDED, Some(12)));
    desk.takes(item("Coast Post", 6, GROUNDED));
    let late = desk.takes(item("Dune Gazette", 11, GROUNDED));
    assert_eq!((late.story, late.ahead), (StoryId(1), None));
    assert_eq!(counted(desk.takes(item("Hill Herald", 13, GROUNDED)).state).0, 3);
    assert!(desk.fold.held.is_empty() && desk.fold.held.members.is_empty());
}

#[test]
fn a_story_counts_no_more_held_items_than_it_keeps() {
    let mut desk = Desk::open();
    let wire =
        |n: u64| Item { uri: Some(format!("tag:agency,{n}")), ..agency(0, GROUNDED, Some(4)) };
    // Without a restart at each step.
    let last = (0..MOST as u64 + 3).map(|n| {
        let prepared = prepared(n, wire(n));
        let decision = desk.fold.decide(prepared.clone()).0.unwrap().decision;
        desk.log.push(Record::Item(Box::new(prepared), decision.clone()));
        decision
    });
    assert_eq!(to_come(&last.last().unwrap()).len(), MOST);
    let after = desk.takes(item("Coast Post", 5, GROUNDED));
    assert_eq!((after.story, after.state.items as usize), (StoryId(1), MOST + 1));
    assert!(desk.fold.held.ends.is_empty());
}

#[test]
fn a_log_without_word_of_embargoes_starts_as_it_was_written() {
    let (mut old, mut new) = (fold(96), fold(96));
    let held = prepared(0, agency(0, GROUNDED, Some(3)));
    let state = StoryState {
        items: 1,
        publishers: 1,
        first: at(0),
        last: at(0),
        disputed: false,
        killed: false,
    };
    let decision = FoldDecision::bare(Verdict::New, StoryId(1), state, false);
    // As if it had not been held: it was counted from the start.
    old.apply(&held, &decision);
    new.apply(&prepared(0, agency(0, GROUNDED, None)), &decision);
    for (n, hour) in [(1, 1), (2, 4)] {
        let next = || prepared(n, item("Coast Post", hour, GROUNDED));
        let (old, new) = (old.decide(next()).0.unwrap(), new.decide(next()).0.unwrap());
        assert_eq!(old.decision, new.decision);
        assert_eq!(counted(old.decision.state), (n as u32 + 1, 2, false));
    }
}
