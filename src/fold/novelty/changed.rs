//! What an item says otherwise than another of its story that has most of its words: little of it
//! is new, and yet it may be other news.

use std::ops::Range;
use std::sync::LazyLock;

use smallvec::SmallVec;

use super::come::announces;
use super::lexicon::ids;
use super::{RARE, opposites};
use crate::fold::profile::{Profile, Term};
use crate::item::Language;
use crate::prepare::{Word, failures, negations, text};

/// An item and one of its story that it is held against.
pub(super) struct Changed<'a> {
    language: Language,
    /// Of the item.
    headline: &'a str,
    own: &'a [Term],
    other: &'a [Term],
    /// One provider sent both.
    of_one: bool,
    /// A word turns what one says against the other: "not", "up" for "down".
    turned: bool,
    /// One fails or declines to do something, and the other negates.
    plain_negates: bool,
    /// One of the two asks, or tells of what may be.
    open: bool,
    /// Whether capitals tell names in each.
    cased: [bool; 2],
}

impl<'a> Changed<'a> {
    /// None where the two were read as different languages, and so have different stems.
    pub(super) fn new(
        headline: &'a str,
        item: &'a Profile,
        member: &'a Profile,
    ) -> Option<Changed<'a>> {
        let read_as = |profile: &Profile| profile.language.unwrap_or(Language::ENGLISH);
        let language = read_as(item);
        (language == read_as(member)).then(|| Changed {
            language,
            headline,
            own: &item.terms,
            other: &member.terms,
            of_one: item.family != 0 && item.family == member.family,
            // "Fails to lift" after "if not lifted" is a negation, too.
            turned: item.turns.against(member.turns) && item.turns.fails() == member.turns.fails(),
            open: [item, member].into_iter().any(|it| it.asks || it.polarity.hedged),
            plain_negates: if item.turns.fails() { member } else { item }.turns.negates(),
            cased: [item.cased, member.cased],
        })
    }

    /// What it says otherwise, if anything. `untold` are words that nobody in the story has said.
    pub(super) fn otherwise(&self, untold: &dyn Fn(&Term) -> bool) -> Option<&'static str> {
        if self.swapped() {
            Some("names that have changed places")
        } else if self.renamed(untold) {
            Some("another name in its place")
        } else if self.reworded(untold) {
            Some("another word by its provider")
        } else {
            None
        }
    }

    /// Whether it is the same but for a word that turns it: "Deal reached in Tarn", "No deal reached
    /// in Tarn"; or has all the other says, and a "not" besides. With more that differs, what is
    /// negated is something else, or is said in other words.
    pub(super) fn turned(&self) -> bool {
        let (own, other) = (self.own, self.other);
        let missing = unshared(other, own).count();
        let near = missing == 0 || missing == 1 && unshared(own, other).count() <= 1;
        self.turned && (near || self.negated())
    }

    /// The same where the "not" is a word that counts, as "never" is: what is behind it is shared.
    fn negated(&self) -> bool {
        let negates = |term: &Term| NEGATIONS.contains(&{ term.id });
        let more = |of, by| unshared(of, by).filter(|term| !negates(term)).count();
        let of_shared = |of: &[Term], by: &[Term]| {
            of.windows(2).any(|pair| negates(&pair[0]) && has(by, &pair[1]))
        };
        let (own, other) = (self.own, self.other);
        (of_shared(own, other) || of_shared(other, own))
            && more(own, other) <= 1
            && more(other, own) <= 1
    }

    /// Whether somebody fails or declines to do in one what is done in the other, which says "not"
    /// of nothing itself. What is yet to be done is no news after that.
    pub(super) fn failed(&self) -> bool {
        let (own, other) = (self.own, self.other);
        // "Fails to pass", but not "plan fails after".
        let fails = |terms: &[Term], at: usize| {
            at > 0 && terms[at].is(Word::COMING) && FAILURES.contains(&{ terms[at - 1].id })
        };
        let alike = || 2 * unshared(own, other).count() <= own.len();
        let met = |here: usize| {
            let term = own[here];
            let mut there = (0..other.len()).filter(|there| { other[*there].id } == term.id);
            match fails(own, here) {
                true => there.any(|there| !fails(other, there)),
                false => !term.is(Word::COMING) && there.any(|there| fails(other, there)),
            }
        };
        !self.plain_negates && (0..own.len()).any(met) && alike()
    }

    /// Whether a word that is untold says the opposite of the other's, before or behind the same
    /// word: "shares rise", "shares fall".
    pub(super) fn opposed(&self, untold: &dyn Fn(&Term) -> bool) -> bool {
        let (own, other) = (self.own, self.other);
        let id = |terms: &[Term], at: Option<usize>| terms.get(at?).map(|it| it.id);
        let same = |a: Option<u32>, b: Option<u32>| a.is_some() && a == b;
        let beside = |here: usize, there: usize| {
            same(id(own, here.checked_sub(1)), id(other, there.checked_sub(1)))
                || same(id(own, Some(here + 1)), id(other, Some(there + 1)))
        };
        let opposites = opposites::of(self.language);
        let meets = |here: usize, side: u16| {
            let rates = opposites::is_rates(self.language, side);
            let to_come = |there: usize| [own[here], other[there]].map(|it| it.is(Word::COMING));
            let open = |there: usize| rates && (self.open || to_come(there).contains(&true));
            let there = (0..other.len()).filter(|there| beside(here, *there) && !open(*there));
            let mut sides = there.flat_map(|there| opposites.groups(other[there].id));
            sides.any(|it| it == opposites::opposite(side))
        };
        (0..own.len()).any(|here| {
            let mut sides = opposites.groups(own[here].id);
            sides.any(|side| meets(here, side)) && untold(&own[here])
        })
    }

    /// Whether two names have changed places around others, and nothing else differs: who beat whom.
    /// Where they do so around a single word, what follows may be in another order.
    fn swapped(&self) -> bool {
        let differs = |at: &usize| { self.own[*at].id } != self.other[*at].id;
        let mut places = (0..self.own.len().min(self.other.len())).filter(differs);
        let (Some(first), Some(second)) = (places.next(), places.next()) else { return false };
        let crossed = |a: usize, b: usize| { self.own[a].id } == { self.other[b].id };
        self.own.len() == self.other.len()
            && crossed(first, second)
            && crossed(second, first)
            && match second - first {
                1 => false,
                2 => [(self.own, self.other), (self.other, self.own)]
                    .into_iter()
                    .all(|(of, by)| unshared(of, by).next().is_none()),
                _ => places.next().is_none(),
            }
    }

    /// Whether, of as many words, one or two are other names in their place.
    fn renamed(&self, untold: &dyn Fn(&Term) -> bool) -> bool {
        let (own, other) = (self.own, self.other);
        if own.len() != other.len() {
            return false;
        }
        let differs = |at: &usize| { own[*at].id } != other[*at].id;
        let places: SmallVec<[usize; 4]> = (0..own.len()).filter(differs).collect();
        if places.is_empty() || places.len() > MOST || own.len() <= 2 * places.len() {
            return false;
        }
        let names = self.names();
        let named = |at: &usize| {
            // Where capitals tell no names, places that are often in the news are some.
            let name = |term: &Term, cased: bool| {
                let named = term.is(Word::NAME) || !cased && PLACES.contains(&{ term.id });
                named && !term.is(Word::DATE)
            };
            let (here, there) = (&own[*at], &other[*at]);
            let both = || name(here, self.cased[0]) && name(there, self.cased[1]);
            // The first word of a sentence is a name more often than not if it is a rare one.
            let telling = |it: &Term| {
                it.weight() >= RARE || PLACES.contains(&{ it.id }) || ACTORS.contains(&{ it.id })
            };
            let begins = || *at == 0 && telling(here) && telling(there);
            let names = names.contains(at) && (begins() || both());
            names && untold(here) && !has(own, there)
        };
        places.iter().all(named)
    }

    /// The words that may name what the headline is about: not a label before it, as in "Rugby: ",
    /// nor a source behind it, as in " - Coast Post".
    fn names(&self) -> Range<usize> {
        let first = self.headline.find(|c: char| !c.is_alphanumeric());
        let labelled = first.is_some_and(|end| !self.headline[end..].starts_with([' ', '\'']));
        let source = SEPARATORS.iter().filter_map(|it| self.headline.rfind(it)).max();
        let source =
            source.map_or(0, |at| text(&self.headline[at..], Some(self.language)).words.len());
        let end = if source <= LONGEST_SOURCE {
            self.own.len().saturating_sub(source)
        } else {
            self.own.len()
        };
        usize::from(labelled)..end
    }

    /// Whether one provider has put a word or two in the place of what announced: "agrees to" for
    /// "set to". Other words are mostly for the style, and another provider's are its own.
    fn reworded(&self, untold: &dyn Fn(&Term) -> bool) -> bool {
        let placed = |(own, other): (&[Term], &[Term])| {
            let announced = |terms: &[Term]| terms.iter().any(announces);
            own.iter().any(untold) && announced(other) && !announced(self.own)
        };
        self.of_one && self.replaced().is_some_and(placed)
    }

    /// Whether a number that was `told` stands in the place of another.
    pub(super) fn recounted(&self, told: &dyn Fn(&Term) -> bool) -> bool {
        let number = |term: &Term| term.is(Word::NUMBER);
        self.replaced().is_some_and(|(own, other)| {
            own.iter().any(|it| number(it) && told(it)) && other.iter().any(number)
        })
    }

    /// The word or two that stand in the place of others, and those.
    fn replaced(&self) -> Option<(&'a [Term], &'a [Term])> {
        let (own, other) = (self.own, self.other);
        let same = |(a, b): &(&Term, &Term)| { a.id } == b.id;
        let start = own.iter().zip(other).take_while(same).count();
        let (own, other) = (&own[start..], &other[start..]);
        let end = own.iter().rev().zip(other.iter().rev()).take_while(same).count();
        let (own, other) = (&own[..own.len() - end], &other[..other.len() - end]);
        let longer = own.len().max(other.len());
        (longer <= MOST && start + end >= 2.max(longer)).then_some((own, other))
    }
}

