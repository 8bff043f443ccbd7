//! What two items have in common, as numbers. Symmetric: swapping the items changes nothing.

use super::model::{Direction, Feature};
use super::profile::{Profile, Term};
use super::weight;
use crate::prepare::Word;

/// How many features there are.
pub(super) const COUNT: usize = NAMES.len();

/// The features by name, with how the probability may follow each. A scorer names those it was
/// trained with and is refused when they differ.
///
/// Not among them on purpose: whether both come from one publisher. Only some sets of labels name
/// publishers, so trees take it for the name of the set: left out of the training, OG2021 then
/// falls by a fifth.
#[rustfmt::skip]
const NAMES: [(&str, Direction); 37] = {
    use Direction::{Falling, Free, Rising};
    [
        ("jaccard", Rising), ("contained", Rising), ("containing", Rising), ("shared_mass", Rising),
        ("window_jaccard", Rising), ("window_contained", Rising), ("window_containing", Rising),
        ("window_shared_mass", Rising), ("rarest_shared", Rising), ("shared_terms", Rising),
        ("names_mass", Rising), ("names_shared", Rising), ("letters", Rising), ("order", Rising),
        ("order_contained", Rising), ("pairs_shared", Rising), ("numbers_shared", Free),
        ("numbers_clash", Falling), ("numbers_one_side", Falling), ("count_clash", Falling),
        ("dates_clash", Falling), ("gap_hours", Falling), ("shorter", Free), ("longer_by", Free),
        ("negation_differs", Free), ("cosine", Rising), ("cosine_relative", Rising),
        ("update_chain", Rising), ("names_clash", Falling),
        ("unshared_less", Falling), ("unshared_more", Falling), ("rarest_unshared", Falling),
        ("same_words", Rising), ("question", Free), ("first_word", Rising), ("frame", Free),
        ("slot", Falling),
    ]
};

/// The features, for a scorer's file.
pub(super) fn features() -> Vec<Feature> {
    let feature = |(name, direction): &(&str, Direction)| Feature {
        name: (*name).to_owned(),
        direction: *direction,
    };
    NAMES.iter().map(feature).collect()
}

/// The values of the features for a pair, NaN where missing.
pub(super) type Values = [f32; COUNT];

/// How common terms are in the window; `None` for a pair scored alone.
pub(super) trait Frequencies {
    /// Weight of a term in the window.
    fn weight(&self, term: Term) -> f32;
}

/// A window's counts behind [`Frequencies`].
pub(super) struct Counts<F: Fn(u32) -> usize> {
    pub(super) live: usize,
    pub(super) having: F,
}

impl<F: Fn(u32) -> usize> Frequencies for Counts<F> {
    fn weight(&self, term: Term) -> f32 {
        // The share in general, back from its stored weight: e^-w in steps of halves.
        let share = 1.0 / pow2(term.weight() * std::f32::consts::LOG2_E);
        weight::in_window(self.live, (self.having)(term.id), share)
    }
}

/// 2^x for x ≥ 0, linear between powers: close enough for a prior, and exact arithmetic.
fn pow2(x: f32) -> f32 {
    let whole = x as u32;
    (1.0 + (x - whole as f32)) * (1_u64 << whole.min(40)) as f32
}

/// One side of a comparison, with the window's weights of its terms (0 outside a window).
pub(super) struct Side<'a> {
    pub(super) profile: &'a Profile,
    weights: [f32; crate::prepare::Text::MOST_WORDS],
}

