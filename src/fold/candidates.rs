//! Which items of the window are worth a full comparison. The cost does not grow with the window.

use smallvec::SmallVec;

use super::profile::{Profile, Term};
use super::read_ahead::read_ahead;
use super::window::Window;
use crate::prepare::Text;

/// How many of an item's rarest terms are looked up.
const TERMS: usize = 8;
/// How many entries of one posting are read, newest first.
const ENTRIES: usize = 64;
/// How many entries are read in all.
const BUDGET: usize = 256;
/// How many of the items found are looked at: those that share most. Fewer is faster: each is read
/// wherever it lies in the window.
const POOL: usize = 32;
/// How many of those are compared in full: the best by what they share and how near they lie.
/// Candidate recall is .961 on the English dev set of OG2021 and .886 on UCI. More find more, and
/// more that is wrong: F1 is the same from 6 to 30 of them (docs/models.md).
const FULL: usize = 8;
/// Nearest items whose mean cosine is an item's nearness.
const NEIGHBOURS: usize = 5;

/// What was found for an item.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Places in the window, oldest first.
    pub(super) places: Vec<u32>,
    /// Mean cosine to the nearest of the items looked at; NaN when there is none.
    pub(super) nearness: f32,
    /// Place of the newest that is in another language, and so is not compared.
    pub(super) foreign: Option<u32>,
    /// Entries of postings that were read.
    pub(super) touched: usize,
}

/// Scratch memory of a search, kept between searches.
#[derive(Debug, Default)]
pub(super) struct Search {
    pool: Vec<Hit>,
    seats: Seats,
    ranked: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Hit {
    place: u32,
    shared: f32,
    cosine: f32,
}

impl Search {
    /// Finds candidates for `profile`: of those that share its rarest terms, the best by what they
    /// share and how near their vectors lie.
    pub(super) fn find(&mut self, window: &Window, profile: &Profile) -> Found {
        let frequencies = window.frequencies();
        let mut terms: SmallVec<[(f32, Term); Text::MOST_WORDS]> =
            profile.distinct().map(|term| (frequencies.weight(term), term)).collect();
        terms.sort_unstable_by(|(a, x), (b, y)| b.total_cmp(a).then({ x.id }.cmp(&{ y.id })));
        let Search { pool, seats, .. } = self;
        pool.clear();
        seats.clear();
        let mut touched = 0;
        // Term by term, so that the weights of a place are added in the order of the terms.
        for (weight, term) in terms.into_iter().take(TERMS) {
            let mut most = ENTRIES.min(BUDGET - touched);
            for run in window.having(term.number) {
                let newest = &run[run.len().saturating_sub(most)..];
                most -= newest.len();
                touched += newest.len();
                for &place in newest.iter().rev() {
                    match seats.take(place, pool) {
                        Some(at) => pool[at].shared += weight,
                        None => pool.push(Hit { place, shared: weight, cosine: f32::NAN }),
                    }
                }
            }
        }
        let foreign = self.look(window, profile);
        let nearness = self.nearness();
        Found { places: self.best(), nearness, foreign, touched }
    }

    /// Looks at those that share most. Returns the newest in another language.
    fn look(&mut self, window: &Window, profile: &Profile) -> Option<u32> {
        let mut foreign = None;
        cut(&mut self.pool, POOL, &mut self.ranked, |hit| hit.shared);
        let read = |hit: &Hit| Some(window.get(hit.place)?.profile.read());
        read_ahead(self.pool.iter().filter_map(read));
        self.pool.retain_mut(|hit| {
            let Some(live) = window.get(hit.place) else { return false };
            if let (Some(a), Some(b)) = (&profile.vector, &live.profile.vector) {
                hit.cosine = a.cosine(b);
            }
            let comparable = profile.comparable(&live.profile);
            if !comparable {
                foreign = foreign.max(Some(hit.place));
            }
            comparable
        });
        foreign
    }

    fn nearness(&self) -> f32 {
        let mut best = [f32::NEG_INFINITY; NEIGHBOURS];
        for hit in self.pool.iter().filter(|hit| !hit.cosine.is_nan()) {
            let mut cosine = hit.cosine;
            for slot in &mut best {
                if cosine > *slot {
                    std::mem::swap(&mut cosine, slot);
                }
            }
        }
        let found = best.iter().filter(|cosine| cosine.is_finite()).count();
        if found == 0 { f32::NAN } else { best[..found].iter().sum::<f32>() / found as f32 }
    }

    fn best(&mut self) -> Vec<u32> {
        let most = self.pool.iter().map(|hit| hit.shared).fold(1.0, f32::max);
        let nearness = |hit: &Hit| if hit.cosine.is_nan() { 0.0 } else { hit.cosine };
        cut(&mut self.pool, FULL, &mut self.ranked, |hit| hit.shared / most + nearness(hit));
        let mut places: Vec<u32> = self.pool.iter().map(|hit| hit.place).collect();
        places.sort_unstable();
        places
    }
}

impl Hit {
    /// Its rank by a score of it: the best has the lowest, of equals the newer.
    fn rank(&self, score: f32) -> u64 {
        let bits = score.to_bits();
        // In the order of `f32::total_cmp`.
        let rising = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
        !(u64::from(rising) << 32 | u64::from(self.place))
    }
}

/// Keeps the best `most` by `score`.
fn cut(hits: &mut Vec<Hit>, most: usize, ranked: &mut Vec<u64>, score: impl Fn(&Hit) -> f32) {
    if hits.len() <= most {
        return;
    }
    ranked.clear();
    ranked.extend(hits.iter().map(|hit| hit.rank(score(hit))));
    let last = *ranked.select_nth_unstable(most - 1).1;
    hits.retain(|hit| hit.rank(score(hit)) <= last);
}

/// Finds the hit of a place among at most [`BUDGET`].
#[derive(Debug)]
struct Seats(Box<[u16; 2 * BUDGET]>);

impl Default for Seats {
    fn default() -> Seats {
        Seats(Box::new([Seats::FREE; 2 * BUDGET]))
    }
}

impl Seats {
    const FREE: u16 = u16::MAX;

    fn clear(&mut self) {
        self.0.fill(Seats::FREE);
    }

    /// Where `place` is in the pool; `None` when it is not, and then it is taken to be added next.
    fn take(&mut self, place: u32, pool: &[Hit]) -> Option<usize> {
        // Places of one time follow each other: their low bits are as good as a hash.
        let mut seat = place as usize % self.0.len();
        loop {
            match self.0[seat] {
                Seats::FREE => {
                    self.0[seat] = pool.len() as u16;
                    return None;
                }
                at if pool[usize::from(at)].place == place => return Some(usize::from(at)),
                _ => seat = (seat + 1) % self.0.len(),
            }
        }
    }
}
