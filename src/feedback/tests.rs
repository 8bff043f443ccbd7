use jiff::SignedDuration;

use super::*;
use crate::config::{Config, File};
use crate::decide::Decider;
use crate::item::{Item, PubStatus};
use crate::log::{Change, Decision, Entry, Feedback};
use crate::story::{StoryState, Verdict};

const CLAIM: &str = "Norland agreed to cease night inspections - regional media";
const DENIAL: &str = "Ministry source claims Norland did not agree to stop night inspections";
const FERRY: &str = "Ferry with ninety aboard runs aground off Tarn";
const SHIP: &str = "Passengers rescued as vessel strikes rocks near island";

const DESK: &str = "
[[channel]]
name = \"treaties\"
repeats = \"developments\"
[[channel]]
name = \"sea\"
[[channel]]
name = \"big\"
[[rule]]
query = \"norland\"
channels = [\"treaties\"]
[[rule]]
query = \"ferry OR vessel\"
channels = [\"sea\"]
[[rule]]
query = \"(ferry OR vessel) items:>=2\"
channels = [\"big\"]
";

/// A desk, and everything it recorded.
struct Desk {
    decider: Decider,
    log: Vec<Entry>,
}

fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minute)
}

fn arrival(n: u64, headline: &str) -> Arrival {
    let minute = n as i64;
    let item = Item {
        headline: headline.to_owned(),
        uri: Some(format!("tag:example.org,2026:{n}")),
        publisher: Some(format!("Publisher {n}")),
        versioncreated: Some(at(minute)),
        ..Item::default()
    };
    Arrival { seq: Seq(n), received: at(minute), source: String::new(), record: Ok(item) }
}

/// Of an agency with the name of the uri.
fn wire(n: u64, uri: &str, headline: &str, pubstatus: PubStatus) -> Arrival {
    let mut arrival = arrival(n, headline);
    if let Ok(item) = &mut arrival.record {
        (item.uri, item.publisher) = (Some(uri.to_owned()), Some(uri.to_owned()));
        (item.lifecycle, item.pubstatus) = (true, pubstatus);
    }
    arrival
}

impl Desk {
    fn new() -> Desk {
        let (config, problems) =
            Config::parse(File::new("wirefold.toml", DESK), std::path::Path::new("."));
        let config = config.unwrap_or_else(|| panic!("{problems}"));
        let (decider, _) = Decider::build(&config).unwrap_or_else(|problems| panic!("{problems}"));
        Desk { decider, log: Vec::new() }
    }

    /// Item `n` comes at minute `n`.
    fn comes(&mut self, n: u64, headline: &str) -> Decision {
        self.log.extend(self.decider.push(arrival(n, headline)));
        match self.log.last() {
            Some(Entry::Item { decision, .. }) => (**decision).clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Item `n` comes at minute `n` by an agency, which may withdraw what it sent under a uri.
    fn wires(&mut self, n: u64, uri: &str, headline: &str, status: PubStatus) -> Decision {
        self.log.extend(self.decider.push(wire(n, uri, headline, status)));
        match self.log.last() {
            Some(Entry::Item { decision, .. }) => (**decision).clone(),
            other => panic!("{other:?}"),
        }
    }

    fn ask(&mut self, minute: i64, ask: Ask) -> Result<Feedback, Refusal> {
        let request = Request::new(ask, at(minute));
        let answer = request.answer.clone();
        let entries = self.decider.take_in(Incoming::Feedback(Box::new(request)), at(minute));
        let outcome = answer.get().expect("every request is answered").clone()?;
        let [Entry::Feedback(feedback)] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((outcome.item, &outcome.channels), (feedback.item, &feedback.channels));
        assert_eq!(outcome.story, feedback.change.story());
        self.log.extend(entries.clone());
        Ok(feedback.clone())
    }

    /// The same desk after a restart, which has read its log back.
    fn restarted(&self) -> Desk {
        let mut desk = Desk::new();
        let prepared = |seq: Seq| {
            let mut items = self.log.iter().filter_map(|entry| match entry {
                Entry::Item { seq: found, received, item, .. } if *found == seq => Some(Arrival {
                    seq,
                    received: *received,
                    source: String::new(),
                    record: Ok((**item).clone()),
                }),
                _ => None,
            });
            crate::prepare::Prepare::new().prepare(items.next().unwrap()).unwrap()
        };
        for entry in &self.log {
            match entry {
                Entry::Item { seq, decision, .. } => {
                    let item = prepared(*seq);
                    desk.decider.fold.apply(&item, &decision.fold);
                    desk.decider.route.apply(&item, decision);
                }
                Entry::Feedback(feedback) => {
                    let item = prepared(feedback.item);
                    let corrected =
                        desk.decider.fold.apply_change(feedback.change, &item, feedback.at);
                    desk.decider.route.apply_feedback(feedback, corrected);
                }
                other => panic!("{other:?}"),
            }
        }
        desk.log.clone_from(&self.log);
        desk
    }
}

fn split(story: u64, n: u64, headline: &str) -> Ask {
    Ask::Split { story: StoryId(story), item: Box::new(arrival(n, headline)) }
}

fn merge(one: u64, other: u64) -> Ask {
    Ask::Merge(StoryId(one), StoryId(other))
}

#[test]
fn an_item_that_is_split_off_is_delivered_as_a_new_story() {
    let mut desk = Desk::new();
    let claim = desk.comes(1, CLAIM);
    let denial = desk.comes(2, DENIAL);
    assert_eq!(denial.fold.story, claim.fold.story);
    assert!(denial.fold.state.disputed);
    let feedback = desk.ask(3, split(1, 2, DENIAL)).unwrap();
    assert_eq!(feedback.change, Change::Split { from: StoryId(1), opens: StoryId(2) });
    assert_eq!((feedback.item, feedback.channels.join(" ")), (Seq(2), "treaties".to_owned()));
    let StoryState { items, publishers, disputed, .. } = feedback.state;
    assert_eq!((items, publishers, disputed), (1, 1, false));

    for mut desk in [desk.restarted(), desk] {
        let first = desk.comes(5, CLAIM);
        assert_eq!(first.fold.story, StoryId(1));
        let StoryState { items, publishers, disputed, .. } = first.fold.state;
        assert_eq!((items, publishers, disputed), (2, 2, false), "the split item is gone");
        assert_eq!(desk.comes(6, FERRY).fold.story, StoryId(3));
    }
}

#[test]
fn a_new_version_of_an_item_that_was_split_off_follows_it() {
    let mut desk = Desk::new();
    desk.comes(1, CLAIM);
    desk.comes(2, DENIAL);
    desk.ask(3, split(1, 2, DENIAL)).unwrap();
    for mut desk in [desk.restarted(), desk] {
        let mut later = arrival(4, "Norland did not agree, ministry says");
        if let Ok(item) = &mut later.record {
            item.uri = Some("tag:example.org,2026:2".to_owned());
        }
        let entries = desk.decider.push(later);
        let [Entry::Item { decision, .. }] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((decision.fold.verdict, decision.fold.story), (Verdict::Revision, StoryId(2)));
    }
}

#[test]
fn a_copy_of_an_item_that_was_split_off_goes_where_that_one_went() {
    let mut desk = Desk::new();
    desk.comes(1, CLAIM);
    desk.comes(2, DENIAL);
    desk.comes(3, CLAIM);
    desk.comes(4, CLAIM);
    assert_eq!(desk.comes(5, DENIAL).fold.story, StoryId(1));
    desk.ask(6, split(1, 2, DENIAL)).unwrap();
    for mut desk in [desk.restarted(), desk] {
        let copy = desk.comes(7, DENIAL).fold;
        assert_eq!((copy.verdict, copy.story), (Verdict::Repeat, StoryId(2)));
        assert_eq!(copy.evidence.of, Some(Seq(2)));
        assert!(copy.evidence.reason.contains("split off by hand"), "{}", copy.evidence.reason);
        assert_eq!(desk.comes(8, CLAIM).fold.story, StoryId(1), "the others stay together");
        // Merged again, it goes where all of them are.
        desk.ask(9, merge(1, 2)).unwrap();
        assert_eq!(desk.comes(10, DENIAL).fold.story, StoryId(1));
    }
}

#[test]
fn merged_stories_keep_the_older_id_and_later_items_join_it() {
    let mut desk = Desk::new();
    desk.comes(1, FERRY);
    let ship = desk.comes(2, SHIP);
    assert_eq!((ship.fold.story, ship.channels.join(" ")), (StoryId(2), "sea".to_owned()));
    let feedback = desk.ask(3, merge(2, 1)).unwrap();
    assert_eq!(feedback.change, Change::Merge { alias: StoryId(2), kept: StoryId(1) });
    // Where the other was shown, and where a rule waited for two items.
    assert_eq!((feedback.item, feedback.channels.join(" ")), (Seq(2), "sea big".to_owned()));
    assert_eq!((feedback.state.items, feedback.state.publishers), (2, 2));

    for mut desk in [desk.restarted(), desk] {
        let later = desk.comes(4, SHIP);
        assert_eq!((later.fold.story, later.fold.state.items), (StoryId(1), 3));
        assert_eq!(later.matched, ["sea", "big"]);
        assert!(later.channels.is_empty(), "both channels carry it: {:?}", later.channels);
        assert_eq!(desk.comes(5, CLAIM).fold.story, StoryId(3));
        let refused = desk.ask(6, merge(1, 2)).unwrap_err();
        assert!(matches!(refused, Refusal::Impossible(_)), "{refused}");
    }
}

#[test]
fn what_contradicts_itself_once_it_is_one_story_is_disputed() {
    let mut desk = Desk::new();
    desk.comes(1, CLAIM);
    desk.comes(2, DENIAL);
    desk.ask(3, split(1, 2, DENIAL)).unwrap();
    let feedback = desk.ask(4, merge(1, 2)).unwrap();
    assert!(feedback.state.disputed);
    assert_eq!(desk.restarted().comes(5, CLAIM).fold.state, desk.comes(5, CLAIM).fold.state);
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let mut desk = Desk::new();
    desk.comes(1, FERRY);
    desk.comes(2, CLAIM);
    desk.comes(3, DENIAL);
    for (ask, why) in [
        (split(1, 1, FERRY), "all there is of s1"),
        (split(1, 3, DENIAL), "is in story s2, not s1"),
        (split(2, 77, DENIAL), "has left the fold's window"),
        (merge(1, 1), "both are story s1 already"),
        (merge(1, 77), "there is no story s77"),
    ] {
        let refused = desk.ask(4, ask).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(desk.log.len(), 3, "nothing was recorded");
}

#[test]
fn what_is_under_embargo_is_shown_to_nobody_whoever_moves_it() {
    let held = |n, until| {
        let mut arrival = arrival(n, CLAIM);
        if let Ok(item) = &mut arrival.record {
            item.embargoed = Some(at(until));
        }
        arrival
    };
    let mut desk = Desk::new();
    desk.comes(1, CLAIM);
    desk.log.extend(desk.decider.push(held(2, 30)));
    let ask = Ask::Split { story: StoryId(1), item: Box::new(held(2, 30)) };
    let split = desk.ask(3, ask).unwrap();
    assert_eq!((split.state.items, split.channels.len()), (0, 0));
    for mut desk in [desk.restarted(), desk] {
        let merged = desk.ask(4, merge(1, 2)).unwrap();
        assert_eq!((merged.item, merged.state.items), (Seq(1), 1));
        let released = desk.decider.pass(at(30));
        let [Entry::Timer(timer)] = &released[..] else { panic!("{released:?}") };
        assert_eq!((timer.story, timer.item), (StoryId(1), Seq(2)));
        assert_eq!(timer.shown.as_ref().map(|shown| shown.out.state.items), Some(2));
    }

    let mut desk = Desk::new();
    desk.comes(1, CLAIM);
    desk.log.extend(desk.decider.push(held(2, 30)));
    let ask = Ask::Split { story: StoryId(1), item: Box::new(held(2, 30)) };
    desk.ask(3, ask).unwrap();
    for mut desk in [desk.restarted(), desk] {
        let released = desk.decider.pass(at(30));
        let [Entry::Timer(timer)] = &released[..] else { panic!("{released:?}") };
        assert_eq!((timer.story, timer.channels.join(" ")), (StoryId(2), "treaties".to_owned()));
    }
}

#[test]
fn what_was_withdrawn_is_not_made_news_again_by_hand() {
    use PubStatus::{Canceled, Usable};
    let mut desk = Desk::new();
    desk.comes(1, FERRY);
    desk.wires(2, "bolt", CLAIM, Usable);
    desk.comes(3, DENIAL);
    let killed = desk.wires(4, "bolt", CLAIM, Canceled);
    assert_eq!((killed.fold.verdict, killed.fold.story), (Verdict::Kill, StoryId(2)));
    assert_eq!((killed.fold.state.publishers, killed.fold.state.killed), (1, false));
    desk.wires(5, "acme", SHIP, Usable);
    assert!(desk.wires(6, "acme", SHIP, Canceled).fold.state.killed);
    let recorded = desk.log.len();
    let split = |story, n, uri, headline, status| Ask::Split {
        story: StoryId(story),
        item: Box::new(wire(n, uri, headline, status)),
    };
    for mut desk in [desk.restarted(), desk] {
        for (ask, why) in [
            (split(2, 2, "bolt", CLAIM, Usable), "item 2 was withdrawn by its provider"),
            (split(2, 4, "bolt", CLAIM, Canceled), "item 4 withdraws what its provider told"),
            (split(3, 5, "acme", SHIP, Usable), "item 5 was withdrawn by its provider"),
            (merge(1, 3), "story s3 was withdrawn"),
            (merge(3, 2), "story s3 was withdrawn"),
        ] {
            let refused = desk.ask(7, ask).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
        assert_eq!(desk.log.len(), recorded, "nothing was recorded");
        // What stands of a story is what a merger shows.
        let merged = desk.ask(7, merge(1, 2)).unwrap();
        assert_eq!((merged.item, merged.channels.join(" ")), (Seq(3), "treaties big".to_owned()));
        assert_eq!((merged.state.publishers, merged.state.killed), (2, false));
    }
}

#[test]
fn who_told_again_what_it_withdrew_stands_by_a_story_only_as_long_as_that_is_in_it() {
    use PubStatus::{Canceled, Usable};
    let mut desk = Desk::new();
    desk.comes(1, CLAIM);
    desk.wires(2, "bolt", DENIAL, Usable);
    assert_eq!(desk.wires(3, "bolt", DENIAL, Canceled).fold.state.publishers, 1);
    let again = "Norland did not agree to stop night inspections, ministry says";
    let told = desk.wires(4, "bolt", again, Usable);
    assert_eq!((told.fold.story, told.fold.state.publishers), (StoryId(1), 2));
    let ask = Ask::Split { story: StoryId(1), item: Box::new(wire(4, "bolt", again, Usable)) };
    let split = desk.ask(5, ask).unwrap();
    let left = split.left.expect("the others are in the window");
    assert_eq!((left.items, left.publishers), (3, 1));
}

#[test]
fn a_kill_of_what_was_split_off_under_embargo_is_shown_to_nobody() {
    let held = |n, status| {
        let mut arrival = wire(n, "bolt", CLAIM, status);
        if let Ok(item) = &mut arrival.record
            && status == PubStatus::Usable
        {
            item.embargoed = Some(at(30));
        }
        arrival
    };
    let mut desk = Desk::new();
    assert_eq!(desk.comes(1, CLAIM).channels.join(" "), "treaties");
    desk.log.extend(desk.decider.push(held(2, PubStatus::Usable)));
    let item = Box::new(held(2, PubStatus::Usable));
    desk.ask(3, Ask::Split { story: StoryId(1), item }).unwrap();
    for mut desk in [desk.restarted(), desk] {
        desk.decider.push(held(4, PubStatus::Canceled)).into_iter().for_each(|entry| {
            if let Entry::Item { decision, .. } = entry {
                let fold = &decision.fold;
                assert_eq!((fold.verdict, fold.story), (Verdict::Kill, StoryId(2)));
                assert_eq!(decision.channels, Vec::<String>::new());
            }
        });
    }
}

#[test]
fn a_kill_reaches_who_was_shown_the_version_before_one_that_was_split_off_under_embargo() {
    let version = |n: u64, status, until: Option<i64>| {
        let mut arrival = wire(n, "bolt", &format!("{CLAIM}, {n} told"), status);
        if let Ok(item) = &mut arrival.record {
            item.embargoed = until.map(at);
        }
        arrival
    };
    let mut desk = Desk::new();
    desk.log.extend(desk.decider.push(version(1, PubStatus::Usable, None)));
    desk.log.extend(desk.decider.push(version(2, PubStatus::Usable, Some(30))));
    let Some(Entry::Item { decision, .. }) = desk.log.last() else { unreachable!() };
    assert_eq!((decision.fold.verdict, decision.fold.story), (Verdict::Revision, StoryId(1)));
    let item = Box::new(version(2, PubStatus::Usable, Some(30)));
    desk.ask(3, Ask::Split { story: StoryId(1), item }).unwrap();
    for mut desk in [desk.restarted(), desk] {
        let killed = desk.decider.push(version(4, PubStatus::Canceled, None));
        let Some(Entry::Item { decision, .. }) = killed.last() else { panic!("{killed:?}") };
        assert_eq!(decision.fold.verdict, Verdict::Kill);
        assert_eq!(decision.channels, ["treaties"]);
    }
}
