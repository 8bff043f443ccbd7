//! Which entries of a fetched feed are new, and by what they are recognised.
//!
//! A feed lists old entries for weeks; only new and changed ones are submitted. A text that was there
//! before is one that a cache has kept, unless it comes with a newer time: then an edit was taken back,
//! and whoever had the edit must hear of it. Entries are told apart by the rungs of a ladder: GUID,
//! else link, else text. Feeds whose GUIDs or links are made anew at every fetch, or shared by
//! different entries, are noticed, and go down a rung for good. Where a few entries share a GUID, only
//! those are told apart otherwise.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::format::Record;

/// Entries remembered of one feed, 32 bytes each; of one that lists more at a time, as many as that.
const MOST: usize = 2_000;
/// Entries that must show the same fault before a rung is given up.
const PROOF: usize = 3;
/// Fetches in a row in which links are new and texts are known before links are given up: a site that
/// moves changes all of them once.
const ANEW: u32 = 2;

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

    /// Its page as it is now; `None` without a link.
    fn page(&self) -> Option<(u64, u64)> {
        (self.link != 0).then_some((self.link, self.text))
    }

    /// What it says and when: "Morning briefing" is another one every morning.
    fn words(&self) -> (u64, i64) {
        (self.text, self.time)
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
    /// Fetches in a row in which all it was known by was new, except its texts.
    #[serde(skip)]
    anew: u32,
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
        let mut listed: Vec<_> = records.iter().map(Entry::of).collect();
        let Judgement { rung, fell, anew } = self.judge(&listed);
        let doubtful = doubtful_guids(&listed);
        for entry in listed.iter_mut().filter(|entry| doubtful.contains(&entry.guid)) {
            entry.guid = 0;
        }
        let mut seen: HashSet<_> = self.entries.iter().map(|entry| entry.key(rung)).collect();
        let pages: HashMap<_, _> =
            self.entries.iter().filter_map(|entry| Some((entry.page()?, entry.guid))).collect();
        let words: HashSet<_> = self.entries.iter().map(Entry::words).collect();
        let last = self.last_texts(rung);
        let mut fresh = Vec::new();
        for (mut record, entry) in records.into_iter().zip(&listed) {
            let (name, text) = entry.key(rung);
            // Whether a GUID is one may depend on what else is listed.
            let known_page = entry
                .page()
                .and_then(|page| pages.get(&page))
                .is_some_and(|guid| *guid == 0 || entry.guid == 0);
            let known = !seen.insert((name, text))
                || known_page
                || anew > 0 && words.contains(&entry.words());
            let goes_back = |last: &&Entry| text != last.text && entry.time > last.time;
            let taken_back = name != 0 && last.get(&name).is_some_and(goes_back);
            if known && !taken_back {
                continue;
            }
            if let Ok(item) = &mut record {
                item.uri = item.uri.take().filter(|_| rung < Rung::Link && entry.guid != 0);
                item.link = item.link.take().filter(|_| rung < Rung::Text);
            }
            fresh.push(record);
        }
        // Some servers drop entries, or all of them, and list them again later: more is kept than one
        // list, and as much as ever was.
        let keep = (listed.len() * 4).clamp(100, MOST);
        let keep = keep.max(self.entries.len()).max(listed.len());
        let current: HashSet<_> = listed.iter().map(Entry::names).collect();
        let older = self.entries.iter().filter(|entry| !current.contains(&entry.names()));
        let entries = listed.iter().chain(older).copied().take(keep).collect();
        Sifted { fresh, known: Known { rung, entries, anew }, fell }
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
    fn judge(&self, listed: &[Entry]) -> Judgement {
        let mut judged = Judgement { rung: self.rung, fell: None, anew: 0 };
        let new_guids = judged.rung == Rung::Guid && self.remade(listed, |entry| entry.guid);
        let new_links = self.remade(listed, |entry| entry.link);
        if judged.rung == Rung::Guid {
            let why = if shared(listed, |e| e.guid, |e| e.text) {
                Some("different entries share one GUID")
            } else if new_guids && !new_links {
                Some("GUIDs are made anew at every fetch")
            } else {
                None
            };
            if why.is_some() {
                (judged.rung, judged.fell) = (Rung::Link, why);
            }
        }
        let linked = judged.rung == Rung::Link || listed.iter().all(|entry| entry.guid == 0);
        if linked && judged.rung < Rung::Text && shared(listed, |e| e.link, |e| e.text) {
            (judged.rung, judged.fell) = (Rung::Text, Some("different entries share one link"));
        }
        if judged.rung < Rung::Text && new_links && (linked || new_guids) {
            judged.anew = self.anew + 1;
            if judged.anew >= ANEW {
                (judged.rung, judged.fell) =
                    (Rung::Text, Some("links are made anew at every fetch"));
            }
        }
        judged
    }

    /// True when most entries have a new name but are known by what they say.
    fn remade(&self, listed: &[Entry], name: impl Fn(&Entry) -> u64) -> bool {
        let names: HashSet<_> = self.entries.iter().map(&name).collect();
        let words: HashSet<_> = self.entries.iter().map(Entry::words).collect();
        let pages: HashSet<_> = self.entries.iter().filter_map(Entry::page).collect();
        let known = |entry: &Entry| {
            words.contains(&entry.words()) || entry.page().is_some_and(|page| pages.contains(&page))
        };
        let remade = listed
            .iter()
            .filter(|entry| name(entry) != 0 && !names.contains(&name(entry)) && known(entry));
        most(remade.count(), listed.len())
    }
}

/// What a fetched list shows.
struct Judgement {
    rung: Rung,
    /// Why the feed went down a rung, if it did.
    fell: Option<&'static str>,
    /// See [`Known::anew`].
    anew: u32,
}

/// GUIDs that entries of one list have which differ in both link and text: they name none of them.
fn doubtful_guids(listed: &[Entry]) -> HashSet<u64> {
    let mut first: HashMap<u64, &Entry> = HashMap::new();
    let mut doubtful = HashSet::new();
    for entry in listed.iter().filter(|entry| entry.guid != 0) {
        let other = first.entry(entry.guid).or_insert(entry);
        if other.link != entry.link && other.text != entry.text {
            doubtful.insert(entry.guid);
        }
    }
    doubtful
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
mod tests;
