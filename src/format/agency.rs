//! What the XML formats of agencies share: from a document to one record for each of its items.

use super::date::Dates;
use super::fields::has_room;
use super::xml::{Element, Repair, Tree};
use super::{Format, Record};
use crate::item::{Item, Language, Marker, Reject, RejectKind};

/// Reads every element of one of these names as an item. An item the document ends in is a
/// reject: half a message must not pass for a whole one.
pub(super) fn items(
    text: &str,
    names: &[&str],
    dates: &Dates,
    max_record: usize,
    out: &mut Vec<Record>,
    read: impl Fn(Element, &Dates) -> Option<Item>,
) {
    let tree = Tree::parse(text, Repair::default());
    let begun = out.len();
    // Some name the language on the message only.
    let language = tree.root().and_then(|root| root.attribute("lang"));
    let language = language.and_then(|tag| super::fields::language(&tag));
    let priority = tree.root().and_then(priority);
    // Of a package only what it holds is news.
    for element in tree.innermost(names) {
        if !has_room(begun, element.offset() as u64, out) {
            return;
        }
        if tree.cut_off(element) {
            let at = tree.fault.as_ref().map_or(text.len(), |(at, _)| *at);
            let reason = format!(
                "The document breaks off at offset {at}, within the {} that begins at offset {}. It \
                 was cut on its way.",
                element.local(),
                element.offset()
            );
            out.push(Err(malformed(reason, at, tree.source(element))));
        } else if tree.source(element).len() > max_record {
            let (offset, source) = (element.offset(), tree.source(element));
            out.push(Err(Reject::too_large(offset as u64, max_record, source.as_bytes())));
        } else {
            out.extend(read(element, dates).map(|mut item| {
                item.language = item.language.or(language);
                item.urgency = item.urgency.or(priority);
                heed_note(&mut item);
                item.keep_if_textless(element.offset() as u64, tree.source(element));
                Ok(item)
            }));
        }
    }
    let foreign = |root: &Element| {
        let named = |element: Element| names.iter().any(|name| element.is(name));
        Format::of_root(root.local()).is_some() && !named(*root) && !root.descendants().any(named)
    };
    for other in tree.roots().skip(1).filter(foreign) {
        let reason = "A document of another format begins here: send it by itself.".to_owned();
        out.push(Err(malformed(reason, other.offset(), tree.source(other))));
    }
    out.extend(tree.rest().map(Err));
    if out.len() == begun {
        let (at, why) = match &tree.fault {
            Some((at, why)) => (*at, format!("{why}, at offset {at}")),
            None => (0, format!("it holds no {}", names.join(" or "))),
        };
        out.push(Err(malformed(format!("The document cannot be read: {why}."), at, text)));
    }
}

/// Marks a kill or a correction that the note to editors tells.
pub(super) fn heed_note(item: &mut Item) {
    let Some(note) = &item.ednote else { return };
    let corrected = super::fields::notes_correction(note).then_some(Marker::Corrected);
    for marker in super::notice::noted(note).into_iter().chain(corrected) {
        if !item.markers.contains(&marker) {
            item.markers.push(marker);
        }
    }
}

/// The priority of the whole message, in its envelope.
fn priority(root: Element) -> Option<u8> {
    let envelope = root.child("NewsEnvelope").or_else(|| root.child("header"))?;
    let priority = envelope.child("Priority")?;
    let level = priority.attribute("FormalName").map(|level| level.into_owned());
    super::fields::urgency(&level.or_else(|| priority.line())?)
}

fn malformed(reason: String, at: usize, source: &str) -> Reject {
    Reject::new(RejectKind::Malformed, reason, at as u64, source.as_bytes())
}

/// Elements that say the same in several languages: first what is in this one, then what names none.
pub(super) fn by_language<'t>(
    elements: impl Iterator<Item = Element<'t>>,
    language: Option<Language>,
) -> impl Iterator<Item = Element<'t>> {
    let mut elements: Vec<_> = elements.collect();
    elements.sort_by_key(|element| match (language_of(*element), language) {
        (Some(said), Some(wanted)) if said == wanted => 0,
        (Some(_), Some(_)) => 2,
        _ => 1,
    });
    elements.into_iter()
}

/// The language that an element itself names.
pub(super) fn language_of(element: Element) -> Option<Language> {
    super::fields::language(&element.attribute("lang")?)
}

/// Text of an element that holds either markup or text with HTML in it.
pub(super) fn content(element: Element) -> Option<String> {
    if element.children().next().is_some() {
        return element.lines();
    }
    super::fields::some(&super::text::from_html(&element.text()))
}

/// A byline that stands in the body, as some agencies send it: its first or second line.
pub(super) fn byline_in(body: &str) -> Option<String> {
    /// Longer lines are sentences.
    const MAX: usize = 80;
    let line = body.lines().take(2).find(|line| {
        line.len() <= MAX && line.get(..3).is_some_and(|by| by.eq_ignore_ascii_case("by "))
    })?;
    super::fields::byline(line.trim_end_matches(['=', '.']))
}
