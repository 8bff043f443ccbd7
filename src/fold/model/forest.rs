//! All trees at once for several pairs at once, without a branch that a CPU could mispredict.
//!
//! After QuickScorer (Lucchese et al. 2015): each question that is answered with no strikes the
//! leaves of its first branch off, as bits; the first leaf left is where a walk would have ended.
//! All questions of a tree are asked of every pair: for small trees that is cheaper than to guess
//! the way, and a CPU asks one question of several pairs in one instruction.

use smallvec::SmallVec;

use super::tree::{Node, Tree};

/// How many pairs are scored at once: what one vector of every CPU holds. Twelve are slower.
pub(super) const PAIRS: usize = 4;

/// Trees in a form that is fast to ask.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forest {
    /// Where the questions and the leaves of each tree end.
    trees: Vec<(usize, usize)>,
    questions: Vec<Question>,
    leaves: Vec<Leaf>,
    steps: Vec<Step>,
    features: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Question {
    /// Twice the feature, and one more where a missing value means yes.
    row: usize,
    threshold: f32,
    /// The leaves that a no leaves over, a bit each.
    no: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Leaf {
    value: f32,
    /// Where its steps end; they start where those of the leaf before end.
    steps: usize,
}

/// A step on the way from a root to a leaf: the feature asked about, and by how much the answer
/// changed the mean.
pub(super) type Step = (usize, f32);

impl Forest {
    /// Trees that are known to be sound; `None` when one has more leaves than bits.
    pub(super) fn of(trees: &[Tree], features: usize) -> Option<Forest> {
        let mut forest = Forest {
            trees: Vec::with_capacity(trees.len()),
            questions: Vec::new(),
            leaves: Vec::new(),
            steps: Vec::new(),
            features,
        };
        for tree in trees {
            let start = forest.leaves.len();
            if tree.nodes().len() > 2 * u32::BITS as usize {
                return None;
            }
            forest.add(tree.nodes(), 0, start, &mut Vec::new());
            if forest.leaves.len() - start > u32::BITS as usize {
                return None;
            }
            forest.trees.push((forest.questions.len(), forest.leaves.len()));
        }
        Some(forest)
    }

    /// Adds what is below a node, leaves from first to second; `way` leads there.
    fn add(&mut self, nodes: &[Node], at: usize, start: usize, way: &mut Vec<Step>) {
        if self.leaves.len() - start > u32::BITS as usize {
            return;
        }
        let Some(((feature, threshold, missing_first), first)) = nodes[at].asks() else {
            self.steps.extend_from_slice(way);
            return self.leaves.push(Leaf { value: nodes[at].value(), steps: self.steps.len() });
        };
        let mut branch = |forest: &mut Forest, to: usize| {
            way.push((feature, nodes[to].value() - nodes[at].value()));
            forest.add(nodes, to, start, way);
            way.pop();
        };
        let before = self.leaves.len() - start;
        branch(self, first);
        let struck = before..self.leaves.len() - start;
        // With too many leaves the forest is not used.
        let bits = struck.filter_map(|leaf| 1_u32.checked_shl(leaf as u32));
        let no = bits.fold(u32::MAX, |no, leaf| no & !leaf);
        let row = 2 * feature + usize::from(missing_first);
        self.questions.push(Question { row, threshold, no });
        branch(self, first + 1);
    }

    /// The log-odds of pairs that have these values.
    pub(super) fn log_odds(&self, base: f32, pairs: [&[f32]; PAIRS]) -> [f32; PAIRS] {
        let mut sums = [base; PAIRS];
        self.ask(pairs, |leaves, ends| {
            for (sum, end) in sums.iter_mut().zip(ends) {
                *sum += leaves[end].value;
            }
        });
        sums
    }

    /// Calls `visit` with each step of a pair through each tree.
    pub(super) fn walk(&self, values: &[f32], mut visit: impl FnMut(Step)) {
        let mut start = 0;
        self.ask([values], |leaves, [end]| {
            let first = if end == 0 { start } else { leaves[end - 1].steps };
            self.steps[first..leaves[end].steps].iter().copied().for_each(&mut visit);
            start = leaves.last().map_or(start, |last| last.steps);
        });
    }

    /// Calls `found` for each tree with its leaves and which of them each pair ends at.
    fn ask<const N: usize>(&self, pairs: [&[f32]; N], mut found: impl FnMut(&[Leaf], [usize; N])) {
        let mut rows = SmallVec::<[[f32; N]; 96]>::new();
        for feature in 0..self.features {
            let values = pairs.map(|pair| pair.get(feature).copied().unwrap_or(f32::NAN));
            for missing in [f32::INFINITY, f32::NEG_INFINITY] {
                rows.push(values.map(|value| if value.is_nan() { missing } else { value }));
            }
        }
        let (mut first_question, mut first_leaf) = (0, 0);
        for (questions, leaves) in &self.trees {
            let mut open = [u32::MAX; N];
            for question in &self.questions[first_question..*questions] {
                let row = &rows[question.row];
                for (open, value) in open.iter_mut().zip(row) {
                    *open &= question.no | if *value <= question.threshold { u32::MAX } else { 0 };
                }
            }
            found(
                &self.leaves[first_leaf..*leaves],
                open.map(|open| open.trailing_zeros() as usize),
            );
            (first_question, first_leaf) = (*questions, *leaves);
        }
    }
}
