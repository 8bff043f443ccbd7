//! `feed`: RSS 0.9 to 2.0, RDF, Atom and JSON Feed, as they are found and not as they should be.
//!
//! A bad ampersand, an unknown entity, a missing end tag or a cut-off end costs no more than the
//! entry it is in. Namespaces are told by their usual prefixes, since feeds misdeclare them.

use super::date::Dates;
use super::xml::{Element, Repair, Tree};
use super::{Options, Record, fields};
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
    /// Authors of entries that name none.
    byline: Option<String>,
    /// Address that relative links are relative to.
    base: Option<String>,
}

/// Reads a feed, and tells whether it ends before it is closed. A feed without entries gives no
/// record.
pub(super) fn parse(text: &str, dates: &Dates, options: &Options, out: &mut Vec<Record>) -> bool {
    if text.trim_start().starts_with('{') {
        return json::parse(text, dates, options, out);
    }
    let tree = Tree::parse(text, REPAIR);
    let from = options.base.as_deref();
    let channel = tree.root().map(|root| Channel::read(root, from)).unwrap_or_default();
    let begun = out.len();
    for element in tree.all(REPAIR.records) {
        if !fields::has_room(begun, element.offset() as u64, out) {
            return false;
        }
        let checked = check(&tree, element, options.max_record);
        out.push(checked.map(|()| {
            let mut item = entry::item(element, &channel, dates);
            item.keep_if_textless(element.offset() as u64, tree.source(element));
            item
        }));
    }
    let rest = tree.rest();
    let given_up = rest.is_some();
    out.extend(rest.map(Err));
    if out.len() == begun && !is_feed(&tree) {
        let (at, why) = match &tree.fault {
            Some((at, why)) => (*at as u64, format!("{why}, at offset {at}")),
            None => (0, "its root is not that of RSS, RDF or Atom, or is cut off".to_owned()),
        };
        let reason = format!("The document is no feed: {why}.");
        out.push(Err(Reject::new(RejectKind::Malformed, reason, at, text.as_bytes())));
    }
    !given_up && tree.root().is_some_and(|root| is_root(root) && tree.cut_off(root))
}

fn is_feed(tree: &Tree) -> bool {
    tree.fault.is_none() && tree.root().is_some_and(|root| is_root(root) && root.closed())
}

fn is_root(element: Element) -> bool {
    ["rss", "rdf", "feed", "channel"].iter().any(|name| element.is(name))
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
    /// Reads what stands around the entries; `from` is the address that the feed was fetched from.
    fn read(root: Element, from: Option<&str>) -> Channel {
        let channel = root.child("channel").unwrap_or(root);
        let usual = |prefix| matches!(prefix, "" | "dc" | "atom") || prefix == root.prefix();
        let own = |local: &str| channel.children().find(|c| c.is(local) && usual(c.prefix()));
        let publisher = ["publisher", "title"].into_iter().find_map(|name| own(name)?.line());
        let language = own("language").and_then(Element::line);
        let language = language.or_else(|| Some(root.attribute("lang")?.into_owned()));
        let base = root.attribute("base").or_else(|| channel.attribute("base"));
        let link = || channel.children().find_map(entry::alternate);
        let base = base.map(|base| base.into_owned()).or_else(link);
        let base = base.map(|base| address::resolve(from, &base));
        Channel {
            publisher: publisher.map(|name| super::text::from_plain(&name)),
            language: language.and_then(|code| fields::language(&code)),
            // Of Atom; RSS names editors there.
            byline: Some(root).filter(|root| root.is("feed")).and_then(entry::authors),
            base: base.or_else(|| from.map(str::to_owned)),
        }
    }
}

#[cfg(test)]
mod tests;
