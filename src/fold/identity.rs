//! Recognising an item that came before, by what it is called rather than by what it says.
//!
//! A ladder: uri or guid, then address, then content. An item is known by its surest name. By an
//! address that is not its surest name it is known only together with its text: live pages and
//! newsrooms have one address for many items. Feeds list old entries for weeks, so identities are
//! remembered longer than the window, as 16-byte digests.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use smallvec::SmallVec;
use xxhash_rust::xxh3::Xxh3Default;

use super::ring::Ring;
use crate::item::Seq;
use crate::prepare::{Prepared, Word};
use crate::story::{StoryId, Verdict};

/// XXH3-128 of one name of an item.
pub type Digest = [u8; 16];

/// The names of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Rungs of the ladder, the surest first.
    pub(super) rungs: SmallVec<[Rung; 2]>,
    /// The uri among all sources of its provider, of an item that may correct and kill: agencies are
    /// received by several lines, and sources are renamed.
    pub(super) anywhere: Option<Rung>,
    /// What an item that it corrects or kills under another uri is called: as its source calls it, and
    /// anywhere.
    pub(super) amends: Option<[Digest; 2]>,
    /// The headline, by which a correction or kill of the same provider finds it.
    pub(super) headline: Option<Digest>,
    /// The headline without its numbers, by which a version whose number changed finds the one
    /// before it.
    pub(super) numberless: Option<Digest>,
    /// What it does to what its provider sent: a correction or a kill is remembered as such, too.
    claim: Option<Verdict>,
}

/// A name of an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rung {
    pub(super) name: Digest,
    /// The name together with the text: tells a repeat from a revision. None for content, which is
    /// the text.
    pub(super) exact: Option<Digest>,
}

impl Rung {
    fn new(name: Digest, headline: &str, body: &str) -> Rung {
        let hex = format!("{:032x}", u128::from_be_bytes(name));
        Rung { name, exact: Some(digest("exact", &[&hex, headline, body])) }
    }

    /// By what a correction or kill under the name is known as one.
    pub(super) fn claimed(&self, claim: Verdict) -> Digest {
        let hex = format!("{:032x}", u128::from_be_bytes(self.name));
        digest("claim", &[claim.as_str(), &hex])
    }
}

impl Names {
    pub(super) fn of(prepared: &Prepared, family: u32) -> Names {
        let item = &prepared.item;
        let body = item.body.as_deref().unwrap_or("");
        let headline = item.headline.as_str();
        let mut names = Names::default();
        let by_source = |uri: &String| digest("uri", &[&item.source, uri]);
        if let Some(uri) = &item.uri {
            names.rungs.push(Rung::new(by_source(uri), headline, body));
        }
        if let Some(address) = item.link.as_deref().and_then(address) {
            names.rungs.push(Rung::new(digest("address", &[&address]), headline, body));
        }
        if names.rungs.is_empty() {
            // Content alone names an item only together with its time: wires send the same
            // headline about different days.
            let time = item.versioncreated.map(|at| at.to_string()).unwrap_or_default();
            let publisher = item.publisher.as_deref().unwrap_or("");
            let name = digest("content", &[&item.source, publisher, headline, body, &time]);
            names.rungs.push(Rung { name, exact: None });
        }
        names.claim = Verdict::claimed_by(prepared);
        if item.lifecycle {
            // Without a publisher the source is the provider.
            let provider = match family {
                0 => format!("source {}", item.source),
                family => family.to_string(),
            };
            let anywhere = |uri: &String| digest("anywhere", &[&provider, uri]);
            names.anywhere = item.uri.as_ref().map(|it| Rung::new(anywhere(it), headline, body));
            names.amends = item.amends.as_ref().map(|it| [by_source(it), anywhere(it)]);
            let words: Vec<String> =
                prepared.text.words.iter().map(|word| word.id.to_string()).collect();
            if !words.is_empty() {
                names.headline = Some(digest("headline", &[&provider, &words.join(" ")]));
            }
            let words: Vec<String> = prepared
                .text
                .words
                .iter()
                .filter(|word| word.flags & Word::NUMBER == 0)
                .map(|word| word.id.to_string())
                .collect();
            if words.len() >= FEWEST {
                names.numberless = Some(digest("numberless", &[&provider, &words.join(" ")]));
            }
        }
        names
    }

    /// All of them: what the log remembers of an item.
    pub(super) fn all(&self) -> impl Iterator<Item = Digest> + '_ {
        let rungs = || self.rungs.iter().chain(&self.anywhere);
        let exact = rungs().filter_map(|rung| rung.exact);
        let words = self.headline.iter().chain(&self.numberless).copied();
        let amends = self.amends.iter().flatten().copied();
        let amends = amends.filter(|_| self.claim == Some(Verdict::Kill));
        let claims = self.claim.into_iter();
        let claimed = claims.flat_map(move |claim| rungs().map(move |rung| rung.claimed(claim)));
        let known = rungs().map(|rung| rung.name).chain(exact).chain(words);
        known.chain(claimed).chain(amends)
    }

    /// All rungs but the surest.
    pub(super) fn others(&self) -> impl Iterator<Item = &Rung> {
        self.anywhere.iter().chain(self.rungs.iter().skip(1))
    }
}

