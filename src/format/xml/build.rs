//! From the events of quick-xml to a tree, mending what is broken.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Element, Kind, Node, Repair, Tree};
use crate::format::text::unescape;

/// Deeper elements are read as if they stood at this depth.
pub(super) const MAX_DEPTH: usize = 128;

/// Most nodes of a document, at 48 bytes each; reading stops there.
pub(super) const MAX_NODES: usize = 2_000_000;

/// How many times its own length a document may be read again after faults: an unclosed comment
/// costs a pass over the rest, and there could be one at every byte.
const MAX_PASSES: usize = 8;

/// Puts a tree together from the events of a reader.
pub(super) struct Builder<'a> {
    tree: Tree<'a>,
    /// Elements that are open, outermost first.
    open: Vec<usize>,
    /// How many elements are open below the deepest that is kept.
    deeper: usize,
    /// How many bytes were read in vain before faults.
    repeated: usize,
    /// The last place where a tag could end.
    cut: Option<usize>,
    /// Whether the last node is text of the innermost open element, so that more of it belongs
    /// there.
    joins: bool,
    repair: Repair,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, repair: Repair) -> Builder<'a> {
        Builder {
            tree: Tree { text, nodes: Vec::new(), fault: None, stopped: None },
            open: Vec::new(),
            deeper: 0,
            repeated: 0,
            cut: text.rfind('>'),
            joins: false,
            repair,
        }
    }

    /// Reads the whole text.
    pub(super) fn build(mut self) -> Tree<'a> {
        let mut start = 0;
        while let Some(resume) = self.read(start) {
            if self.repeated > MAX_PASSES * self.tree.text.len() {
                self.tree.stopped = Some((resume, "it has too many faults".to_owned()));
                break;
            }
            start = resume;
        }
        self.finish()
    }

    /// Reads from `start` to the end or to a fault; the place after the fault.
    fn read(&mut self, start: usize) -> Option<usize> {
        let text = self.tree.text;
        // The reader passes over a byte order mark and does not count it.
        let rest = text[start..].trim_start_matches('\u{FEFF}');
        let start = text.len() - rest.len();
        let mut reader = Reader::from_str(rest);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let place = |position: u64| start + usize::try_from(position).unwrap_or(usize::MAX);
        loop {
            let from = place(reader.buffer_position());
            let event = reader.read_event();
            let to = place(reader.buffer_position());
            match event {
                Ok(Event::Start(tag) | Event::Empty(tag)) if !is_name(tag.name().0) => {
                    self.repeated += to - from;
                    return self.resume(from);
                }
                Ok(Event::Start(tag)) => self.start(from, tag.name().0.len(), to - 1, false),
                Ok(Event::Empty(tag)) => self.start(from, tag.name().0.len(), to - 2, true),
                Ok(Event::End(tag)) => self.end(tag.name().0),
                Ok(Event::Text(_)) => self.text(from, Cow::Borrowed(&text[from..to])),
                Ok(Event::GeneralRef(_)) => self.text(from, unescape(&text[from..to])),
                Ok(Event::CData(_)) => {
                    let content = &text[from + "<![CDATA[".len()..to - "]]>".len()];
                    if let Some(cut) = self.unclosed_cdata(content) {
                        let end = from + "<![CDATA[".len() + cut;
                        self.text(from, Cow::Borrowed(&content[..cut]));
                        self.fault(from, "a CDATA section is not closed".to_owned());
                        return Some(end);
                    }
                    self.text(from, Cow::Borrowed(content));
                }
                Ok(Event::Eof) => return None,
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(error) => {
                    // What is not closed was looked for up to the end.
                    let unclosed = matches!(error, quick_xml::Error::Syntax(_));
                    self.repeated += if unclosed { text.len() - from } else { to - from };
                    let at = place(reader.error_position()).max(from);
                    self.fault(at, error.to_string());
                    return self.resume(at);
                }
            }
            if self.tree.nodes.len() >= MAX_NODES {
                let why = format!("it has more than {MAX_NODES} elements and texts");
                self.tree.stopped = Some((to, why));
                return None;
            }
        }
    }

    /// Where to go on after a fault: its `<` is taken for text. A tag that never ends is the
    /// document's end, cut off.
    fn resume(&mut self, at: usize) -> Option<usize> {
        let rest = self.tree.text.get(at..)?;
        let after = at + rest.chars().next()?.len_utf8();
        if self.cut.is_none_or(|cut| at > cut) {
            return None;
        }
        self.text(at, Cow::Borrowed(&self.tree.text[at..after]));
        Some(after)
    }

    /// Where the content of a CDATA section runs into the records after it.
    fn unclosed_cdata(&self, content: &str) -> Option<usize> {
        let runs_on = |name: &&&str| content.contains(&format!("</{name}>"));
        self.repair.records.iter().find(runs_on)?;
        let open = *self.open.last()?;
        let name = Element::new(&self.tree, open).name();
        content.find(&format!("</{name}>"))
    }

    fn start(&mut self, offset: usize, name: usize, end: usize, empty: bool) {
        let tag = self.tree.text.get(offset + 1..end).unwrap_or_default();
        self.mend(&tag[..name.min(tag.len())]);
        if self.open.len() >= MAX_DEPTH {
            self.deeper += usize::from(!empty);
            return;
        }
        let id = self.tree.nodes.len();
        let name = name.min(tag.len());
        let local = tag[..name].rfind(':').map_or(0, |colon| colon + 1);
        let kind = Kind::Element { tag, local, name, closed: empty };
        self.tree.nodes.push(Node { kind, offset, end: id + 1 });
        if !empty {
            self.open.push(id);
        }
    }

    /// Closes what the start of an element shows to have been left open.
    fn mend(&mut self, name: &str) {
        let local = name.rsplit(':').next().unwrap_or(name);
        let is_open = |id: &usize, names: &[&str]| {
            let element = Element::new(&self.tree, *id);
            names.contains(&element.local())
        };
        if self.repair.records.contains(&local) {
            let outer = self.open.iter().position(|id| is_open(id, &[local]));
            if let Some(outer) = outer {
                self.close(outer, false);
            }
        } else if self.repair.leaves.contains(&local)
            && let Some(last) = self.open.last()
            && is_open(last, self.repair.leaves)
        {
            self.close(self.open.len() - 1, false);
        }
    }

    fn end(&mut self, name: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let found = self.open.iter().rposition(|id| Element::new(&self.tree, *id).name() == name);
        if let Some(place) = found {
            self.close(place, true);
        }
    }

    /// Closes the open element at `place` and all within it.
    fn close(&mut self, place: usize, by_tag: bool) {
        let end = self.tree.nodes.len();
        self.joins = false;
        for (depth, id) in self.open.drain(place..).enumerate() {
            self.tree.nodes[id].end = end;
            if let Kind::Element { closed, .. } = &mut self.tree.nodes[id].kind {
                // What stands open within a closed element was merely not well formed.
                *closed = by_tag || depth > 0;
            }
        }
    }

    fn text(&mut self, offset: usize, piece: Cow<'a, str>) {
        let next = self.tree.nodes.len();
        if let Some(Node { kind: Kind::Text(text), .. }) = self.tree.nodes.last_mut()
            && self.joins
        {
            text.to_mut().push_str(&piece);
            return;
        }
        self.joins = true;
        self.tree.nodes.push(Node { kind: Kind::Text(piece), offset, end: next + 1 });
    }

    fn fault(&mut self, at: usize, what: String) {
        self.tree.fault.get_or_insert((at, what));
    }

    fn finish(mut self) -> Tree<'a> {
        let end = self.tree.nodes.len();
        for id in self.open.drain(..) {
            self.tree.nodes[id].end = end;
        }
        self.tree
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
