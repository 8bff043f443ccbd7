//! Two ways of dividing the same headlines into stories, held against each other.

use std::collections::BTreeMap;

use super::bootstrap::Part;
use super::{f1, ratio};

/// How the stories found agree with those labelled.
#[derive(Clone, Debug, Default)]
pub(super) struct Agreement {
    /// B-cubed precision of every headline (Bagga and Baldwin 1998): of the headlines in its story
    /// found, the share that is of its labelled story.
    pub(super) precision: Vec<f64>,
    /// B-cubed recall of every headline: of the headlines of its labelled story, the share that is
    /// in its story found.
    pub(super) recall: Vec<f64>,
    pub(super) gold: usize,
    pub(super) found: usize,
    /// F1 over all pairs of headlines.
    pub(super) pair_f1: f64,
}

/// Compares the labels of headlines, in order.
pub(super) fn agreement<G, F>(gold: &[G], found: &[F]) -> Agreement
where
    G: Copy + Ord,
    F: Copy + Ord,
{
    let (mut of_gold, mut of_found, mut of_both) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (g, f) in gold.iter().zip(found) {
        *of_gold.entry(*g).or_insert(0_usize) += 1;
        *of_found.entry(*f).or_insert(0_usize) += 1;
        *of_both.entry((*g, *f)).or_insert(0_usize) += 1;
    }
    let pairs = |n: &usize| n * n.saturating_sub(1) / 2;
    let together: usize = of_both.values().map(pairs).sum();
    let in_gold: usize = of_gold.values().map(pairs).sum();
    let in_found: usize = of_found.values().map(pairs).sum();
    let items = || gold.iter().copied().zip(found.iter().copied());
    Agreement {
        precision: items().map(|(g, f)| ratio(of_both[&(g, f)], of_found[&f])).collect(),
        recall: items().map(|(g, f)| ratio(of_both[&(g, f)], of_gold[&g])).collect(),
        gold: of_gold.len(),
        found: of_found.len(),
        pair_f1: f1(ratio(together, in_found), ratio(together, in_gold)),
    }
}

impl Agreement {
    /// Mean precision, mean recall and their F1 over the headlines that `of` takes.
    pub(super) fn b_cubed(&self, of: impl Fn(usize) -> bool) -> (f64, f64, f64) {
        let (mut count, mut precision, mut recall) = (0_usize, 0.0, 0.0);
        for at in (0..self.precision.len()).filter(|at| of(*at)) {
            count += 1;
            precision += self.precision[at];
            recall += self.recall[at];
        }
        let count = count.max(1) as f64;
        let (precision, recall) = (precision / count, recall / count);
        (precision, recall, f1(precision, recall))
    }

    /// What each labelled story adds to the means. Its headlines keep the figures that they had
    /// among all others: without the stories that a draw leaves out they would look better than
    /// they are.
    pub(super) fn by_story<G: Copy + Ord>(&self, gold: &[G]) -> Vec<Part> {
        let mut parts: BTreeMap<G, Part> = BTreeMap::new();
        for (at, story) in gold.iter().enumerate() {
            let part = parts.entry(*story).or_default();
            part.precision += self.precision[at];
            part.precision_of += 1.0;
            part.recall += self.recall[at];
            part.recall_of += 1.0;
        }
        parts.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_known_partition() {
        let known = agreement(&[1, 1, 1, 2], &[1, 1, 2, 2]);
        assert_eq!((known.gold, known.found), (2, 2));
        let (precision, recall, _) = known.b_cubed(|_| true);
        assert!((precision - 0.75).abs() < 1e-9, "{precision}");
        assert!((recall - (2.0 * 2.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-9);
        assert!((known.pair_f1 - 0.4).abs() < 1e-9, "{}", known.pair_f1);
    }

    #[test]
    fn the_parts_of_the_stories_add_up_to_the_whole() {
        let gold = [1, 1, 1, 2];
        let known = agreement(&gold, &[1, 1, 2, 2]);
        let parts = known.by_story(&gold);
        assert_eq!(parts.len(), 2);
        let precision: f64 = parts.iter().map(|part| part.precision).sum();
        assert!((precision / 4.0 - known.b_cubed(|_| true).0).abs() < 1e-9);
    }
}
