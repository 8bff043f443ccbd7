//! Which entries of a fetched feed are new, and by what they are recognised.
//!
//! A feed lists old entries for weeks; only new and changed ones are submitted. A text that was there
//! before is one that a cache has kept, unless it comes with a newer time: then an edit was taken back,
//! and whoever had the edit must hear of it. Entries are told apart by the rungs of a ladder: GUID,
//! else link, else text. Feeds whose GUIDs are made anew at every fetch, or shared by different entries,
//! are noticed, and go down a rung for good.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::format::Record;

/// Entries remembered of one feed; 32 bytes each.
const MOST: usize = 2_000;
/// Entries that must show the same fault before a rung is given up.
const PROOF: usize = 3;

/// What an entry is recognised by, best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Rung {
    /// Its GUID, and its link when it has none.
    #[default]
    Guid,
    /// Its link: GUIDs are unreliable.
    Link,
    /// Its text alone: links are unreliable, too.
    Text,
}

/// Digests of what an entry could be recognised by; 0 where it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    guid: u64,
    link: u64,
    text: u64,
    /// Its own time in seconds; 0 for none. Kept apart: see [`Known::times`].
    #[serde(skip)]
    time: i64,
}

impl Entry {
    fn of(record: &Record) -> Entry {
        let item = match record {
            Ok(item) => item,
            // What cannot be read has its bytes only, and is submitted once, too.
            Err(reject) => {
                return Entry { guid: 0, link: 0, text: xxh3_64(&reject.bytes), time: 0 };
            }
        };
        let digest =
            |text: &Option<String>| text.as_ref().map_or(0, |text| xxh3_64(text.as_bytes()).max(1));
        let body = item.body.as_deref().unwrap_or_default();
        let text = [item.headline.as_bytes(), b"\0", body.as_bytes()].concat();
        let time = item.versioncreated.map_or(0, Timestamp::as_second);
        Entry { guid: digest(&item.uri), link: digest(&item.link), text: xxh3_64(&text), time }
    }

    /// All that it is recognised by.
    fn names(&self) -> (u64, u64, u64) {
        (self.guid, self.link, self.text)
    }

    /// What it is recognised by on that rung, and its text: another text is news.
    fn key(&self, rung: Rung) -> (u64, u64) {
        let name = match rung {
            Rung::Guid if self.guid != 0 => self.guid,
            Rung::Guid | Rung::Link => self.link,
            Rung::Text => 0,
        };
        (name, self.text)
    }
}

/// What is known of a feed's entries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    rung: Rung,
    /// Latest first.
    entries: Vec<Entry>,
}

/// A fetched list, sifted.
#[derive(Debug)]
pub(super) struct Sifted {
    /// New and changed records, in the order of the feed, without identifiers that do not identify.
    pub(super) fresh: Vec<Record>,
    /// What is known once they are durable.
    pub(super) known: Known,
    /// Why the feed went down a rung, if it did.
    pub(super) fell: Option<&'static str>,
}

impl Known {
    /// The rung the feed stands on.
    pub(super) fn rung(&self) -> Rung {
        self.rung
    }

    /// Takes out of a fetched list what is new.
    pub(super) fn sift(&self, records: Vec<Record>) -> Sifted {
        let listed: Vec<_> = records.iter().map(Entry::of).collect();
        let (rung, fell) = self.judge(&listed);
        let mut seen: HashSet<_> = self.entries.iter().map(|entry| entry.key(rung)).collect();
        let last = self.last_texts(rung);
        let mut fresh = Vec::new();
        for (mut record, entry) in records.into_iter().zip(&listed) {
            let (name, text) = entry.key(rung);
            let goes_back = |last: &&Entry| text != last.text && entry.time > last.time;
            let taken_back = name != 0 && last.get(&name).is_some_and(goes_back);
            if !seen.insert((name, text)) && !taken_back {
                continue;
            }
            if let Ok(item) = &mut record {
                item.uri = item.uri.take().filter(|_| rung < Rung::Link);
                item.link = item.link.take().filter(|_| rung < Rung::Text);
            }
            fresh.push(record);
        }
        // Some servers drop entries and list them again later: more is kept than one list.
        let keep = (listed.len() * 4).clamp(100, MOST);
        let current: HashSet<_> = listed.iter().map(Entry::names).collect();
        let older = self.entries.iter().filter(|entry| !current.contains(&entry.names()));
        let entries = listed.iter().chain(older).copied().take(keep).collect();
        Sifted { fresh, known: Known { rung, entries }, fell }
    }

