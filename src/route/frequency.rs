//! How often words occur in headlines: a guess that tells the index which word of a rule is rare.
//! A wrong guess costs time, never a match.
//!
//! `common.tsv` holds the words that occur in at least 8 of 10,000 headlines, with that number,
//! counted over 59,405 English headlines and news sentences of 2013–2021.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::atom::Form;
use super::field::{Field, Fields};
use super::text;
use crate::item::Language;

const TABLE: &str = include_str!("common.tsv");

/// The share of items with a word that is not in the table.
const RARE: f32 = 0.0002;

struct Common {
    /// Sorted, for prefixes.
    words: Vec<(&'static str, f32)>,
    stems: HashMap<String, f32>,
}

static COMMON: LazyLock<Common> = LazyLock::new(|| {
    let mut common = Common { words: Vec::new(), stems: HashMap::new() };
    for line in TABLE.lines() {
        let Some((word, count)) = line.split_once('\t') else { continue };
        let share = count.parse::<f32>().unwrap_or_default() / 10_000.0;
        common.words.push((word, share));
        *common.stems.entry(text::stem(word).into_owned()).or_default() += share;
    }
    common.words.sort_unstable_by_key(|(word, _)| *word);
    common
});

/// The share of items that an atom is expected in, between 0 and 1.
pub(super) fn share(form: Form, name: &str) -> f32 {
    let share = match form {
        Form::Stem => COMMON.stems.get(name).copied().unwrap_or(RARE),
        Form::Folded => word(name),
        Form::Exact => {
            let mut folded = String::new();
            text::fold(name, &mut folded);
            word(&folded)
        }
        Form::Prefix => prefix(name),
        Form::Value(field) | Form::ValueWild(field) => value(field, name),
        Form::Wild | Form::Fuzzy(_) => 1.0,
    };
    share.min(1.0)
}

fn word(folded: &str) -> f32 {
    let found = COMMON.words.binary_search_by_key(&folded, |(word, _)| word);
    found.map_or(RARE, |at| COMMON.words[at].1)
}

/// Common words that start so, and the rare ones that are not in the table: fewer the longer the
/// prefix is.
fn prefix(start: &str) -> f32 {
    let from = COMMON.words.partition_point(|(word, _)| *word < start);
    let common = COMMON.words[from..].iter().take_while(|(word, _)| word.starts_with(start));
    let letters = start.chars().count() as i32;
    common.map(|(_, share)| share).sum::<f32>() + RARE + 0.4 * 0.3_f32.powi(letters)
}

/// Values have few distinct ones in some fields and many in others.
fn value(field: Fields, name: &str) -> f32 {
    if field == Field::Language.set() {
        let assigned = Language::parse(name).is_none_or(Language::is_assigned);
        if assigned { 0.5 } else { RARE }
    } else if field == Field::Uri.set() {
        RARE
    } else {
        0.05
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_known_and_others_are_rare() {
        assert!(share(Form::Folded, "the") > 0.1);
        assert!(share(Form::Stem, "say") > share(Form::Stem, "beirut"));
        assert_eq!(share(Form::Folded, "zyzzyva"), RARE);
        assert!(share(Form::Prefix, "t") > share(Form::Prefix, "the"));
        assert!(share(Form::Prefix, "the") > share(Form::Prefix, "theodorak"));
    }

    #[test]
    fn the_table_is_whole() {
        assert!(COMMON.words.len() > 1_000);
        assert!(COMMON.words.iter().all(|(_, share)| (0.0007..0.5).contains(share)));
    }
}
