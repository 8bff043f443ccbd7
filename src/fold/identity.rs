//! Recognising an item that came before, by what it is called rather than by what it says.
//!
//! A ladder: uri or guid, then address, then content. Feeds list old entries for weeks, so
//! identities are remembered longer than the window, as 16-byte digests.

use std::collections::VecDeque;

use foldhash::HashMap;
use xxhash_rust::xxh3::Xxh3Default;

use crate::item::Seq;
use crate::prepare::{Prepared, Word};
use crate::story::StoryId;

/// XXH3-128 of one name of an item.
pub type Digest = [u8; 16];

/// The names of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Rungs of the ladder, the surest first.
    pub(super) rungs: Vec<Digest>,
    /// The surest name together with the text: tells a repeat from a revision.
    pub(super) exact: Option<Digest>,
    /// What a correction or kill of the same provider finds it by: slugline, headline.
    pub(super) chain: Vec<Digest>,
    /// The headline without its numbers, by which a version whose number changed finds the one
    /// before it.
    pub(super) numberless: Option<Digest>,
}

impl Names {
    pub(super) fn of(prepared: &Prepared, family: u32) -> Names {
        let item = &prepared.item;
        let body = item.body.as_deref().unwrap_or("");
        let headline = item.headline.as_str();
        let mut names = Names::default();
        if let Some(uri) = &item.uri {
            names.rungs.push(digest("uri", &[&item.source, uri]));
        }
        if let Some(address) = item.link.as_deref().and_then(address) {
            names.rungs.push(digest("address", &[&address]));
        }
        match names.rungs.first() {
            // Content alone names an item only together with its time: wires send the same
            // headline about different days.
            None => {
                let time = item.versioncreated.map(|at| at.to_string()).unwrap_or_default();
                let publisher = item.publisher.as_deref().unwrap_or("");
                names
                    .rungs
                    .push(digest("content", &[&item.source, publisher, headline, body, &time]));
            }
            Some(first) => {
                let hex = format!("{:032x}", u128::from_be_bytes(*first));
                names.exact = Some(digest("exact", &[&hex, headline, body]));
            }
        }
        if item.lifecycle {
            let family = family.to_string();
            if let Some(slugline) = &item.slugline {
                names.chain.push(digest("slugline", &[&family, slugline]));
            }
            let words: Vec<String> =
                prepared.text.words.iter().map(|word| word.id.to_string()).collect();
            names.chain.push(digest("headline", &[&family, &words.join(" ")]));
            let words: Vec<String> = prepared
                .text
                .words
                .iter()
                .filter(|word| word.flags & Word::NUMBER == 0)
                .map(|word| word.id.to_string())
                .collect();
            if words.len() >= FEWEST {
                names.numberless = Some(digest("numberless", &[&family, &words.join(" ")]));
            }
        }
        names
    }

    /// All of them: what the log remembers of an item.
    pub(super) fn all(&self) -> impl Iterator<Item = Digest> + '_ {
        self.rungs.iter().chain(&self.exact).chain(&self.chain).chain(&self.numberless).copied()
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

/// An address without scheme, fragment and tracking; `None` for a site's front page.
fn address(link: &str) -> Option<String> {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
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
#[derive(Clone, Copy, Debug)]
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

/// All names that are remembered.
#[derive(Debug, Default)]
pub(super) struct Identities {
    known: HashMap<Digest, Known>,
    /// In the order of `received`; a name that was taken over by a newer item stands here twice.
    order: VecDeque<(i64, Digest)>,
}

/// How many names are remembered for each item of the largest window.
pub(super) const NAMES_PER_ITEM: usize = 8;

impl Identities {
    pub(super) fn get(&self, name: &Digest) -> Option<Known> {
        self.known.get(name).copied()
    }

    /// Remembers a name. Returns the story of the item that had it before.
    pub(super) fn insert(&mut self, name: Digest, known: Known) -> Option<StoryId> {
        self.order.push_back((known.received, name));
        self.known.insert(name, known).map(|before| before.story)
    }

    /// Lets a name that is remembered mean something else. It is forgotten when it would have been.
    pub(super) fn replace(&mut self, name: Digest, known: Known) {
        self.known.insert(name, known);
    }

    /// Lets all names of a story lead to another one.
    pub(super) fn move_story(&mut self, from: StoryId, to: StoryId) {
        let moved = self.known.values_mut().filter(|known| known.story == from);
        moved.for_each(|known| known.story = to);
    }

    /// Forgets one name that is older than `edge` or beyond `most`; returns the story it led to.
    pub(super) fn pop(&mut self, edge: i64, most: usize) -> Option<Option<StoryId>> {
        let (received, _) = *self.order.front()?;
        if received >= edge && self.order.len() <= most {
            return None;
        }
        let (received, name) = self.order.pop_front()?;
        let current = self.known.get(&name).is_some_and(|known| known.received == received);
        Some(if current { self.known.remove(&name).map(|known| known.story) } else { None })
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
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
        assert_eq!(address("https://fjord.example/"), None);
    }

    #[test]
    fn digests_tell_parts_apart() {
        assert_ne!(digest("uri", &["ab", "c"]), digest("uri", &["a", "bc"]));
    }
}
