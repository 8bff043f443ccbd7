//! What two items have in common, as numbers. Symmetric: swapping the items changes nothing.

use super::model::{Direction, Feature};
use super::overlap::{self, Overlap, Places};
use super::profile::{Profile, Term, sixteenths};
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

/// The name of a feature by its place among the values.
pub(super) fn name(at: usize) -> &'static str {
    NAMES[at].0
}

/// The values of the features for a pair, NaN where missing.
pub(super) type Values = [f32; COUNT];

/// How common terms are in the window.
#[derive(Clone, Copy)]
pub(super) struct Frequencies<'a> {
    pub(super) live: usize,
    /// How many items have a term, by its number.
    pub(super) having: &'a [u32],
}

impl Frequencies<'_> {
    /// Weight of a term in the window.
    pub(super) fn weight(&self, term: Term) -> f32 {
        weight::ln(self.rarity(term))
    }

    /// What the weight of a term is the logarithm of.
    fn rarity(&self, term: Term) -> f32 {
        let having = self.having.get(term.number as usize).copied().unwrap_or(0);
        weight::rarity_in_window(self.live, having as usize, SHARES[usize::from(term.weight)])
    }
}

/// The share in general, back from its stored weight: e^-w in steps of halves.
static SHARES: [f32; 256] = {
    let mut shares = [0.0; 256];
    let mut weight = 0;
    while weight < shares.len() {
        shares[weight] = 1.0 / pow2(weight as f32 / 16.0 * std::f32::consts::LOG2_E);
        weight += 1;
    }
    shares
};

/// 2^x for x ≥ 0, linear between powers: close enough for a prior, and exact arithmetic.
const fn pow2(x: f32) -> f32 {
    let whole = x as u32;
    let power = if whole < 40 { whole } else { 40 };
    (1.0 + (x - whole as f32)) * (1_u64 << power) as f32
}

/// One side of a comparison: its words by kind, and the window's weights of them (0 outside a
/// window).
pub(super) struct Side<'a> {
    pub(super) profile: &'a Profile,
    weights: [f32; crate::prepare::Text::MOST_WORDS],
    distinct: Places,
    names: Places,
    numbers: Places,
    dates: Places,
}

impl<'a> Side<'a> {
    pub(super) fn new(profile: &'a Profile, window: Option<Frequencies<'_>>) -> Side<'a> {
        let mut weights = [0.0; crate::prepare::Text::MOST_WORDS];
        if let Some(window) = window {
            let weights = &mut weights[..profile.terms.len()];
            for (weight, term) in weights.iter_mut().zip(&profile.terms) {
                *weight = window.rarity(*term);
            }
            // Apart from what is looked up, so that a CPU takes several logarithms at once.
            weights.iter_mut().for_each(|weight| *weight = weight::ln(*weight));
        }
        let mut side = Side { profile, weights, distinct: 0, names: 0, numbers: 0, dates: 0 };
        for (at, term) in profile.terms.iter().enumerate() {
            let here = |flag: u8| Places::from(term.is(flag)) << at;
            side.distinct |= here(0) & !here(Word::AGAIN);
            side.names |= here(Word::NAME);
            side.numbers |= here(Word::NUMBER);
            side.dates |= here(Word::DATE);
        }
        side
    }
}

/// Sums over the distinct terms of one side.
struct Mass {
    all: f32,
    window: f32,
    shared: f32,
    window_shared: f32,
    unshared: f32,
    rarest_shared: f32,
    rarest_unshared: f32,
    names_unshared: u32,
    count: u32,
    shared_count: u32,
}

/// `shared` are the terms that the other side has.
fn mass(side: &Side<'_>, shared: Places) -> Mass {
    // General weights are whole sixteenths.
    let (mut both, mut own, mut rarest_shared, mut rarest_unshared) = (0_u32, 0_u32, 0, 0);
    let (mut window, mut window_shared) = (0.0, 0.0);
    for (at, (term, weight)) in side.profile.terms.iter().zip(&side.weights).enumerate() {
        if side.distinct >> at & 1 == 0 {
            continue;
        }
        window += weight;
        if shared >> at & 1 != 0 {
            both += u32::from(term.weight);
            rarest_shared = rarest_shared.max(term.weight);
            window_shared += weight;
        } else {
            own += u32::from(term.weight);
            rarest_unshared = rarest_unshared.max(term.weight);
        }
    }
    Mass {
        all: sixteenths(both + own),
        window,
        shared: sixteenths(both),
        window_shared,
        unshared: sixteenths(own),
        rarest_shared: sixteenths(u32::from(rarest_shared)),
        rarest_unshared: sixteenths(u32::from(rarest_unshared)),
        names_unshared: (side.names & side.distinct & !shared).count_ones(),
        count: side.distinct.count_ones(),
        shared_count: (side.distinct & shared).count_ones(),
    }
}