impl<'a> Side<'a> {
    pub(super) fn new(profile: &'a Profile, window: Option<&dyn Frequencies>) -> Side<'a> {
        let mut weights = [0.0; crate::prepare::Text::MOST_WORDS];
        if let Some(window) = window {
            for (weight, term) in weights.iter_mut().zip(&profile.terms) {
                *weight = window.weight(*term);
            }
        }
        Side { profile, weights }
    }
}

/// Sums over the terms of one side.
#[derive(Default)]
struct Mass {
    all: f32,
    window: f32,
    shared: f32,
    window_shared: f32,
    unshared: f32,
    rarest_unshared: f32,
    names_unshared: u32,
    count: u32,
    shared_count: u32,
}

fn mass(side: &Side<'_>, other: &Profile) -> Mass {
    let mut mass = Mass::default();
    for (term, window) in side.profile.terms.iter().zip(&side.weights) {
        if term.is(Word::AGAIN) {
            continue;
        }
        let weight = term.weight();
        mass.count += 1;
        mass.all += weight;
        mass.window += window;
        if other.terms.iter().any(|there| there.id == term.id) {
            mass.shared_count += 1;
            mass.shared += weight;
            mass.window_shared += window;
        } else {
            mass.unshared += weight;
            mass.rarest_unshared = mass.rarest_unshared.max(weight);
            mass.names_unshared += u32::from(term.is(Word::NAME));
        }
    }
    mass
}

/// Fills in the features of a pair.
pub(super) fn compare(left: &Side<'_>, right: &Side<'_>, in_window: bool) -> Values {
    let (a, b) = (left.profile, right.profile);
    let (x, y) = (mass(left, b), mass(right, a));
    let missing = |value: f32| if in_window { value } else { f32::NAN };
    let ratio = |part: f32, whole: f32| if whole > 0.0 { part / whole } else { 0.0 };
    let (p, q) = (ratio(x.shared, x.all), ratio(y.shared, y.all));
    let (wp, wq) = (ratio(x.window_shared, x.window), ratio(y.window_shared, y.window));
    // The same sum of the same terms in another order: the mean makes it symmetric to the bit.
    let shared = (x.shared + y.shared) / 2.0;
    let window_shared = (x.window_shared + y.window_shared) / 2.0;
    let names = names(left, right);
    let frame = frame(a, b);
    let (na, nb) = (a.terms.len() as f32, b.terms.len() as f32);
    let common = common_order(a, b) as f32;
    let numbers = clash(a, b, Word::NUMBER);
    let dates = clash(a, b, Word::DATE);
    let cosine = match (&a.vector, &b.vector) {
        (Some(a), Some(b)) => a.cosine(b),
        _ => f32::NAN,
    };
    let update = a.family == b.family && a.family != 0 && (a.update > 0 || b.update > 0);
    [
        ratio(shared, x.all + y.all - shared),
        p.max(q),
        p.min(q),
        shared,
        missing(ratio(window_shared, x.window + y.window - window_shared)),
        missing(wp.max(wq)),
        missing(wp.min(wq)),
        missing(window_shared),
        names.rarest,
        x.shared_count as f32,
        names.mass,
        names.count as f32,
        letters(a, b),
        ratio(2.0 * common, na + nb),
        ratio(common, na.min(nb)),
        neighbours(a, b) as f32,
        numbers.shared as f32,
        flag(numbers.left > 0 && numbers.right > 0 && numbers.shared == 0),
        flag((numbers.left > 0) != (numbers.right > 0)),
        count_clash(a, b),
        flag(dates.left > 0 && dates.right > 0 && dates.shared == 0),
        if a.timed && b.timed { (a.event - b.event).abs() as f32 / 3_600.0 } else { f32::NAN },
        x.count.min(y.count) as f32,
        x.count.abs_diff(y.count) as f32,
        flag(a.negates != b.negates),
        cosine,
        missing(cosine - (a.nearness + b.nearness) / 2.0),
        flag(update),
        x.names_unshared.min(y.names_unshared) as f32,
        x.unshared.min(y.unshared),
        x.unshared.max(y.unshared),
        x.rarest_unshared.min(y.rarest_unshared),
        flag(na > 0.0 && a.same_words(b)),
        flag(a.asks) + flag(b.asks),
        flag(a.terms.first().map(|term| term.id) == b.terms.first().map(|term| term.id)),
        frame.share,
        frame.slot,
    ]
}

/// One headline twice but for one place: "Fjord Line to report in *May*", "… in *June*".
struct Frame {
    /// Share of the longer headline's terms that both start and end with.
    share: f32,
    /// Weight of what differs between, on the side where it is less; 0 when one side has nothing
    /// there.
    slot: f32,
}

fn frame(a: &Profile, b: &Profile) -> Frame {
    let same = |(a, b): &(&Term, &Term)| a.id == b.id;
    let (a, b) = (&a.terms, &b.terms);
    let start = a.iter().zip(b).take_while(same).count();
    let (a_rest, b_rest) = (&a[start..], &b[start..]);
    let end = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(same).count();
    let (a_slot, b_slot) = (&a_rest[..a_rest.len() - end], &b_rest[..b_rest.len() - end]);
    let heaviest = |slot: &[Term], other: &[Term]| {
        let own = slot.iter().filter(|term| !other.iter().any(|there| there.id == term.id));
        own.map(|term| term.weight()).fold(0.0, f32::max)
    };
    let longer = a.len().max(b.len());
    Frame {
        share: if longer == 0 { 0.0 } else { (start + end) as f32 / longer as f32 },
        slot: heaviest(a_slot, b_slot).min(heaviest(b_slot, a_slot)),
    }
}

fn flag(on: bool) -> f32 {
    if on { 1.0 } else { 0.0 }
}

struct Names {
    rarest: f32,
    mass: f32,
    count: u32,
}

/// Shared terms that are names on either side, and the rarest shared term of any kind.
fn names(left: &Side<'_>, right: &Side<'_>) -> Names {
    let mut names = Names { rarest: 0.0, mass: 0.0, count: 0 };
    // Sums are of sixteenths below 2^24, so that their order does not matter.
    for term in left.profile.distinct() {
        let Some(there) = right.profile.terms.iter().find(|there| there.id == term.id) else {
            continue;
        };
        names.rarest = names.rarest.max(term.weight());
        if term.is(Word::NAME) || there.is(Word::NAME) {
            names.mass += term.weight();
            names.count += 1;
        }
    }
    names
}

/// Jaccard of the letter trigrams, estimated from their sketches.
fn letters(a: &Profile, b: &Profile) -> f32 {
    let (mut both, mut either) = (0, 0);
    for (a, b) in a.sketch.iter().zip(&b.sketch) {
        both += (a & b).count_ones();
        either += (a | b).count_ones();
    }
    if either == 0 { 0.0 } else { both as f32 / either as f32 }
}

/// Length of the longest common subsequence of terms.
fn common_order(a: &Profile, b: &Profile) -> u8 {
    let mut row = [0_u8; crate::prepare::Text::MOST_WORDS + 1];
    for here in &a.terms {
        let mut diagonal = 0;
        for (at, there) in b.terms.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if here.id == there.id { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.terms.len()]
}

/// How many pairs of neighbouring terms are shared.
fn neighbours(a: &Profile, b: &Profile) -> u32 {
    let shared = |here: &[Term], there: &Profile| {
        there.terms.windows(2).any(|pair| pair[0].id == here[0].id && pair[1].id == here[1].id)
    };
    let count =
        |a: &Profile, b: &Profile| a.terms.windows(2).filter(|pair| shared(pair, b)).count();
    count(a, b).min(count(b, a)) as u32
}

struct Clash {
    left: u32,
    right: u32,
    shared: u32,
}

/// Terms of a kind on either side and shared.
fn clash(a: &Profile, b: &Profile, kind: u8) -> Clash {
    let of = |profile: &Profile| profile.distinct().filter(|term| term.is(kind)).count() as u32;
    let shared = a.distinct().filter(|term| term.is(kind));
    let shared = shared.filter(|term| b.terms.iter().any(|there| there.id == term.id));
    Clash { left: of(a), right: of(b), shared: shared.count() as u32 }
}

/// Numbers of the same thing that differ: "12th package" and "13th package".
fn count_clash(a: &Profile, b: &Profile) -> f32 {
    let mut clashes = 0_u32;
    for (at, here) in a.terms.iter().enumerate().filter(|(_, term)| term.is(Word::NUMBER)) {
        for (there_at, there) in b.terms.iter().enumerate().filter(|(_, it)| it.is(Word::NUMBER)) {
            let next = |terms: &[Term], at: usize| terms.get(at + 1).map(|term| term.id);
            let thing = next(&a.terms, at);
            let same_thing = thing.is_some() && thing == next(&b.terms, there_at);
            clashes += u32::from(same_thing && here.id != there.id);
        }
    }
    clashes as f32
}
