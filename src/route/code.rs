//! Clauses laid out flat. Asking a hundred thousand rules costs memory accesses more than anything
//! else: a tree is a dozen places to fetch, a stretch of numbers is one. Holds exactly what
//! [`Clause`] says; the property test of the index compares the two.
//!
//! A node is its kind and the length of what follows, then that: for `All`, `Any` and `Not` their
//! parts, for words the fields and the atoms.

use super::atom::{Atom, Atoms};
use super::clause::{self, Clause};
use super::document::Document;
use super::field::Fields;

/// All parts' clauses.
#[derive(Debug, Default)]
pub(super) struct Code {
    numbers: Vec<u32>,
    /// Where each part starts; one more at the end. A part that is not laid out is empty.
    starts: Vec<u32>,
}

const ALL: u32 = 0;
const ANY: u32 = 1;
const NOT: u32 = 2;
const WORDS: u32 = 3;
const PHRASE: u32 = 4;
/// Bits of the kind; the rest of the number is the length.
const KIND: u32 = 3;

impl Code {
    /// Lays out clauses, in order. What is rare (NEAR, urgency) is left to the tree.
    pub(super) fn new<'a>(clauses: impl Iterator<Item = &'a Clause>) -> Code {
        let mut code = Code::default();
        for clause in clauses {
            let start = code.numbers.len();
            code.starts.push(start as u32);
            if !code.lay_out(clause) {
                code.numbers.truncate(start);
            }
        }
        code.starts.push(code.numbers.len() as u32);
        code.numbers.shrink_to_fit();
        code
    }

    fn lay_out(&mut self, clause: &Clause) -> bool {
        let head = self.numbers.len();
        self.numbers.push(0);
        let kind = match clause {
            Clause::All(parts) | Clause::Any(parts) => {
                if !parts.iter().all(|part| self.lay_out(part)) {
                    return false;
                }
                if matches!(clause, Clause::All(_)) { ALL } else { ANY }
            }
            Clause::Not(part) => {
                if !self.lay_out(part) {
                    return false;
                }
                NOT
            }
            Clause::Word(word, fields) => {
                self.numbers.extend([u32::from(fields.0), word.number()]);
                WORDS
            }
            Clause::AnyWord(words, fields) => {
                self.numbers.push(u32::from(fields.0));
                self.numbers.extend(words.iter().map(|word| word.number()));
                WORDS
            }
            Clause::Phrase(phrase) => {
                self.numbers.extend([u32::from(phrase.fields.0), phrase.slop]);
                self.numbers.extend(phrase.words.iter().map(|word| word.number()));
                PHRASE
            }
            Clause::Near(_) | Clause::Urgency(..) | Clause::Has(_) => return false,
        };
        let length = (self.numbers.len() - head - 1) as u32;
        self.numbers[head] = length << KIND | kind;
        true
    }

    /// Whether the document satisfies the part with that number; `None` when it is not laid out.
    pub(super) fn holds(&self, part: usize, document: &Document, atoms: &Atoms) -> Option<bool> {
        let code = &self.numbers[self.starts[part] as usize..self.starts[part + 1] as usize];
        let (node, _) = Node::first(code)?;
        Some(node.holds(document, atoms))
    }
}

/// A node: its kind, and what follows.
struct Node<'a>(u32, &'a [u32]);

impl<'a> Node<'a> {
    /// The first node of some, and the others.
    fn first(code: &'a [u32]) -> Option<(Node<'a>, &'a [u32])> {
        let (head, rest) = code.split_first()?;
        let (body, rest) = rest.split_at((head >> KIND) as usize);
        Some((Node(head & ((1 << KIND) - 1), body), rest))
    }

    /// The nodes that it is made of.
    fn parts(&self) -> impl Iterator<Item = Node<'a>> {
        let mut rest = self.1;
        std::iter::from_fn(move || {
            let (node, after) = Node::first(rest)?;
            rest = after;
            Some(node)
        })
    }

    fn holds(&self, document: &Document, atoms: &Atoms) -> bool {
        let fields = || Fields(self.1[0] as u16);
        match self.0 {
            ALL => self.parts().all(|part| part.holds(document, atoms)),
            ANY => self.parts().any(|part| part.holds(document, atoms)),
            NOT => !self.parts().any(|part| part.holds(document, atoms)),
            WORDS => {
                let mut words = self.1[1..].iter().map(|number| Atom::numbered(*number));
                words.any(|word| document.has(word, fields(), atoms))
            }
            _ => {
                let words = || self.1[2..].iter().map(|number| Atom::numbered(*number));
                let there = |word: Atom| word.is_pattern() || document.may_have(word.index());
                words().all(there) && {
                    let words: smallvec::SmallVec<[Atom; 8]> = words().collect();
                    !clause::in_order(&words, fields(), self.1[1], document, atoms).is_empty()
                }
            }
        }
    }
}
