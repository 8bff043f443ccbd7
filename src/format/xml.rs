//! XML to a tree that breaks no worse than the XML does.
//!
//! quick-xml splits the text into tags; this module puts them together without insisting: end tags
//! that match nothing are passed over, elements left open are closed by what follows, undefined
//! entities stay as written. Nothing of a document type is used, so no entity is ever expanded.
//! Depth, number of nodes and number of faults are limited, and the tree points into the text, so
//! that its memory is bounded by the text's.

use std::borrow::Cow;

use crate::item::{Reject, RejectKind};

mod build;
mod element;

use build::Builder;

pub(super) use element::Element;

/// How an application wants broken XML to be mended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Repair {
    /// Elements that never stand within themselves: a second start tag ends the first element.
    pub(super) records: &'static [&'static str],
    /// Elements that hold text only: the start tag of one ends another.
    pub(super) leaves: &'static [&'static str],
}

/// A document.
pub(super) struct Tree<'a> {
    text: &'a str,
    /// Elements and texts in the order of the document.
    nodes: Vec<Node<'a>>,
    /// Where the first fault is and what it is.
    pub(super) fault: Option<(usize, String)>,
    /// Where reading was given up and why; what follows is not in the tree.
    stopped: Option<(usize, String)>,
}

struct Node<'a> {
    kind: Kind<'a>,
    /// Place of the tag or text in the document.
    offset: usize,
    /// The node after the last one within this one.
    end: usize,
}

enum Kind<'a> {
    /// An element: the content of its start tag, where in it the name without prefix begins and
    /// where it ends, and whether the element was closed.
    Element { tag: &'a str, local: usize, name: usize, closed: bool },
    /// Text with its entities resolved.
    Text(Cow<'a, str>),
}

impl<'a> Tree<'a> {
    /// Reads a document.
    pub(super) fn parse(text: &'a str, repair: Repair) -> Tree<'a> {
        Builder::new(text, repair).build()
    }

    /// The first of the outermost elements.
    pub(super) fn root(&self) -> Option<Element<'_>> {
        self.roots().next()
    }

    /// Whether the document ends within an element.
    pub(super) fn cut_off(&self, element: Element<'_>) -> bool {
        !element.closed() && element.end() == self.nodes.len()
    }

    /// The reject for the rest of a document that was given up.
    pub(super) fn rest(&self) -> Option<Reject> {
        let (at, why) = self.stopped.as_ref()?;
        let reason = format!("The document was read up to offset {at} only: {why}.");
        let rest = self.text.get(*at..).unwrap_or_default();
        Some(Reject::new(RejectKind::TooLarge, reason, *at as u64, rest.as_bytes()))
    }

    /// The part of the document that an element fills, start tag included.
    pub(super) fn source(&self, element: Element<'_>) -> &'a str {
        let end = self.nodes.get(element.end()).map_or(self.text.len(), |node| node.offset);
        self.text.get(element.offset()..end).unwrap_or_default()
    }

    /// The outermost elements, of which a text that holds several documents has more than one.
    pub(super) fn roots(&self) -> impl Iterator<Item = Element<'_>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(node) = self.nodes.get(at) {
                let element = Element::new(self, at);
                at = node.end;
                if matches!(node.kind, Kind::Element { .. }) {
                    return Some(element);
                }
            }
            None
        })
    }

    /// All elements of a local name that are not around others, in the order of the document.
    pub(super) fn innermost<'t>(&'t self, names: &'t [&str]) -> impl Iterator<Item = Element<'t>> {
        let named = |element: Element| names.iter().any(|name| element.is(name));
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < self.nodes.len() {
                let element = Element::new(self, at);
                at += 1;
                if named(element) && !element.descendants().any(named) {
                    at = element.end();
                    return Some(element);
                }
            }
            None
        })
    }

    /// All elements of a local name, in the order of the document, not looking into one found.
    pub(super) fn all<'t>(&'t self, names: &'t [&str]) -> impl Iterator<Item = Element<'t>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < self.nodes.len() {
                let element = Element::new(self, at);
                at += 1;
                if names.iter().any(|name| element.is(name)) {
                    at = element.end();
                    return Some(element);
                }
            }
            None
        })
    }
}

/// The local name of the first element of a text that may be cut anywhere.
pub(super) fn root_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
            return rest[..end].rsplit(':').next();
        }
    }
}

#[cfg(test)]
mod tests;