/// What stands before the name of a source at the end of a headline.
const SEPARATORS: [&str; 4] = [" - ", " | ", " – ", " \" "];

/// The name of a source has at most so many words; more are part of the headline.
const LONGEST_SOURCE: usize = 3;

/// How many words may stand in the place of others.
const MOST: usize = 2;

/// Words that negate, by language of no matter which.
static NEGATIONS: LazyLock<Vec<u32>> = LazyLock::new(|| {
    negations().flat_map(|(code, word)| ids(word, Language::parse(code))).collect()
});

/// English verbs that say that what follows is not done.
static FAILURES: LazyLock<Vec<u32>> =
    LazyLock::new(|| failures().iter().flat_map(|word| ids(word, None)).collect());

/// Places that more than one headline of a thousand names.
static PLACES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    const WORDS: &str = "america american australia brazil britain british california canada \
        chicago china chinese europe florida france french gaza german germany india iran iraq israel \
        italy japan korea london mexico pakistan paris russia russian spain syria taiwan texas turkey \
        uk ukraine usa washington york";
    ids(WORDS, None).collect()
});

/// Names that headlines begin with so often that they are not rare. Elsewhere some are words.
static ACTORS: LazyLock<Vec<u32>> = LazyLock::new(|| {
    const WORDS: &str = "trump biden house senate democrats republicans congress labour tories eu \
        fed boe opec apple google amazon microsoft tesla facebook twitter netflix disney intel";
    ids(WORDS, None).collect()
});

/// The words of one that the other has not.
fn unshared<'a>(of: &'a [Term], by: &'a [Term]) -> impl Iterator<Item = &'a Term> {
    of.iter().filter(|term| !term.is(Word::AGAIN) && !has(by, term))
}

fn has(terms: &[Term], term: &Term) -> bool {
    terms.iter().any(|it| { it.id } == term.id)
}
