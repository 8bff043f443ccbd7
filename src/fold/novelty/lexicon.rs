//! Lists of words by language and group, looked up by what a headline's words are compared by.

use crate::item::Language;
use crate::prepare::text;

/// Words of some languages.
pub(super) struct Lexicon(Vec<(Language, Words)>);

/// The words of one language: ids in order, each with the number of a group that it is in.
pub(super) struct Words(Vec<(u32, u16)>);

/// The ids of words that spaces part.
pub(super) fn ids(words: &str, language: Option<Language>) -> impl Iterator<Item = u32> {
    let words = words.split_whitespace().flat_map(move |word| text(word, language).words);
    words.map(|word| word.id)
}

impl Lexicon {
    /// Of the codes of languages, each with groups of words that spaces part.
    pub(super) fn new<'a, G: IntoIterator<Item = &'a str>>(
        lists: impl IntoIterator<Item = (&'a str, G)>,
    ) -> Lexicon {
        let read = |(code, groups): (&str, G)| {
            let language = Language::parse(code)?;
            let ids = |(group, words): (u16, &str)| {
                ids(words, Some(language)).map(|id| (id, group)).collect::<Vec<_>>()
            };
            let mut all: Vec<_> = (0..).zip(groups).flat_map(ids).collect();
            all.sort_unstable();
            Some((language, Words(all)))
        };
        Lexicon(lists.into_iter().filter_map(read).collect())
    }

    /// The words of a language; none of one without a list.
    pub(super) fn of(&self, language: Option<Language>) -> &Words {
        static NONE: Words = Words(Vec::new());
        let language = language.unwrap_or(Language::ENGLISH);
        let known = self.0.iter().find(|(known, _)| *known == language);
        known.map_or(&NONE, |(_, words)| words)
    }
}

impl Words {
    /// The groups that a word is in; none for most.
    pub(super) fn groups(&self, id: u32) -> impl Iterator<Item = u16> {
        let first = self.0.partition_point(|(known, _)| *known < id);
        self.0[first..].iter().take_while(move |(known, _)| *known == id).map(|(_, group)| *group)
    }

    pub(super) fn has(&self, group: u16, id: u32) -> bool {
        self.groups(id).any(|it| it == group)
    }
}
