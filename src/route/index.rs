//! The index over text parts: from the atoms of an item to the few parts that it could satisfy,
//! instead of a scan of all.
//!
//! Of each part a *cover* is chosen: atoms of which at least one is in every item that satisfies
//! the part. Of the covers that a clause has, the one that is expected to occur least finds the
//! part; the others are a filter, kept in one stretch of memory, that most parts so found fail.
//! What passes is verified exactly. A part without a cover (`NOT x`, `*x`, `urgency:1`) is verified
//! on every item, and `check` lists it.

use super::atom::{Atom, Atoms, Form};
use super::clause::Clause;
use super::condition::PartId;
use super::document::Document;
use super::frequency;

/// Parts by the atoms of their covers.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Where the parts of an atom start in `parts`, by the atom's index; one more at the end.
    starts: Vec<u32>,
    parts: Vec<PartId>,
    /// Where the filter of a part starts in `filters`, by the part's number.
    filter_starts: Vec<u32>,
    /// For each part its further covers, rarest first: how many atoms, then their places in the
    /// document's sieve, small so that a filter is a cache line.
    filters: Vec<u16>,
    /// Parts without a cover.
    always: Vec<PartId>,
}

/// Atoms of which every item that satisfies a clause has at least one.
#[derive(Debug)]
pub(super) struct Cover {
    pub(super) atoms: Vec<Atom>,
    /// The expected share of items with one of them.
    pub(super) share: f32,
}

impl Index {
    /// Indexes the parts, in their order. Patterns may need atoms that are new.
    pub(super) fn new<'a>(parts: impl Iterator<Item = &'a Clause>, atoms: &mut Atoms) -> Index {
        let mut index = Index::default();
        let mut pairs: Vec<(Atom, PartId)> = Vec::new();
        for (number, clause) in (0..).zip(parts) {
            index.filter_starts.push(index.filters.len() as u32);
            let mut covers = covers(clause, atoms).into_iter();
            match covers.next() {
                None => index.always.push(number),
                Some(rarest) => pairs.extend(rarest.atoms.into_iter().map(|atom| (atom, number))),
            }
            for other in covers {
                let Ok(count) = u16::try_from(other.atoms.len()) else { continue };
                index.filters.push(count);
                index.filters.extend(other.atoms.iter().map(|atom| Document::sieve_place(*atom)));
            }
        }
        index.filter_starts.push(index.filters.len() as u32);
        pairs.sort_unstable();
        pairs.dedup();
        let mut next = 0;
        for atom in 0..=atoms.len() {
            while pairs.get(next).is_some_and(|(found, _)| found.index() < atom) {
                next += 1;
            }
            index.starts.push(next as u32);
        }
        index.parts = pairs.into_iter().map(|(_, part)| part).collect();
        index
    }

    /// The parts that the document could satisfy, in order, each once.
    pub(super) fn candidates(&self, document: &Document, candidates: &mut Vec<PartId>) {
        candidates.clear();
        candidates.extend(&self.always);
        for atom in document.atoms() {
            let [start, end] = [atom.index(), atom.index() + 1].map(|at| self.starts[at] as usize);
            candidates.extend(&self.parts[start..end]);
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|part| self.passes(*part, document));
    }

    /// The parts that are verified on every item.
    pub(super) fn always(&self) -> &[PartId] {
        &self.always
    }

    /// Whether the document has an atom of each further cover of the part.
    fn passes(&self, part: PartId, document: &Document) -> bool {
        let [start, end] = [part, part + 1].map(|at| self.filter_starts[at as usize] as usize);
        let mut filter = &self.filters[start..end];
        while let Some((count, rest)) = filter.split_first() {
            let (cover, others) = rest.split_at(*count as usize);
            if !cover.iter().any(|place| document.may_have(usize::from(*place))) {
                return false;
            }
            filter = others;
        }
        true
    }
}

/// The covers of a clause, the one that is expected to occur least first.
fn covers(clause: &Clause, atoms: &mut Atoms) -> Vec<Cover> {
    let mut covers: Vec<Cover> = match clause {
        Clause::All(parts) => parts.iter().flat_map(|part| covers(part, atoms)).collect(),
        Clause::Near(near) => near.parts.iter().flat_map(|part| covers(part, atoms)).collect(),
        Clause::Phrase(phrase) => {
            phrase.words.iter().filter_map(|atom| word(*atom, atoms)).collect()
        }
        clause => Vec::from_iter(cover(clause, atoms)),
    };
    covers.sort_by(|a, b| a.share.total_cmp(&b.share));
    covers
}

/// The cover of a clause that is expected to occur least; `None` when it has none.
pub(super) fn cover(clause: &Clause, atoms: &mut Atoms) -> Option<Cover> {
    match clause {
        Clause::Word(atom, _) => word(*atom, atoms),
        Clause::All(_) | Clause::Near(_) | Clause::Phrase(_) => {
            covers(clause, atoms).into_iter().next()
        }
        Clause::AnyWord(words, _) => together(words.iter().map(|atom| word(*atom, atoms))),
        Clause::Any(parts) => together(parts.iter().map(|part| cover(part, atoms))),
        Clause::Not(_) | Clause::Urgency(..) | Clause::Has(_) => None,
    }
}

/// The cover of alternatives: that of each of them.
fn together(covers: impl Iterator<Item = Option<Cover>>) -> Option<Cover> {
    let mut all = Cover { atoms: Vec::new(), share: 0.0 };
    for one in covers {
        let one = one?;
        all.atoms.extend(one.atoms);
        all.share += one.share;
    }
    Some(all)
}

/// A pattern that starts with letters is covered by these as a prefix.
fn word(atom: Atom, atoms: &mut Atoms) -> Option<Cover> {
    let (form, name) = atoms.name(atom);
    let atom = match form {
        Form::Wild => {
            let letters = &name[..name.find(['*', '?']).unwrap_or(name.len())];
            if letters.is_empty() {
                return None;
            }
            let letters = letters.to_owned();
            atoms.number(Form::Prefix, &letters)
        }
        Form::Fuzzy(_) | Form::ValueWild(_) => return None,
        _ => atom,
    };
    let (form, name) = atoms.name(atom);
    Some(Cover { atoms: vec![atom], share: frequency::share(form, name) })
}