    /// The text that each name has had last, by the time that came with it.
    fn last_texts(&self, rung: Rung) -> HashMap<u64, &Entry> {
        let mut last: HashMap<u64, &Entry> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| entry.time != 0) {
            let known = last.entry(entry.key(rung).0).or_insert(entry);
            if entry.time > known.time {
                *known = entry;
            }
        }
        last
    }

    /// The times of the entries, to be kept behind everything else: what was kept by earlier versions
    /// has none.
    pub(super) fn times(&self) -> Vec<i64> {
        self.entries.iter().map(|entry| entry.time).collect()
    }

    /// Takes over the times that were kept.
    pub(super) fn set_times(&mut self, times: &[i64]) {
        self.entries.iter_mut().zip(times).for_each(|(entry, time)| entry.time = *time);
    }

    /// The rung to stand on, given a fetched list.
    fn judge(&self, listed: &[Entry]) -> (Rung, Option<&'static str>) {
        let mut rung = self.rung;
        let mut fell = None;
        if rung == Rung::Guid {
            let why = if shared(listed, |e| e.guid, |e| e.text) {
                Some("different entries share one GUID")
            } else if self.remade(listed, |entry| entry.guid) {
                Some("GUIDs are made anew at every fetch")
            } else {
                None
            };
            if why.is_some() {
                (rung, fell) = (Rung::Link, why);
            }
        }
        let linked = rung == Rung::Link || listed.iter().all(|entry| entry.guid == 0);
        if linked && rung < Rung::Text && shared(listed, |e| e.link, |e| e.text) {
            (rung, fell) = (Rung::Text, Some("different entries share one link"));
        }
        (rung, fell)
    }

    /// True when most entries are known by everything but their GUID.
    fn remade(&self, listed: &[Entry], guid: impl Fn(&Entry) -> u64) -> bool {
        let guids: HashSet<_> = self.entries.iter().map(&guid).collect();
        let rest: HashSet<_> = self.entries.iter().map(|entry| (entry.link, entry.text)).collect();
        let remade = listed.iter().filter(|entry| {
            guid(entry) != 0
                && !guids.contains(&guid(entry))
                && rest.contains(&(entry.link, entry.text))
        });
        most(remade.count(), listed.len())
    }
}

/// True when most entries have a name that another entry, which differs, has as well.
fn shared(listed: &[Entry], name: impl Fn(&Entry) -> u64, differs: impl Fn(&Entry) -> u64) -> bool {
    let mut bearers: HashMap<u64, HashSet<u64>> = HashMap::new();
    for entry in listed.iter().filter(|entry| name(entry) != 0) {
        bearers.entry(name(entry)).or_default().insert(differs(entry));
    }
    let doubtful = listed
        .iter()
        .filter(|entry| bearers.get(&name(entry)).is_some_and(|bearers| bearers.len() > 1));
    most(doubtful.count(), listed.len())
}

