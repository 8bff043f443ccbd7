//! All trees at once for several pairs at once, without a branch that a CPU could mispredict.
//!
//! After QuickScorer (Lucchese et al. 2015): each question that is answered with no strikes the
//! leaves of its first branch off, as bits; the first leaf left is where a walk would have ended.
//! All questions of a tree are asked of every pair: for small trees that is cheaper than to guess
//! the way, and a CPU asks one question of several pairs in one instruction.

use super::tree::{Node, Tree};

/// How many pairs are scored at once.
pub(super) const PAIRS: usize = 4;

/// Trees in a form that is fast to ask.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forest {
    trees: Vec<Span>,
    questions: Vec<Question>,
    leaves: Vec<f32>,
    features: usize,
}

/// Where the parts of a tree end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    questions: usize,
    leaves: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Question {
    /// Twice the feature, and one more where a missing value means yes.
    row: usize,
    threshold: f32,
    /// The leaves that a no leaves over, a bit each.
    no: u32,
}

impl Forest {
    /// Trees that are known to be sound; `None` when one has more leaves than bits.
    pub(super) fn of(trees: &[Tree], features: usize) -> Option<Forest> {
        let mut forest = Forest { trees: vec![], questions: vec![], leaves: vec![], features };
        for tree in trees {
            let start = forest.leaves.len();
            if tree.nodes().len() > 2 * u32::BITS as usize {
                return None;
            }
            forest.add(tree.nodes(), 0, start);
            if forest.leaves.len() - start > u32::BITS as usize {
                return None;
            }
            let (questions, leaves) = (forest.questions.len(), forest.leaves.len());
            forest.trees.push(Span { questions, leaves });
        }
        Some(forest)
    }

    /// Adds what is below a node, leaves from first to second.
    fn add(&mut self, nodes: &[Node], at: usize, start: usize) {
        if self.leaves.len() - start > u32::BITS as usize {
            return;
        }
        let Some((question, first)) = nodes[at].asks() else {
            return self.leaves.push(nodes[at].value());
        };
        let before = self.leaves.len() - start;
        self.add(nodes, first, start);
        let struck = before..self.leaves.len() - start;
        // With too many leaves the forest is not used.
        let no = struck
            .filter_map(|leaf| 1_u32.checked_shl(leaf as u32))
            .fold(u32::MAX, |no, leaf| no & !leaf);
        let (feature, threshold, missing_first) = question;
        self.questions.push(Question {
            row: 2 * feature + usize::from(missing_first),
            threshold,
            no,
        });
        self.add(nodes, first + 1, start);
    }

    /// The log-odds of pairs that have these values; of the last ones again where there are fewer
    /// than [`PAIRS`].
    pub(super) fn log_odds(&self, base: f32, pairs: [&[f32]; PAIRS]) -> [f32; PAIRS] {
        let mut rows = smallvec::SmallVec::<[[f32; PAIRS]; 96]>::new();
        for feature in 0..self.features {
            let values = pairs.map(|pair| pair.get(feature).copied().unwrap_or(f32::NAN));
            for missing in [f32::INFINITY, f32::NEG_INFINITY] {
                rows.push(values.map(|value| if value.is_nan() { missing } else { value }));
            }
        }
        let mut sums = [base; PAIRS];
        let (mut questions, mut leaves) = (&self.questions[..], &self.leaves[..]);
        let mut before = Span { questions: 0, leaves: 0 };
        for tree in &self.trees {
            let (own, later) = questions.split_at(tree.questions - before.questions);
            let (ends, more) = leaves.split_at(tree.leaves - before.leaves);
            let mut open = [u32::MAX; PAIRS];
            for question in own {
                let row = &rows[question.row];
                for (open, value) in open.iter_mut().zip(row) {
                    *open &= question.no | if *value <= question.threshold { u32::MAX } else { 0 };
                }
            }
            for (sum, open) in sums.iter_mut().zip(open) {
                *sum += ends[open.trailing_zeros() as usize];
            }
            (questions, leaves, before) = (later, more, *tree);
        }
        sums
    }
}
