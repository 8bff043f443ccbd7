//! How common words are in general: document frequencies of a background corpus.
//!
//! The file holds hashes of stems and counts, none of the text (models/README.md).

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt};

use crate::fold::ModelError;
use crate::fold::model_file::Kind;
use crate::prepare::text;

const KIND: Kind = Kind {
    name: "background",
    command: "wirefold train background",
    magic: *b"wirefBGD",
    version: 1,
};

static BUILT_IN: &[u8] = include_bytes!("../../models/background-en.bin");

/// Counts of documents by term.
#[derive(Debug)]
pub struct Background {
    documents: u32,
    counts: HashMap<u32, u32>,
}

impl Background {
    /// The table inside the program.
    pub fn built_in() -> &'static Background {
        static BACKGROUND: LazyLock<Background> = LazyLock::new(|| {
            Background::parse(BUILT_IN)
                .expect("the shipped table is part of the program and loads in its tests")
        });
        &BACKGROUND
    }

    /// Counts the terms of `lines`, a headline each. Terms seen once are left out.
    pub fn count<'a>(lines: impl Iterator<Item = &'a str>) -> Background {
        let mut background = Background { documents: 0, counts: HashMap::new() };
        for line in lines {
            background.documents += 1;
            for word in text(line, None).distinct() {
                *background.counts.entry(word.id).or_default() += 1;
            }
        }
        background.counts.retain(|_, count| *count > 1);
        background
    }

    /// Reads the bytes of its file.
    pub fn parse(bytes: &[u8]) -> Result<Background, ModelError> {
        let (range, _) = KIND.open(bytes)?;
        let (documents, rows): (u32, Vec<(u32, u32)>) = postcard::from_bytes(&bytes[range])
            .map_err(|error| KIND.content(format!("its content cannot be decoded ({error})")))?;
        Ok(Background { documents, counts: rows.into_iter().collect() })
    }

    /// The bytes of its file.
    pub fn encode(&self) -> Vec<u8> {
        let mut rows: Vec<(u32, u32)> = self.counts.iter().map(|(id, n)| (*id, *n)).collect();
        rows.sort_unstable();
        // Writing numbers to memory cannot fail.
        KIND.finish(postcard::to_extend(&(self.documents, rows), KIND.begin()).unwrap_or_default())
    }

    /// Share of background documents that have the term.
    pub fn share(&self, term: u32) -> f32 {
        let count = self.counts.get(&term).copied().unwrap_or(0);
        (count as f32 + 0.5) / (self.documents as f32 + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::term_id;

    #[test]
    fn what_is_counted_survives_its_file() {
        let lines = ["dam opens", "dam closes", "harbour"];
        let table = Background::count(lines.into_iter());
        let read = Background::parse(&table.encode()).expect("it was just written");
        let share = |stem| read.share(term_id(stem));
        assert!(share("dam") > share("harbour"));
        assert_eq!(share("harbour"), share("never"));
    }

    #[test]
    fn the_shipped_table_knows_common_words() {
        let table = Background::built_in();
        assert!(table.share(term_id("govern")) > 10.0 * table.share(term_id("zyzzyva")));
    }
}
