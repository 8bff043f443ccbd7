//! WordPiece: words to the pieces of a vocabulary, longest match first.
//!
//! Agrees token for token with the uncased BERT tokenizer (Devlin et al. 2018, `BasicTokenizer`
//! and `WordpieceTokenizer`), so that a table distilled from a teacher is indexed as the teacher
//! indexes its own. One difference is meant: text such as `[MASK]` is text here, never a special
//! token, since headlines are not to be trusted with those.

use std::borrow::Cow;
use std::fmt;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smallvec::SmallVec;

mod basic;

pub use basic::words;

/// A word longer than this many characters is unknown. The reference's number.
const LONGEST_WORD: usize = 100;

/// What marks a piece that continues a word, in vocabulary files.
const CONTINUES: &str = "##";

/// The piece that stands for a word the vocabulary cannot spell.
const UNKNOWN: &str = "[UNK]";

/// A vocabulary with what finds pieces in it. A piece's number is its line in the vocabulary.
pub struct WordPiece {
    /// The pieces, each ended by `\n`, as in a `vocab.txt`.
    text: Cow<'static, str>,
    /// Where each piece starts in `text`, and the length of `text` last.
    starts: Vec<u32>,
    first: Pieces,
    later: Pieces,
    unknown: u32,
}

/// The pieces that may stand at one place of a word.
struct Pieces {
    table: HashTable<u32>,
    /// How long the prefix that is not part of the word is.
    prefix: usize,
    /// Length of the longest piece, bytes, without the prefix.
    longest: usize,
}

impl WordPiece {
    /// Reads a vocabulary, one piece a line, as in `vocab.txt`.
    pub fn new(vocabulary: impl Into<Cow<'static, str>>) -> Result<WordPiece, VocabularyError> {
        let mut text = vocabulary.into();
        if text.contains('\r') {
            text = Cow::Owned(text.replace('\r', ""));
        }
        if !text.ends_with('\n') {
            text.to_mut().push('\n');
        }
        if u32::try_from(text.len()).is_err() {
            return Err(VocabularyError("it is larger than 4 GiB"));
        }
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect();
        let empty = |prefix| Pieces { table: HashTable::new(), prefix, longest: 0 };
        let mut pieces =
            WordPiece { text, starts, first: empty(0), later: empty(CONTINUES.len()), unknown: 0 };
        pieces.index()?;
        Ok(pieces)
    }

    /// How many pieces the vocabulary has.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// True when there is no piece. Never: a vocabulary has at least `[UNK]`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pieces, each ended by `\n`.
    pub fn vocabulary(&self) -> &str {
        &self.text
    }

    /// The piece of that number; it must be below [`WordPiece::len`].
    pub fn piece(&self, id: u32) -> &str {
        piece(&self.text, &self.starts, id)
    }

    /// The number of the piece that stands for words which cannot be spelt.
    pub fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Calls `visit` with the number of each piece of `text`, in order. No piece is added at the
    /// ends.
    pub fn tokenize(&self, text: &str, mut visit: impl FnMut(u32)) {
        basic::words(text, |word| self.spell(word, &mut visit));
    }

    /// The pieces of one word: the longest that fits, then the longest for what is left.
    pub(in crate::fold) fn spell(&self, word: &str, visit: &mut impl FnMut(u32)) {
        if word.len() > LONGEST_WORD && word.chars().count() > LONGEST_WORD {
            return visit(self.unknown);
        }
        let mut spelt = SmallVec::<[u32; 16]>::new();
        let mut rest = word;
        while !rest.is_empty() {
            let pieces = if spelt.is_empty() { &self.first } else { &self.later };
            let Some((id, length)) = self.longest(pieces, rest) else {
                return visit(self.unknown);
            };
            spelt.push(id);
            rest = &rest[length..];
        }
        spelt.into_iter().for_each(visit);
    }

    /// The longest of `pieces` that `rest` starts with, and its length in bytes.
    fn longest(&self, pieces: &Pieces, rest: &str) -> Option<(u32, usize)> {
        let longest = rest.len().min(pieces.longest);
        (1..=longest).rev().filter(|&end| rest.is_char_boundary(end)).find_map(|end| {
            let wanted = &rest.as_bytes()[..end];
            let same = |&id: &u32| self.piece(id).as_bytes()[pieces.prefix..] == *wanted;
            pieces.table.find(hash(wanted), same).map(|&id| (id, end))
        })
    }

    fn index(&mut self) -> Result<(), VocabularyError> {
        let mut unknown = None;
        for id in 0..self.len() as u32 {
            let line = piece(&self.text, &self.starts, id);
            if line == UNKNOWN {
                unknown = Some(id);
            }
            let pieces = match line.strip_prefix(CONTINUES) {
                Some(rest) if !rest.is_empty() => &mut self.later,
                _ => &mut self.first,
            };
            let (text, starts, prefix) = (&self.text, &self.starts, pieces.prefix);
            let key = |id: &u32| &piece(text, starts, *id).as_bytes()[prefix..];
            let wanted = key(&id);
            pieces.longest = pieces.longest.max(wanted.len());
            let rehash = |id: &u32| hash(key(id));
            if pieces.table.find(hash(wanted), |other| key(other) == wanted).is_none() {
                pieces.table.insert_unique(hash(wanted), id, rehash);
            }
        }
        self.unknown = unknown.ok_or(VocabularyError("it has no line `[UNK]`"))?;
        Ok(())
    }
}

impl fmt::Debug for WordPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WordPiece({} pieces)", self.len())
    }
}

/// Line `id` of `text`, without its end.
fn piece<'a>(text: &'a str, starts: &[u32], id: u32) -> &'a str {
    let (start, next) = (starts[id as usize] as usize, starts[id as usize + 1] as usize);
    &text[start..next - 1]
}

/// Only look-ups depend on it, so its values need not be the same on every machine.
fn hash(bytes: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(bytes)
}

/// Why a text is not a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyError(&'static str);

impl fmt::Display for VocabularyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "This is not a WordPiece vocabulary: {}.", self.0)
    }
}

impl std::error::Error for VocabularyError {}

#[cfg(test)]
mod tests;
