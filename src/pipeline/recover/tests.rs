use std::path::Path;

use super::*;
use crate::config::{Config, File, OnFull};
use crate::feedback::{Ask, Incoming, Request};
use crate::item::{Arrival, Item, PubStatus};
use crate::log::{Entry, Keep};
use crate::story::{FoldDecision, Verdict};

fn decider(config: &Config) -> Decider {
    Decider::build(config).unwrap_or_else(|problems| panic!("{problems}")).0
}

/// With a window that the first of eighty items have left.
fn config(dir: &Path) -> Config {
    let text = "[log]\ndir = \"data\"\n[fold]\nwindow = \"16h\"\n[[channel]]\nname = \"all\"\n\
                repeats = \"developments\"\n[[rule]]\nquery = \"*\"\nchannels = [\"all\"]\n";
    let (config, problems) = Config::parse(File::new("wirefold.toml", text), dir);
    config.unwrap_or_else(|| panic!("{problems}"))
}

fn arrival(n: u64) -> Arrival {
    const EVENTS: [&str; 6] = [
        "Ferry with ninety aboard runs aground off Tarn",
        "Norland agreed to cease night inspections - regional media",
        "Wheat prices fall as rains return to Freedonia",
        "Chess champion Ilvana retires at 31",
        "Parliament adopts package of harbour rules",
        "Hooded gunmen attack market in Sandvik",
    ];
    const FORMS: [&str; 5] = ["", "UPDATE 1-", "CORRECTED-", "Report: ", "Minister denies "];
    // Every item comes twice, the second time with another number or word for word.
    let event = (n / 2) as usize;
    let count = if n % 4 == 1 { format!(", {n} hurt") } else { String::new() };
    let headline = match event {
        // Two stories that the third shows to be one.
        17 => "Tanker runs aground near Brimsund".to_owned(),
        19 => "Coastguard helicopters lift forty sailors from rocks".to_owned(),
        22 => {
            "Coastguard helicopters lift forty sailors as tanker runs aground near Brimsund rocks"
                .to_owned()
        }
        _ => format!("{}{}{count}", FORMS[event % 5], EVENTS[(event * 7 + event / 5) % 6]),
    };
    let received = "2026-03-02T09:00:00Z".parse::<Timestamp>().unwrap()
        + SignedDuration::from_mins(20 * n as i64);
    let item = Item {
        headline,
        uri: (!event.is_multiple_of(3)).then(|| format!("tag:example.org,2026:{event}")),
        publisher: Some(format!("Publisher {}", event % 3)),
        versioncreated: Some(received),
        lifecycle: n.is_multiple_of(3),
        pubstatus: if n == 51 { PubStatus::Canceled } else { PubStatus::Usable },
        ..Item::default()
    };
    Arrival { seq: Seq(n), received, source: "wire".to_owned(), record: Ok(item) }
}

/// What was decided about the item, and where it goes.
fn decided(entries: &[Entry]) -> Option<(&FoldDecision, &[String])> {
    entries.iter().find_map(|entry| match entry {
        Entry::Item { decision, .. } => Some((&decision.fold, &decision.channels[..])),
        _ => None,
    })
}

#[test]
fn a_decider_that_was_stopped_decides_on_as_one_that_was_not() {
    let verdicts = stopped_and_not(arrival);
    for kind in ["New", "Repeat", "Development", "Revision", "Correction", "Kill"] {
        assert!(verdicts.contains(&kind), "{kind}: {verdicts:?}");
    }
}

#[test]
fn a_decider_that_was_stopped_counts_what_was_under_embargo_as_one_that_was_not() {
    stopped_and_not(|n| {
        let mut arrival = arrival(n);
        if let Ok(item) = &mut arrival.record {
            match n % 7 {
                // Some end before the stop, some after it, some beyond the window, some never.
                0 | 3 => {
                    let hours = SignedDuration::from_hours((n % 5 * n % 9) as i64 + 1);
                    item.embargoed = Some(arrival.received + hours);
                }
                5 if n != 51 => item.pubstatus = PubStatus::Withheld,
                _ => {}
            }
        }
        arrival
    });
}

/// Decides about items with a stop between and without; returns the verdicts before it.
fn stopped_and_not(arrival: impl Fn(u64) -> Arrival) -> Vec<&'static str> {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let mut went_on = decider(&config);
    let log = Log::open(&config.log).unwrap();
    let (mut verdicts, mut merged) = (std::collections::BTreeSet::new(), 0);
    for n in 1..=80 {
        let mut entries = went_on.push(arrival(n));
        if n == 60 {
            // This item is not alone in its story: it is split off.
            let story = decided(&entries).expect("it is an item").0.story;
            let ask = Ask::Split { story, item: Box::new(arrival(n)) };
            let now = arrival(n).received;
            let split = Request::new(ask, now);
            entries.extend(went_on.take_in(Incoming::Feedback(Box::new(split)), now));
            assert!(matches!(entries.last(), Some(Entry::Feedback(_))), "{entries:?}");
        }
        verdicts.extend(decided(&entries).map(|(fold, _)| fold.verdict.as_str()));
        merged += decided(&entries).map_or(0, |(fold, _)| fold.merged.len());
        log.append(&entries).unwrap();
    }
    assert_eq!(merged, 1);
    let mut started = decider(&config);
    recover(&mut started, &log, config.fold.window, false).unwrap();
    let size = |decider: &Decider| (decider.fold.len(), decider.fold.stories());
    assert_eq!(size(&started), size(&went_on));
    // Old items again, by name, and new ones.
    for n in [3, 20, 38, 61].into_iter().chain(81..140) {
        let again =
            Arrival { seq: Seq(1_000 + n), received: arrival(80.max(n)).received, ..arrival(n) };
        let (a, b) = (went_on.push(again.clone()), started.push(again));
        assert_eq!(decided(&a), decided(&b), "item {n}");
    }
    verdicts.into_iter().collect()
}

