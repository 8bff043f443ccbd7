//! Clauses: a query after its words became atoms. Decides whether a document satisfies it.

use smallvec::SmallVec;

use super::atom::{Atom, Atoms};
use super::document::{Document, Spot};
use super::field::Fields;

/// A condition on one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Clause {
    /// All hold; `All([])` always does.
    All(Box<[Clause]>),
    /// At least one holds; `Any([])` never does.
    Any(Box<[Clause]>),
    /// It does not hold.
    Not(Box<Clause>),
    /// An atom occurs in one of the fields.
    Word(Atom, Fields),
    /// One of the atoms occurs in one of the fields. What most of a long rule is made of, and
    /// kept together so that asking it touches little memory.
    AnyWord(Box<[Atom]>, Fields),
    /// Words in order.
    Phrase(Box<Phrase>),
    /// Two things close to each other, in either order.
    Near(Box<Near>),
    /// IPTC urgency lies between, ends included.
    Urgency(u8, u8),
    /// One of the fields has a value.
    Has(Fields),
}

/// Words in order, with at most `slop` other words among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Phrase {
    /// In place: a phrase is asked of memory that is not at hand.
    pub(super) words: SmallVec<[Atom; 4]>,
    pub(super) fields: Fields,
    pub(super) slop: u32,
}

/// Two things of which the nearest words are at most `within` words apart; 1 is side by side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Near {
    pub(super) within: u32,
    pub(super) parts: [Clause; 2],
}

/// A stretch of words in one field: its first and its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    field: Fields,
    first: u32,
    last: u32,
}

/// How many stretches one operand of NEAR is followed through. A word that occurs oftener than
/// this in one item is next to everything anyway.
const STRETCHES: usize = 256;

impl Clause {
    /// Always holds.
    pub(super) fn always() -> Clause {
        Clause::All(Box::default())
    }

    /// At least one of the parts, in the order that asks fastest: words, then the rest.
    pub(super) fn any(parts: Vec<Clause>) -> Clause {
        let mut words: Vec<(Fields, Vec<Atom>)> = Vec::new();
        let mut rest = Vec::new();
        for part in parts {
            match part {
                Clause::Word(atom, fields) => {
                    match words.iter_mut().find(|(set, _)| *set == fields) {
                        Some((_, atoms)) => atoms.push(atom),
                        None => words.push((fields, vec![atom])),
                    }
                }
                part => rest.push(part),
            }
        }
        let packed = words.into_iter().map(|(fields, atoms)| match atoms[..] {
            [atom] => Clause::Word(atom, fields),
            _ => Clause::AnyWord(atoms.into(), fields),
        });
        let mut all: Vec<Clause> = packed.chain(rest).collect();
        if all.len() == 1
            && let Some(only) = all.pop()
        {
            return only;
        }
        Clause::Any(all.into())
    }

    /// Whether the document satisfies it.
    pub(super) fn holds(&self, document: &Document, atoms: &Atoms) -> bool {
        match self {
            Clause::All(parts) => parts.iter().all(|part| part.holds(document, atoms)),
            Clause::Any(parts) => parts.iter().any(|part| part.holds(document, atoms)),
            Clause::Not(part) => !part.holds(document, atoms),
            Clause::Word(atom, fields) => document.has(*atom, *fields, atoms),
            Clause::AnyWord(words, fields) => {
                words.iter().any(|atom| document.has(*atom, *fields, atoms))
            }
            Clause::Urgency(low, high) => {
                document.urgency.is_some_and(|urgency| (*low..=*high).contains(&urgency))
            }
            Clause::Has(fields) => document.has_any(*fields),
            Clause::Phrase(_) | Clause::Near(_) => !self.stretches(document, atoms).is_empty(),
        }
    }

    /// Where it occurs. Only words, phrases, NEAR and alternatives of them occur anywhere.
    fn stretches(&self, document: &Document, atoms: &Atoms) -> SmallVec<[Stretch; 4]> {
        let mut found: SmallVec<[Stretch; 4]> = match self {
            Clause::Word(atom, fields) => {
                let places = document.places(*atom, *fields, atoms);
                places.into_iter().map(Stretch::from).collect()
            }
            Clause::AnyWord(words, fields) => {
                let places = words.iter().flat_map(|atom| document.places(*atom, *fields, atoms));
                places.map(Stretch::from).collect()
            }
            Clause::Phrase(phrase) => {
                in_order(&phrase.words, phrase.fields, phrase.slop, document, atoms)
            }
            Clause::Any(parts) => {
                parts.iter().flat_map(|part| part.stretches(document, atoms)).collect()
            }
            Clause::Near(near) => near.stretches(document, atoms),
            Clause::All(_) | Clause::Not(_) | Clause::Urgency(..) | Clause::Has(_) => {
                SmallVec::new()
            }
        };
        found.sort_unstable();
        found.dedup();
        found.truncate(STRETCHES);
        found
    }
}

impl From<Spot> for Stretch {
    fn from(spot: Spot) -> Stretch {
        Stretch { field: spot.field, first: spot.word, last: spot.word }
    }
}

/// Where words stand in order, with at most `slop` other words among them.
pub(super) fn in_order(
    words: &[Atom],
    fields: Fields,
    slop: u32,
    document: &Document,
    atoms: &Atoms,
) -> SmallVec<[Stretch; 4]> {
    let mut found = SmallVec::new();
    let Some((first, rest)) = words.split_first() else { return found };
    let mut starts = document.places(*first, fields, atoms);
    if starts.is_empty() {
        return found;
    }
    let mut places: SmallVec<[_; 8]> = SmallVec::new();
    for word in rest {
        places.push(document.places(*word, fields, atoms));
    }
    // From each start the nearest next word is always the best one: it leaves most slop.
    starts.dedup();
    for start in starts {
        let mut stretch = Stretch::from(start);
        let reached = places.iter().all(|places| {
            let after = Spot { word: stretch.last + 1, ..start };
            let next = places.iter().find(|spot| spot.field == start.field && **spot >= after);
            next.is_some_and(|next| {
                stretch.last = next.word;
                true
            })
        });
        // Every word after the first is at least one further on.
        let between = |stretch: Stretch| stretch.last - stretch.first - rest.len() as u32;
        if reached && between(stretch) <= slop {
            found.push(stretch);
        }
    }
    found
}

impl Near {
    fn stretches(&self, document: &Document, atoms: &Atoms) -> SmallVec<[Stretch; 4]> {
        let mut found = SmallVec::new();
        let left = self.parts[0].stretches(document, atoms);
        if left.is_empty() {
            return found;
        }
        let right = self.parts[1].stretches(document, atoms);
        for a in &left {
            for b in &right {
                let gap = if a.last < b.first {
                    b.first - a.last
                } else if b.last < a.first {
                    a.first - b.last
                } else {
                    continue; // the same words cannot be near themselves
                };
                if a.field == b.field && gap <= self.within {
                    let (first, last) = (a.first.min(b.first), a.last.max(b.last));
                    found.push(Stretch { field: a.field, first, last });
                }
            }
        }
        found
    }
}