fn most(count: usize, all: usize) -> bool {
    count >= PROOF && count * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Item, Reject, RejectKind};

    fn item(guid: &str, link: &str, headline: &str) -> Record {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (uri, link) = (some(guid), some(link));
        Ok(Item { uri, link, headline: headline.to_owned(), ..Item::default() })
    }

    /// A list of `n` entries whose GUIDs and links are made from a pattern.
    fn list(n: usize, guid: &str, link: &str) -> Vec<Record> {
        let fill = |pattern: &str, n: usize| pattern.replace('#', &n.to_string());
        (0..n).map(|n| item(&fill(guid, n), &fill(link, n), &format!("Headline {n}"))).collect()
    }

    #[test]
    fn an_entry_is_submitted_once_and_again_when_its_text_changes() {
        let first = Known::default().sift(list(3, "g#", "l#"));
        assert_eq!(first.fresh.len(), 3);
        let mut next = list(4, "g#", "l#");
        next[1].as_mut().unwrap().headline = "Headline 1, corrected".to_owned();
        let next = first.known.sift(next);
        let headlines: Vec<_> =
            next.fresh.iter().map(|item| item.as_ref().unwrap().headline.as_str()).collect();
        assert_eq!(headlines, ["Headline 1, corrected", "Headline 3"]);
        assert!(next.known.sift(list(4, "g#", "l#")).fresh.is_empty(), "even when it flaps back");
    }

    #[test]
    fn an_edit_that_is_taken_back_later_is_submitted_and_what_a_cache_has_kept_is_not() {
        let toll = |hour: i64, dead: u32| {
            let mut entry = item("g", "l", &format!("Ferry sinks, {dead} dead"));
            let time = Timestamp::from_second(hour * 3_600).unwrap();
            entry.as_mut().unwrap().versioncreated = Some(time);
            vec![entry]
        };
        let known = Known::default().sift(toll(1, 12)).known;
        let sifted = known.sift(toll(2, 120));
        assert_eq!(sifted.fresh.len(), 1);
        let cached = sifted.known.sift(toll(1, 12));
        assert!(cached.fresh.is_empty(), "a cache");
        assert!(cached.known.sift(toll(2, 120)).fresh.is_empty(), "and back");
        let stored = postcard::to_allocvec(&sifted.known).unwrap();
        let mut known: Known = postcard::from_bytes(&stored).unwrap();
        assert!(known.sift(toll(3, 12)).fresh.is_empty(), "kept by an earlier version");
        known.set_times(&sifted.known.times());
        let sifted = known.sift(toll(3, 12));
        assert_eq!(sifted.fresh.len(), 1, "taken back");
        assert!(sifted.known.sift(toll(4, 12)).fresh.is_empty(), "a new time is no new text");
    }

    #[test]
    fn entries_that_a_server_drops_and_lists_again_are_still_known() {
        let known = Known::default().sift(list(10, "g#", "l#")).known;
        let known = known.sift(list(2, "g#", "l#")).known;
        assert!(known.sift(list(10, "g#", "l#")).fresh.is_empty());
    }

    #[test]
    fn guids_made_anew_at_every_fetch_are_given_up() {
        let known = Known::default().sift(list(5, "a#", "l#")).known;
        let sifted = known.sift(list(6, "b#", "l#"));
        assert_eq!(sifted.fell, Some("GUIDs are made anew at every fetch"));
        assert_eq!(sifted.fresh.len(), 1, "only the entry that is new");
        let item = sifted.fresh[0].as_ref().unwrap();
        assert_eq!((item.uri.as_deref(), item.link.as_deref()), (None, Some("l5")));
        let again = sifted.known.sift(list(6, "c#", "l#"));
        assert!(again.fresh.is_empty() && again.fell.is_none(), "it stays down and is told once");
    }

    #[test]
    fn a_guid_or_a_link_shared_by_different_entries_is_given_up() {
        let sifted = Known::default().sift(list(5, "same", "l#"));
        assert_eq!((sifted.known.rung(), sifted.fresh.len()), (Rung::Link, 5));
        let sifted = Known::default().sift(list(5, "same", "same"));
        assert_eq!(sifted.known.rung(), Rung::Text, "GUID and link name the whole feed");
        let nameless = |item: &Item| item.uri.is_none() && item.link.is_none();
        assert!(sifted.fresh.iter().flatten().all(nameless));
        let sifted = Known::default().sift(list(5, "", "same"));
        assert_eq!((sifted.known.rung(), sifted.fresh.len()), (Rung::Text, 5));
    }

    #[test]
    fn a_few_odd_entries_are_no_proof() {
        let mut items = list(8, "g#", "l#");
        items[1].as_mut().unwrap().uri = Some("g0".to_owned());
        assert_eq!(Known::default().sift(items).known.rung(), Rung::Guid);
        let sifted = Known::default().sift(list(8, "g#", "home"));
        assert_eq!(sifted.known.rung(), Rung::Guid, "good GUIDs make up for one link");
    }

    #[test]
    fn what_cannot_be_read_is_submitted_once_as_well() {
        let bad = || vec![Err(Reject::new(RejectKind::NoText, "empty", 7, b"<item/>"))];
        let first = Known::default().sift(bad());
        assert_eq!(first.fresh.len(), 1);
        assert!(first.known.sift(bad()).fresh.is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut known = Known::default();
        for n in 0..5 {
            known = known.sift(list(1_000, &format!("{n}-#"), &format!("{n}-#"))).known;
        }
        assert_eq!(known.entries.len(), MOST);
    }
}