/// A headline of fewer words besides its numbers is a heading that comes again and again.
const FEWEST: usize = 3;

fn digest(kind: &str, parts: &[&str]) -> Digest {
    let mut hash = Xxh3Default::new();
    for part in [kind].iter().chain(parts) {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest128().to_be_bytes()
}

/// An address without scheme, fragment and tracking; `None` for a site's front page, and for a
/// relative link, which is another page at each site.
fn address(link: &str) -> Option<String> {
    let rest = match link.split_once("://") {
        Some((_, rest)) => rest,
        None => link.strip_prefix("//").unwrap_or(link),
    };
    if rest.starts_with(['/', '.', '?', '#']) {
        return None;
    }
    let rest = rest.split('#').next()?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    path.contains('/').then_some(())?;
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("utm_"));
    let query: Vec<&str> = kept.collect();
    let (host, tail) = path.split_once('/')?;
    let host = host.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    Some(format!("{host}/{tail}?{}", query.join("&")))
}

/// An item that is known by some name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Known {
    pub(super) seq: Seq,
    pub(super) story: StoryId,
    /// When the item was taken in, in seconds.
    pub(super) received: i64,
    /// Event time in seconds, if the item had one.
    pub(super) event: Option<i64>,
    pub(super) version: Option<u64>,
}

impl Known {
    /// Whether a version of the item is older or newer than what is known: by number, else by time.
    pub(super) fn age_of(self, prepared: &Prepared) -> Ordering {
        let own = Known::of(prepared, self.story);
        if let Some((version, before)) = own.version.zip(self.version) {
            return version.cmp(&before);
        }
        own.event.zip(self.event).map_or(Ordering::Equal, |(at, before)| at.cmp(&before))
    }

    /// Whether an item is the very version that is known: by number and time, as far as both have
    /// them.
    pub(super) fn is_version_of(self, prepared: &Prepared) -> bool {
        let own = Known::of(prepared, self.story);
        let by_number = own.version.zip(self.version).map(|(it, known)| it == known);
        let by_time = own.event.zip(self.event).map(|(it, known)| it == known);
        (by_number.is_some() || by_time.is_some())
            && by_number.unwrap_or(true)
            && by_time.unwrap_or(true)
    }

    /// The same, but no older than `before`: a stale item that is let pass must not make room for
    /// another one.
    pub(super) fn not_older_than(self, before: Known) -> Known {
        Known {
            event: self.event.max(before.event),
            version: self.version.max(before.version),
            ..self
        }
    }
}

/// A name and the item that it leads to, in 56 bytes: there are many more names than items.
#[derive(Debug)]
struct Name {
    name: Digest,
    seq: Seq,
    story: StoryId,
    received: i64,
    /// [`Name::NO_EVENT`] for none.
    event: i64,
    /// [`Name::NO_VERSION`] for none. The largest number but that one stands for itself and for it.
    version: u64,
}

impl Name {
    /// No second of a [`jiff::Timestamp`].
    const NO_EVENT: i64 = i64::MIN;
    const NO_VERSION: u64 = u64::MAX;

    fn new(name: Digest, known: Known) -> Name {
        let Known { seq, story, received, event, version } = known;
        Name {
            name,
            seq,
            story,
            received,
            event: event.unwrap_or(Name::NO_EVENT),
            version: version.map_or(Name::NO_VERSION, |it| it.min(Name::NO_VERSION - 1)),
        }
    }

    fn known(&self) -> Known {
        Known {
            seq: self.seq,
            story: self.story,
            received: self.received,
            event: (self.event != Name::NO_EVENT).then_some(self.event),
            version: (self.version != Name::NO_VERSION).then_some(self.version),
        }
    }
}

/// All names that are remembered: in the order of `received`, and a table of where each stands.
/// Names outnumber the items of the window, so that each takes as little as it can.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// A name that was taken over by a newer item stands here twice; the newer counts.
    order: Ring<Name>,
    /// Low 32 bits of the place of the first in `order`.
    first: u32,
    places: HashTable<u32>,
    hasher: RandomState,
}

/// How many names are remembered for each item of the largest window.
pub(super) const NAMES_PER_ITEM: usize = 8;

impl Identities {
    pub(super) fn get(&self, name: &Digest) -> Option<Known> {
        let place = self.places.find(self.hasher.hash_one(name), |place| self.is(*place, name))?;
        self.at(*place).map(Name::known)
    }

