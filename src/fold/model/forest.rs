//! All trees at once for many pairs at once, without a branch that a CPU could mispredict.
//!
//! After QuickScorer (Lucchese et al. 2015): each question that is answered with no strikes the
//! leaves of its first branch off, as bits; the first leaf left is where a walk would have ended.
//! All questions of a tree are asked of every pair: for small trees that is cheaper than to guess
//! the way, and a CPU asks one question of many pairs in one instruction. So that these are as many
//! as can be, values become ranks among the thresholds of their feature first, in 16 bits.

use smallvec::SmallVec;

use super::tree::{Node, Tree};

/// How many pairs are scored at once: an item has so many, and their ranks are one vector of every
/// CPU.
pub(super) const PAIRS: usize = 8;

/// The most leaves of a tree: as many as a set of them has bits.
const LEAVES: usize = u16::BITS as usize;

/// The rank of a missing value that answers no.
const ABOVE_ALL: i16 = i16::MAX;

/// Trees in a form that is fast to ask.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forest {
    /// The thresholds of each feature, rising.
    thresholds: Vec<Vec<f32>>,
    questions: Vec<Question>,
    trees: Vec<Leaves>,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Question {
    /// Twice the feature, and one more where a missing value means no.
    row: u16,
    /// The threshold's rank: values of at most this rank mean yes.
    rank: i16,
    /// The leaves that a no strikes off, a bit each.
    struck: u16,
}

/// What a tree ends in.
#[derive(Clone, Debug, PartialEq)]
struct Leaves {
    /// Where its questions end; they start where those of the tree before end.
    questions: usize,
    values: [f32; LEAVES],
    /// Where the steps to each leaf start and end.
    steps: [(u32, u32); LEAVES],
}

/// A step on the way from a root to a leaf: the feature asked about, and by how much the answer
/// changed the mean.
type Step = (u16, f32);

/// Where pairs ended in each tree: [`Forest::log_odds`] has been there, and evidence asks again.
#[derive(Clone, Debug, Default)]
pub(in crate::fold) struct Ends {
    /// For each tree the leaves of [`PAIRS`] pairs, then for each tree those of the next.
    leaves: Vec<[u8; PAIRS]>,
}

impl Forest {
    /// Trees that are known to be sound; `None` when one has more leaves than bits, or a feature
    /// more thresholds than ranks.
    pub(super) fn of(trees: &[Tree], features: usize) -> Option<Forest> {
        let mut thresholds = vec![Vec::new(); features];
        for ((feature, threshold, _), _) in
            trees.iter().flat_map(Tree::nodes).filter_map(Node::asks)
        {
            thresholds[feature].push(threshold);
        }
        for steps in &mut thresholds {
            steps.sort_unstable_by(f32::total_cmp);
            steps.dedup();
        }
        let ranked = thresholds.iter().all(|steps| steps.len() < ABOVE_ALL as usize);
        if !ranked || features > usize::from(u16::MAX) / 2 {
            return None;
        }
        let mut forest =
            Forest { thresholds, questions: Vec::new(), trees: Vec::new(), steps: Vec::new() };
        for tree in trees {
            let mut leaves = Vec::with_capacity(LEAVES);
            forest.add(tree.nodes(), 0, &mut leaves, &mut Vec::new());
            if leaves.len() > LEAVES {
                return None;
            }
            let mut tree = Leaves {
                questions: forest.questions.len(),
                values: [0.0; LEAVES],
                steps: [(0, 0); LEAVES],
            };
            for (at, (value, steps)) in leaves.into_iter().enumerate() {
                (tree.values[at], tree.steps[at]) = (value, steps);
            }
            forest.trees.push(tree);
        }
        Some(forest)
    }

    /// Adds what is below a node, leaves from first to second; `way` leads there.
    fn add(
        &mut self,
        nodes: &[Node],
        at: usize,
        leaves: &mut Vec<(f32, (u32, u32))>,
        way: &mut Vec<Step>,
    ) {
        // With too many leaves the forest is not used.
        if leaves.len() > LEAVES {
            return;
        }
        let Some(((feature, threshold, missing_first), first)) = nodes[at].asks() else {
            let start = self.steps.len() as u32;
            self.steps.extend_from_slice(way);
            return leaves.push((nodes[at].value(), (start, self.steps.len() as u32)));
        };
        let before = leaves.len();
        let mut branch = |forest: &mut Forest, leaves: &mut Vec<_>, to: usize| {
            way.push((feature as u16, nodes[to].value() - nodes[at].value()));
            forest.add(nodes, to, leaves, way);
            way.pop();
        };
        branch(self, leaves, first);
        let bits = (before..leaves.len()).filter_map(|leaf| 1_u16.checked_shl(leaf as u32));
        let struck = bits.fold(0, |struck, leaf| struck | leaf);
        let row = 2 * feature as u16 + u16::from(!missing_first);
        let rank = self.thresholds[feature].partition_point(|step| *step < threshold) as i16;
        self.questions.push(Question { row, rank, struck });
        branch(self, leaves, first + 1);
    }

    /// Adds the log-odds of at most [`PAIRS`] pairs that have these values, and where they end.
    pub(super) fn log_odds(&self, base: f32, pairs: &[&[f32]], sums: &mut Vec<f32>, to: &mut Ends) {
        let rows = self.rows(pairs);
        let start = sums.len();
        sums.resize(start + pairs.len(), base);
        let sums = &mut sums[start..];
        let mut first = 0;
        for tree in &self.trees {
            let mut open = [u16::MAX; PAIRS];
            for question in &self.questions[first..tree.questions] {
                let row = &rows[usize::from(question.row)];
                for (open, rank) in open.iter_mut().zip(row) {
                    let no = if *rank > question.rank { u16::MAX } else { 0 };
                    *open &= !(no & question.struck);
                }
            }
            first = tree.questions;
            let ends = open.map(|open| open.trailing_zeros() as u8);
            for (sum, end) in sums.iter_mut().zip(ends) {
                *sum += tree.values[usize::from(end) % LEAVES];
            }
            to.leaves.push(ends);
        }
    }

    /// The ranks of the values of each feature, once where a missing value means yes, once where
    /// it means no.
    fn rows(&self, pairs: &[&[f32]]) -> SmallVec<[[i16; PAIRS]; 96]> {
        let mut rows = SmallVec::new();
        for (feature, thresholds) in self.thresholds.iter().enumerate() {
            let mut values = [f32::NAN; PAIRS];
            for (value, pair) in values.iter_mut().zip(pairs) {
                *value = pair.get(feature).copied().unwrap_or(f32::NAN);
            }
            let mut ranks = [0_i16; PAIRS];
            for threshold in thresholds {
                for (rank, value) in ranks.iter_mut().zip(&values) {
                    *rank += i16::from(value > threshold);
                }
            }
            rows.push(ranks);
            for (rank, value) in ranks.iter_mut().zip(&values) {
                *rank = if value.is_nan() { ABOVE_ALL } else { *rank };
            }
            rows.push(ranks);
        }
        rows
    }

    /// Calls `visit` with each step of a pair through each tree: its place among the pairs that
    /// `ends` are of.
    pub(super) fn walk(&self, ends: &Ends, pair: usize, mut visit: impl FnMut(usize, f32)) {
        let start = pair / PAIRS * self.trees.len();
        for (tree, ends) in self.trees.iter().zip(ends.leaves.iter().skip(start)) {
            let (start, end) = tree.steps[usize::from(ends[pair % PAIRS]) % LEAVES];
            for (feature, change) in &self.steps[start as usize..end as usize] {
                visit(usize::from(*feature), *change);
            }
        }
    }
}
