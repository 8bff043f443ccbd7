//! All trees at once for many pairs at once, without a branch that a CPU could mispredict.
//!
//! After QuickScorer (Lucchese et al. 2015): each question that is answered with no strikes the
//! leaves of its first branch off, as bits; the first leaf left is where a walk would have ended.
//! Questions are asked feature by feature, the lowest threshold first: once no pair is above it, all
//! that follow are answered with yes. A CPU asks one question of many pairs in one instruction.

use super::tree::{Node, Tree};

/// How many pairs are scored at once: an item has so many, and what they leave open of a tree is
/// one vector of every CPU.
pub(super) const PAIRS: usize = 8;

/// The most leaves of a tree: as many as a set of them has bits.
const LEAVES: usize = u16::BITS as usize;

/// Trees in a form that is fast to ask.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forest {
    rows: Vec<Row>,
    trees: Vec<Leaves>,
    steps: Vec<Step>,
}

/// The questions about one feature that take a missing value for the same answer.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    feature: usize,
    /// What stands for a missing value: below or above every threshold.
    missing: f32,
    /// The lowest threshold first.
    questions: Vec<Question>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Question {
    /// Values of at most this mean yes.
    threshold: f32,
    tree: u16,
    /// The leaves that a no strikes off, a bit each.
    struck: u16,
}

/// What a tree ends in.
#[derive(Clone, Debug, PartialEq)]
struct Leaves {
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
    /// For each tree the leaves left of [`PAIRS`] pairs, then for each tree those of the next.
    open: Vec<[u16; PAIRS]>,
}

impl Forest {
    /// Trees that are known to be sound; `None` when there are more of them than can be numbered,
    /// or one has more leaves than bits.
    pub(super) fn of(trees: &[Tree], features: usize) -> Option<Forest> {
        let row = |row: usize| Row {
            feature: row / 2,
            missing: if row.is_multiple_of(2) { f32::NEG_INFINITY } else { f32::INFINITY },
            questions: Vec::new(),
        };
        let rows = (0..2 * features).map(row).collect();
        let mut forest = Forest { rows, trees: Vec::new(), steps: Vec::new() };
        for tree in trees {
            let number = u16::try_from(forest.trees.len()).ok()?;
            let mut leaves = Vec::with_capacity(LEAVES);
            forest.add(tree.nodes(), (number, 0), &mut leaves, &mut Vec::new());
            if leaves.len() > LEAVES {
                return None;
            }
            let mut tree = Leaves { values: [0.0; LEAVES], steps: [(0, 0); LEAVES] };
            for (at, (value, steps)) in leaves.into_iter().enumerate() {
                (tree.values[at], tree.steps[at]) = (value, steps);
            }
            forest.trees.push(tree);
        }
        forest.rows.retain(|row| !row.questions.is_empty());
        for row in &mut forest.rows {
            row.questions.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
        }
        Some(forest)
    }

    /// Adds what is below a node of a tree, leaves from first to second; `way` leads there.
    fn add(
        &mut self,
        nodes: &[Node],
        (tree, at): (u16, usize),
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
            forest.add(nodes, (tree, to), leaves, way);
            way.pop();
        };
        branch(self, leaves, first);
        let bits = (before..leaves.len()).filter_map(|leaf| 1_u16.checked_shl(leaf as u32));
        let struck = bits.fold(0, |struck, leaf| struck | leaf);
        let row = 2 * feature + usize::from(!missing_first);
        self.rows[row].questions.push(Question { threshold, tree, struck });
        branch(self, leaves, first + 1);
    }

    /// Adds the log-odds of at most [`PAIRS`] pairs that have these values, and where they end.
    pub(super) fn log_odds(&self, base: f32, pairs: &[&[f32]], sums: &mut Vec<f32>, to: &mut Ends) {
        let start = to.open.len();
        to.open.resize(start + self.trees.len(), [u16::MAX; PAIRS]);
        let open = &mut to.open[start..];
        self.ask(pairs, open);
        let mut all = [base; PAIRS];
        for (tree, open) in self.trees.iter().zip(open) {
            for (sum, open) in all.iter_mut().zip(open) {
                *sum += tree.values[leaf(*open)];
            }
        }
        sums.extend_from_slice(&all[..pairs.len()]);
    }

    /// Strikes off leaves of each tree for each pair.
    fn ask(&self, pairs: &[&[f32]], open: &mut [[u16; PAIRS]]) {
        for row in &self.rows {
            let mut values = [f32::NEG_INFINITY; PAIRS];
            for (value, pair) in values.iter_mut().zip(pairs) {
                let given = pair.get(row.feature).copied().unwrap_or(f32::NAN);
                *value = if given.is_nan() { row.missing } else { given };
            }
            let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let asked = row.questions.iter().take_while(|it| it.threshold < most);
            for &Question { threshold, tree, struck } in asked {
                let struck = values.map(|value| if value > threshold { struck } else { 0 });
                for (open, struck) in open[usize::from(tree)].iter_mut().zip(struck) {
                    *open &= !struck;
                }
            }
        }
    }

    /// Calls `visit` with each step of a pair through each tree: its place among the pairs that
    /// `ends` are of.
    pub(super) fn walk(&self, ends: &Ends, pair: usize, mut visit: impl FnMut(usize, f32)) {
        let start = pair / PAIRS * self.trees.len();
        for (tree, open) in self.trees.iter().zip(ends.open.iter().skip(start)) {
            let (start, end) = tree.steps[leaf(open[pair % PAIRS])];
            for (feature, change) in &self.steps[start as usize..end as usize] {
                visit(usize::from(*feature), *change);
            }
        }
    }
}

/// The first leaf left: one always is.
fn leaf(open: u16) -> usize {
    open.trailing_zeros() as usize % LEAVES
}