    /// Remembers a name. Returns the story of the item that had it before.
    pub(super) fn insert(&mut self, name: Digest, known: Known) -> Option<StoryId> {
        let before = self.get(&name).map(|before| before.story);
        self.forget(&name);
        let place = self.first.wrapping_add(self.order.len() as u32);
        self.order.push(Name::new(name, known));
        let (order, first, hasher) = (&self.order, self.first, &self.hasher);
        let rehash = |place: &u32| {
            let entry = order.get(place.wrapping_sub(first) as usize);
            entry.map_or(0, |entry| hasher.hash_one(entry.name))
        };
        self.places.insert_unique(hasher.hash_one(name), place, rehash);
        before
    }

    /// Lets a name that is remembered mean something else. It is forgotten when it would have been.
    pub(super) fn replace(&mut self, name: Digest, known: Known) {
        let place = self.places.find(self.hasher.hash_one(name), |place| self.is(*place, &name));
        let at = place.map(|place| place.wrapping_sub(self.first) as usize);
        if let Some(remembered) = at.and_then(|at| self.order.get_mut(at)) {
            *remembered = Name::new(name, known);
        }
    }

    /// Forgets one name that is older than `edge` or beyond `most`; returns the story it led to.
    pub(super) fn pop(&mut self, edge: i64, most: usize) -> Option<Option<StoryId>> {
        let Name { name, story, received, .. } = *self.order.get(0)?;
        if received >= edge && self.order.len() <= most {
            return None;
        }
        let place = self.first;
        let hash = self.hasher.hash_one(name);
        let current = self.places.find_entry(hash, |other| *other == place).map(|it| it.remove());
        self.order.pop();
        self.first = self.first.wrapping_add(1);
        Some(current.is_ok().then_some(story))
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    fn at(&self, place: u32) -> Option<&Name> {
        self.order.get(place.wrapping_sub(self.first) as usize)
    }

    fn is(&self, place: u32, name: &Digest) -> bool {
        self.at(place).is_some_and(|other| other.name == *name)
    }

    fn forget(&mut self, name: &Digest) {
        let (order, first) = (&self.order, self.first);
        let same = |place: &u32| {
            order.get(place.wrapping_sub(first) as usize).is_some_and(|other| other.name == *name)
        };
        if let Ok(entry) = self.places.find_entry(self.hasher.hash_one(name), same) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_page_are_one() {
        let page = address("https://www.Fjord.example/a/b/?utm_source=x#top");
        assert_eq!(page, address("http://fjord.example/a/b"));
        assert_ne!(page, address("http://fjord.example/a/b?page=2"));
        assert_eq!(page, address("//fjord.example/a/b"));
        assert_eq!(address("https://fjord.example/"), None);
        for relative in ["/a/b", "./a/b", "../a/b", "?page=/2", "https:///a"] {
            assert_eq!(address(relative), None, "{relative}");
        }
    }

    #[test]
    fn a_name_leads_to_its_newest_item_until_that_one_is_forgotten() {
        let known = |n: i64| Known {
            seq: Seq(n as u64),
            story: StoryId(n as u64),
            received: n,
            event: None,
            version: None,
        };
        let mut identities = Identities::default();
        let name = |n: u8| [n; 16];
        assert_eq!(identities.insert(name(1), known(1)), None);
        for n in 2..100 {
            assert_eq!(identities.insert(name(n), known(i64::from(n))), None);
        }
        assert_eq!(identities.insert(name(1), known(100)), Some(StoryId(1)));
        assert_eq!(identities.pop(2, usize::MAX), Some(None), "it leads elsewhere now");
        assert_eq!(identities.pop(2, usize::MAX), None);
        for n in 2..100 {
            assert_eq!(identities.get(&name(n)).map(|known| known.story), Some(StoryId(n.into())));
            assert_eq!(identities.pop(200, usize::MAX), Some(Some(StoryId(n.into()))));
            assert!(identities.get(&name(n)).is_none());
        }
        assert_eq!(identities.get(&name(1)).map(|known| known.received), Some(100));
        assert_eq!(identities.pop(0, 0), Some(Some(StoryId(100))), "beyond the most");
        assert_eq!((identities.len(), identities.places.len()), (0, 0));
    }

    #[test]
    fn what_is_known_under_a_name_is_told_as_it_was_remembered() {
        let largest = Some(u64::MAX - 1);
        for (event, version) in [(None, None), (Some(-1), Some(0)), (Some(i64::MAX), largest)] {
            let (seq, story) = (Seq(u64::MAX), StoryId(u64::MAX));
            let known = Known { seq, story, received: i64::MIN, event, version };
            assert_eq!(Name::new([7; 16], known).known(), known);
        }
    }

    #[test]
    fn digests_tell_parts_apart() {
        assert_ne!(digest("uri", &["ab", "c"]), digest("uri", &["a", "bc"]));
    }
}