/// Fills in the features of a pair.
pub(super) fn compare(left: &Side<'_>, right: &Side<'_>, in_window: bool) -> Values {
    let (a, b) = (left.profile, right.profile);
    let overlap = Overlap::of(a, b);
    let (x, y) = (mass(left, overlap.left), mass(right, overlap.right));
    let missing = |value: f32| if in_window { value } else { f32::NAN };
    let ratio = |part: f32, whole: f32| if whole > 0.0 { part / whole } else { 0.0 };
    let (p, q) = (ratio(x.shared, x.all), ratio(y.shared, y.all));
    let (wp, wq) = (ratio(x.window_shared, x.window), ratio(y.window_shared, y.window));
    // The same sum of the same terms in another order: the mean makes it symmetric to the bit.
    let shared = (x.shared + y.shared) / 2.0;
    let window_shared = (x.window_shared + y.window_shared) / 2.0;
    let names = names(left, right, &overlap);
    let frame = frame(a, b, &overlap);
    let (na, nb) = (a.terms.len() as f32, b.terms.len() as f32);
    let common = overlap.common_order() as f32;
    let numbers = clash(left.numbers & left.distinct, right.numbers & right.distinct, &overlap);
    let dates = clash(left.dates & left.distinct, right.dates & right.distinct, &overlap);
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
        x.rarest_shared,
        x.shared_count as f32,
        names.mass,
        names.count as f32,
        letters(a, b),
        ratio(2.0 * common, na + nb),
        ratio(common, na.min(nb)),
        overlap.neighbours() as f32,
        numbers.shared as f32,
        flag(numbers.left > 0 && numbers.right > 0 && numbers.shared == 0),
        flag((numbers.left > 0) != (numbers.right > 0)),
        // Numbers of the same thing: "12th package" and "13th package".
        overlap.differ_before_same(left.numbers, right.numbers) as f32,
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

fn frame(a: &Profile, b: &Profile, overlap: &Overlap) -> Frame {
    let same = |(a, b): &(&Term, &Term)| a.id == b.id;
    let (a, b) = (&a.terms, &b.terms);
    let start = a.iter().zip(b).take_while(same).count();
    let (a_rest, b_rest) = (&a[start..], &b[start..]);
    let end = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(same).count();
    let slot = |terms: &[Term]| overlap::places(start..terms.len() - end);
    let (a_slot, b_slot) = (slot(a), slot(b));
    let (a_shared, b_shared) = overlap.between(a_slot, b_slot);
    let heaviest = |terms: &[Term], own: Places| {
        let own = terms.iter().enumerate().filter(|(at, _)| own >> at & 1 != 0);
        own.map(|(_, term)| term.weight()).fold(0.0, f32::max)
    };
    let longer = a.len().max(b.len());
    Frame {
        share: if longer == 0 { 0.0 } else { (start + end) as f32 / longer as f32 },
        slot: heaviest(a, a_slot & !a_shared).min(heaviest(b, b_slot & !b_shared)),
    }
}

fn flag(on: bool) -> f32 {
    if on { 1.0 } else { 0.0 }
}

struct Names {
    mass: f32,
    count: u32,
}

/// Shared terms that are names on either side.
fn names(left: &Side<'_>, right: &Side<'_>, overlap: &Overlap) -> Names {
    let names = left.names | overlap.among_firsts(right.names);
    let mut names = names & left.distinct & overlap.left;
    let (count, mut mass) = (names.count_ones(), 0);
    while names != 0 {
        mass += u32::from(left.profile.terms[names.trailing_zeros() as usize].weight);
        names &= names - 1;
    }
    Names { mass: sixteenths(mass), count }
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

struct Clash {
    left: u32,
    right: u32,
    shared: u32,
}

/// Terms of a kind on either side and shared.
fn clash(left: Places, right: Places, overlap: &Overlap) -> Clash {
    let shared = (left & overlap.left).count_ones();
    Clash { left: left.count_ones(), right: right.count_ones(), shared }
}
