//! One element of a tree and ways to what it holds.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::{Kind, Tree};
use crate::format::text::{Lines, one_line, unescape};

/// Elements that stand on lines of their own in the text formats of agencies and in XHTML.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hl1",
    "hl2",
    "table",
    "tr",
    "td",
    "th",
    "blockquote",
    "bq",
    "block",
    "pre",
    "hr",
    "section",
    "note",
    "media",
    "caption",
    "figure",
    "figcaption",
    "para",
    "body.content",
];

/// Elements whose text is not that of the article. A `header` repeats headline, byline and
/// subjects above it.
const ASIDES: &[&str] = &["media", "head", "header", "script", "style", "byttl"];

/// An element of a [`Tree`].
#[derive(Clone, Copy)]
pub(in crate::format) struct Element<'t> {
    tree: &'t Tree<'t>,
    id: usize,
}

impl<'t> Element<'t> {
    pub(super) fn new<'a>(tree: &'t Tree<'a>, id: usize) -> Element<'t>
    where
        'a: 't,
    {
        Element { tree, id }
    }

    pub(super) fn end(self) -> usize {
        self.tree.nodes[self.id].end
    }

    /// Content of the start tag, where its local name begins and ends, whether it was closed.
    fn tag(self) -> (&'t str, usize, usize, bool) {
        match self.tree.nodes[self.id].kind {
            Kind::Element { tag, local, name, closed } => (tag, local, name, closed),
            Kind::Text(_) => ("", 0, 0, true),
        }
    }

    /// Place of its start tag in the document.
    pub(in crate::format) fn offset(self) -> usize {
        self.tree.nodes[self.id].offset
    }

    /// Name as written, with its prefix.
    pub(in crate::format) fn name(self) -> &'t str {
        let (tag, _, name, _) = self.tag();
        &tag[..name]
    }

    /// Name without its prefix.
    pub(in crate::format) fn local(self) -> &'t str {
        let (tag, local, name, _) = self.tag();
        &tag[local..name]
    }

    /// Prefix of the name, empty if it has none.
    pub(in crate::format) fn prefix(self) -> &'t str {
        let (tag, local, _, _) = self.tag();
        &tag[..local.saturating_sub(1)]
    }

    /// Whether it has this local name, in any case: agencies do not agree on it.
    pub(in crate::format) fn is(self, local: &str) -> bool {
        self.local().eq_ignore_ascii_case(local)
    }

    /// Whether its end tag was found.
    pub(in crate::format) fn closed(self) -> bool {
        self.tag().3
    }

    /// Value of an attribute by its local name.
    pub(in crate::format) fn attribute(self, local: &str) -> Option<Cow<'t, str>> {
        let (tag, _, name, _) = self.tag();
        let start = BytesStart::from_content(tag, name);
        let mut attributes = start.html_attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| {
            let key = attribute.key.0.rsplit(':').next().unwrap_or_default();
            key.eq_ignore_ascii_case(local)
        })?;
        let value = one_line(&unescape(&found.value));
        (!value.is_empty()).then_some(Cow::Owned(value))
    }

    /// Elements directly within it.
    pub(in crate::format) fn children(self) -> impl Iterator<Item = Element<'t>> {
        let mut at = self.id + 1;
        let end = self.end();
        std::iter::from_fn(move || {
            while at < end {
                let node = Element { tree: self.tree, id: at };
                at = node.end();
                if !node.name().is_empty() {
                    return Some(node);
                }
            }
            None
        })
    }

    /// All elements within it, in the order of the document.
    pub(in crate::format) fn descendants(self) -> impl Iterator<Item = Element<'t>> {
        (self.id + 1..self.end())
            .map(move |id| Element { tree: self.tree, id })
            .filter(|node| !node.name().is_empty())
    }

    /// The first element directly within it of a local name.
    pub(in crate::format) fn child(self, local: &str) -> Option<Element<'t>> {
        self.children().find(|child| child.is(local))
    }

    /// The first element within it, at any depth, of a local name.
    pub(in crate::format) fn find(self, local: &str) -> Option<Element<'t>> {
        self.descendants().find(|element| element.is(local))
    }

    /// All elements within it, at any depth, of a local name.
    pub(in crate::format) fn find_all(self, local: &str) -> impl Iterator<Item = Element<'t>> {
        self.descendants().filter(move |element| element.is(local))
    }

    /// Its text without markup, as written; a `br` is a line break.
    pub(in crate::format) fn text(self) -> String {
        let nodes = (self.id..self.end()).map(|id| Element { tree: self.tree, id });
        nodes
            .filter_map(|node| match &self.tree.nodes[node.id].kind {
                Kind::Text(text) => Some(text.as_ref()),
                Kind::Element { .. } => node.is("br").then_some("\n"),
            })
            .collect()
    }

    /// Its text on one line; none when it is empty.
    pub(in crate::format) fn line(self) -> Option<String> {
        let line = one_line(&self.text());
        (!line.is_empty()).then_some(line)
    }

    /// Its text with a line for each block, leaving out what is not text of the article; none when
    /// it is empty.
    pub(in crate::format) fn lines(self) -> Option<String> {
        let mut lines = Lines::default();
        let mut ends = Vec::new();
        let mut next = self.id;
        while next < self.end() {
            let id = next;
            next += 1;
            while ends.last().is_some_and(|end| *end <= id) {
                ends.pop();
                lines.end_line();
            }
            match &self.tree.nodes[id].kind {
                Kind::Text(text) => lines.push(text),
                Kind::Element { .. } => {
                    let element = Element { tree: self.tree, id };
                    if ASIDES.iter().any(|aside| element.is(aside)) {
                        next = element.end();
                        lines.push(" ");
                    } else if BLOCKS.iter().any(|block| element.is(block)) {
                        lines.end_line();
                        ends.push(element.end());
                    }
                }
            }
        }
        let text = lines.finish();
        (!text.is_empty()).then_some(text)
    }
}