#[test]
fn an_item_under_an_embargo_is_held_after_a_stop_though_what_came_with_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let mut before = decider(&config);
    let log = Log::open(&config.log).unwrap();
    let until = arrival(100).received;
    for n in 1..=30 {
        let mut arrival = arrival(n);
        if let (7, Ok(item)) = (n, &mut arrival.record) {
            item.headline = "Skerry Mining reports its half year".to_owned();
            item.embargoed = Some(until);
        }
        log.append(&before.push(arrival)).unwrap();
    }
    // The log is full, and what goes is of the window.
    let (max_size, on_full) = (log.size(), OnFull::Skip);
    let keep = Keep { max_size, on_full, ..Keep::new(&config.log, &config.fold) };
    while log.trim(&keep, 0, arrival(30).received).unwrap().records > 0 {}
    assert!(log.view().bounds().unwrap().0 > Position(7));

    let mut started = decider(&config);
    recover(&mut started, &log, config.fold.window, false).unwrap();
    let released = |decider: &mut Decider| {
        let timers = decider.pass(until).into_iter().filter_map(|entry| match entry {
            Entry::Timer(timer) => Some((timer.item, timer.channels)),
            _ => None,
        });
        timers.collect::<Vec<_>>()
    };
    assert_eq!(released(&mut before), [(Seq(7), vec!["all".to_owned()])]);
    assert_eq!(released(&mut started), [(Seq(7), vec!["all".to_owned()])]);
}

/// By now no policy holds anything back, and the item has left the window.
#[test]
fn what_a_channel_held_back_goes_at_a_start_without_its_policy() {
    const POLICY: &str = "min_publishers = 2\ndeadline = \"24h\"\n";
    let dir = tempfile::tempdir().unwrap();
    let with = |policy: &str| {
        let text = format!(
            "[log]\ndir = \"data\"\nretain = \"13h\"\n[fold]\nwindow = \"12h\"\n\
             [[channel]]\nname = \"mines\"\n{policy}\
             [[rule]]\nquery = \"skerry\"\nchannels = [\"mines\"]\n"
        );
        let (config, problems) = Config::parse(File::new("wirefold.toml", text), dir.path());
        config.unwrap_or_else(|| panic!("{problems}"))
    };
    let config = with(POLICY);
    let mut before = decider(&config);
    let log = Log::open(&config.log).unwrap();
    log.hold_back(config.holds_back());
    for n in 1..=60 {
        let mut arrival = arrival(n);
        if let (1, Ok(item)) = (n, &mut arrival.record) {
            item.headline = "Skerry Mining reports its half year".to_owned();
        }
        log.append(&before.push(arrival)).unwrap();
    }
    let now = arrival(60).received;
    log.trim(&Keep::new(&config.log, &config.fold), 0, now).unwrap();
    for (policy, changed, at_once) in [(POLICY, false, 0), ("", true, 1)] {
        let config = with(policy);
        let mut started = decider(&config);
        recover(&mut started, &log, config.fold.window, changed).unwrap();
        assert_eq!(started.route.held(), 1);
        let timers = |entries: Vec<Entry>| {
            entries.into_iter().filter(|entry| matches!(entry, Entry::Timer(_))).count()
        };
        assert_eq!(timers(started.pass(now)), at_once, "{policy}");
        let deadline = now + SignedDuration::from_hours(5);
        assert_eq!(timers(started.pass(deadline)), 1 - at_once, "{policy}");
    }
}

/// Items 1 and 2 are one story of two publishers, 90 to 92 are versions of them, the rest is the wire.
fn version_of(n: u64) -> Arrival {
    let (publisher, version, headline) = match n {
        1 => ("Fjord Wire", 2, "Lighthouse keeper of Ormsholm wins island election"),
        2 => ("Coast Post", 2, "Lighthouse keeper wins election on Ormsholm island"),
        90 => ("Coast Post", 1, "Ormsholm votes"),
        91 => ("Coast Post", 3, "Keeper to serve Ormsholm for four years"),
        92 => ("Fjord Wire", 3, "Loser of Ormsholm election asks for a recount"),
        _ => return arrival(n),
    };
    let mut arrival = arrival(n);
    arrival.record = Ok(Item {
        headline: headline.to_owned(),
        uri: Some(publisher.to_owned()),
        version: Some(version),
        publisher: Some(publisher.to_owned()),
        versioncreated: Some(arrival.received),
        ..Item::default()
    });
    arrival
}

#[test]
fn a_story_that_has_left_the_window_is_known_as_well_after_a_stop() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    let mut went_on = decider(&config);
    let log = Log::open(&config.log).unwrap();
    for n in 1..80 {
        log.append(&went_on.push(version_of(n))).unwrap();
    }
    let mut started = decider(&config);
    recover(&mut started, &log, config.fold.window, false).unwrap();
    for n in [90, 91, 92] {
        let (a, b) = (went_on.push(version_of(n)), started.push(version_of(n)));
        assert_eq!(decided(&a), decided(&b), "item {n}");
        let Some((fold, _)) = decided(&b) else {
            assert_eq!(n, 90, "only the older version is refused");
            continue;
        };
        let (items, publishers) = (fold.state.items as u64, fold.state.publishers);
        assert_eq!((fold.verdict, items, publishers), (Verdict::Revision, n - 88, 2));
    }
}
