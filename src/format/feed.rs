//! `feed`: RSS 0.9 to 2.0, RDF, Atom and JSON Feed, as they are found and not as they should be.
//!
//! A bad ampersand, an unknown entity, a missing end tag or a cut-off end costs no more than the
//! entry it is in. Namespaces are told by their usual prefixes, since feeds misdeclare them.

use super::date::Dates;
use super::xml::{Element, Repair, Tree};
use super::{Record, fields};
use crate::item::{Language, Reject, RejectKind};

mod address;
mod entry;
mod json;

/// How feeds are mended: no entry stands within an entry, no leaf within a leaf.
const REPAIR: Repair = Repair {
    records: &["item", "entry"],
    leaves: &[
        "title",
        "link",
        "description",
        "pubDate",
        "guid",
        "id",
        "updated",
        "published",
        "category",
        "creator",
        "date",
        "comments",
    ],
};

/// What a feed says about all of its entries.
#[derive(Default)]
struct Channel {
    publisher: Option<String>,
    language: Option<Language>,
    /// Address that relative links are relative to.
    base: Option<String>,
}

/// Reads a feed. A feed without entries gives no record.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    if text.trim_start().starts_with('{') {
        return json::parse(text, dates, max_record, out);
    }
    let tree = Tree::parse(text, REPAIR);
    let channel = tree.root().map(Channel::read).unwrap_or_default();
    let begun = out.len();
    for element in tree.all(REPAIR.records) {
        out.push(check(&tree, element, max_record).map(|()| entry::item(element, &channel, dates)));
    }
    out.extend(tree.rest().map(Err));
    if out.len() == begun && !is_feed(&tree) {
        let (at, why) = match &tree.fault {
            Some((at, why)) => (*at as u64, format!("{why}, at offset {at}")),
            None => (0, "its root is not that of RSS, RDF or Atom, or is cut off".to_owned()),
        };
        let reason = format!("The document is no feed: {why}.");
        out.push(Err(Reject::new(RejectKind::Malformed, reason, at, text.as_bytes())));
    }
}

fn is_feed(tree: &Tree) -> bool {
    let names = ["rss", "rdf", "feed", "channel"];
    let is_root = |root: Element| root.closed() && names.iter().any(|name| root.is(name));
    tree.fault.is_none() && tree.root().is_some_and(is_root)
}

/// Refuses an entry that the document ends in, and one that is too long.
fn check(tree: &Tree, entry: Element, max_record: usize) -> Result<(), Reject> {
    let source = tree.source(entry);
    let offset = entry.offset() as u64;
    if tree.cut_off(entry) {
        let reason = format!(
            "The feed breaks off within the entry at offset {offset}. It was cut on its way."
        );
        return Err(Reject::new(RejectKind::Malformed, reason, offset, source.as_bytes()));
    }
    if source.len() > max_record {
        return Err(Reject::too_large(offset, max_record, source.as_bytes()));
    }
    Ok(())
}

impl Channel {
    fn read(root: Element) -> Channel {
        let channel = root.child("channel").unwrap_or(root);
        let own = |local: &str| {
            let mut children = channel.children();
            children.find(|c| c.is(local) && matches!(c.prefix(), "" | "dc" | "atom"))
        };
        let publisher = ["publisher", "title"].into_iter().find_map(|name| own(name)?.line());
        let language = own("language").and_then(Element::line);
        let language = language.or_else(|| Some(root.attribute("lang")?.into_owned()));
        let base = root.attribute("base").or_else(|| channel.attribute("base"));
        let link = || channel.children().find_map(entry::alternate);
        Channel {
            publisher: publisher.map(|name| super::text::from_plain(&name)),
            language: language.and_then(|code| fields::language(&code)),
            base: base.map(|base| base.into_owned()).or_else(link),
        }
    }
}

#[cfg(test)]
mod tests;
