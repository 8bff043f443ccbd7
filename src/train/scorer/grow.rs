//! Growing of one tree, the most useful split first.

use super::Settings;
use super::bins::{BINS, Binned, MISSING};
use crate::fold::model::{Node, Tree};

/// First and second derivative of the loss by a pair's score, or sums of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gradient {
    pub(super) first: f64,
    pub(super) second: f64,
}

/// What stays the same from tree to tree.
pub(super) struct Grower<'a> {
    pub(super) binned: &'a Binned,
    pub(super) signs: &'a [f64],
    pub(super) settings: &'a Settings,
}

/// A tree under way: the pairs are kept with their leaf.
struct Leaf {
    node: usize,
    pairs: Vec<usize>,
    sum: Sum,
    value: f64,
    /// Values that the constraints leave to it.
    least: f64,
    most: f64,
    split: Option<Split>,
}

/// A way to divide a leaf.
#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    /// Last bin of the first branch.
    bin: u8,
    missing_first: bool,
    first: f64,
    second: f64,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    gradient: Gradient,
    pairs: usize,
}

impl Sum {
    fn add(&mut self, other: &Sum) {
        self.gradient.first += other.gradient.first;
        self.gradient.second += other.gradient.second;
        self.pairs += other.pairs;
    }

    fn less(&self, other: &Sum) -> Sum {
        Sum {
            gradient: Gradient {
                first: self.gradient.first - other.gradient.first,
                second: self.gradient.second - other.gradient.second,
            },
            pairs: self.pairs - other.pairs,
        }
    }
}

/// A grown tree whose questions are about bins.
pub(super) struct Grown {
    nodes: Vec<GrownNode>,
    rate: f64,
}

struct GrownNode {
    value: f64,
    /// Feature, last bin of the first branch, its cut, whether missing values go there, and where
    /// the first branch is.
    question: Option<(usize, u8, f32, bool, usize)>,
}

impl Grower<'_> {
    /// Grows a tree from the pairs `seen` with questions about the features `asked`.
    pub(super) fn grow(&self, gradients: &[Gradient], seen: Vec<usize>, asked: &[usize]) -> Grown {
        let mut sum = Sum::default();
        for pair in &seen {
            sum.add(&Sum { gradient: gradients[*pair], pairs: 1 });
        }
        let mut root = Leaf {
            node: 0,
            pairs: seen,
            value: self.value(&sum, f64::NEG_INFINITY, f64::INFINITY),
            sum,
            least: f64::NEG_INFINITY,
            most: f64::INFINITY,
            split: None,
        };
        root.split = self.best_split(&root, gradients, asked);
        let mut nodes = vec![GrownNode { value: root.value, question: None }];
        let mut leaves = vec![root];
        while leaves.len() < self.settings.leaves {
            let best = (0..leaves.len())
                .filter_map(|at| Some((at, leaves[at].split?)))
                .max_by(|a, b| a.1.gain.total_cmp(&b.1.gain));
            let Some((at, split)) = best else { break };
            let leaf = leaves.swap_remove(at);
            let Some(cut) = self.binned.cut(split.feature, split.bin) else { break };
            let first = nodes.len();
            nodes[leaf.node].question =
                Some((split.feature, split.bin, cut, split.missing_first, first));
            for mut child in self.divide(leaf, split, first, gradients) {
                child.split = self.best_split(&child, gradients, asked);
                nodes.push(GrownNode { value: child.value, question: None });
                leaves.push(child);
            }
        }
        Grown { nodes, rate: self.settings.rate }
    }

    /// The two leaves that a split makes of one.
    fn divide(&self, leaf: Leaf, split: Split, node: usize, gradients: &[Gradient]) -> [Leaf; 2] {
        let column = self.binned.column(split.feature);
        let goes_first = |pair: &usize| match column[*pair] {
            MISSING => split.missing_first,
            bin => bin <= split.bin,
        };
        let (first, second): (Vec<usize>, Vec<usize>) =
            leaf.pairs.into_iter().partition(goes_first);
        let mut sum = Sum::default();
        for pair in &first {
            sum.add(&Sum { gradient: gradients[*pair], pairs: 1 });
        }
        // What is below must stay on its side of the middle, or a later split could undo the order.
        let middle = (split.first + split.second) / 2.0;
        let (mut first_most, mut second_least) = (leaf.most, leaf.least);
        let (mut first_least, mut second_most) = (leaf.least, leaf.most);
        if self.signs[split.feature] > 0.0 {
            (first_most, second_least) = (middle, middle);
        } else if self.signs[split.feature] < 0.0 {
            (first_least, second_most) = (middle, middle);
        }
        let rest = leaf.sum.less(&sum);
        [
            Leaf {
                node,
                pairs: first,
                sum,
                value: split.first,
                least: first_least,
                most: first_most,
                split: None,
            },
            Leaf {
                node: node + 1,
                pairs: second,
                sum: rest,
                value: split.second,
                least: second_least,
                most: second_most,
                split: None,
            },
        ]
    }

    /// The split of `leaf` that lowers the loss most, if one does within the constraints.
    fn best_split(&self, leaf: &Leaf, gradients: &[Gradient], asked: &[usize]) -> Option<Split> {
        if leaf.pairs.len() < 2 * self.settings.leaf_pairs {
            return None;
        }
        let before = self.gain(&leaf.sum, leaf.value);
        let mut best: Option<Split> = None;
        for feature in asked {
            let column = self.binned.column(*feature);
            let mut bins = [Sum::default(); BINS];
            for pair in &leaf.pairs {
                bins[usize::from(column[*pair])].add(&Sum { gradient: gradients[*pair], pairs: 1 });
            }
            for missing_first in [false, true] {
                if missing_first && bins[usize::from(MISSING)].pairs == 0 {
                    continue;
                }
                let mut first =
                    if missing_first { bins[usize::from(MISSING)] } else { Sum::default() };
                for bin in 1..(BINS - 1) as u8 {
                    first.add(&bins[usize::from(bin)]);
                    if self.binned.cut(*feature, bin).is_none() {
                        break;
                    }
                    let candidate = self.weigh(leaf, *feature, bin, missing_first, first, before);
                    if let Some(split) = candidate
                        && best.is_none_or(|best| split.gain > best.gain)
                    {
                        best = Some(split);
                    }
                }
            }
        }
        best
    }

    fn weigh(
        &self,
        leaf: &Leaf,
        feature: usize,
        bin: u8,
        missing_first: bool,
        first: Sum,
        before: f64,
    ) -> Option<Split> {
        let second = leaf.sum.less(&first);
        if first.pairs.min(second.pairs) < self.settings.leaf_pairs {
            return None;
        }
        let first_value = self.value(&first, leaf.least, leaf.most);
        let second_value = self.value(&second, leaf.least, leaf.most);
        if (second_value - first_value) * self.signs[feature] < 0.0 {
            return None;
        }
        let gain = self.gain(&first, first_value) + self.gain(&second, second_value) - before;
        let split =
            Split { gain, feature, bin, missing_first, first: first_value, second: second_value };
        (gain > 1e-6).then_some(split)
    }

    /// What a leaf with this sum should add, within bounds.
    fn value(&self, sum: &Sum, least: f64, most: f64) -> f64 {
        let Gradient { first, second } = sum.gradient;
        (-first / (second + self.settings.smoothing)).clamp(least, most)
    }

    /// By how much the loss falls when a leaf with this sum adds `value`.
    fn gain(&self, sum: &Sum, value: f64) -> f64 {
        let Gradient { first, second } = sum.gradient;
        -(first * value + 0.5 * (second + self.settings.smoothing) * value * value)
    }
}

impl Grown {
    /// What it adds to the score of the pair at `at`.
    pub(super) fn value(&self, binned: &Binned, at: usize) -> f32 {
        let mut node = &self.nodes[0];
        while let Some((feature, last, _, missing_first, first)) = node.question {
            let goes_first = match binned.column(feature)[at] {
                MISSING => missing_first,
                bin => bin <= last,
            };
            node = &self.nodes[first + usize::from(!goes_first)];
        }
        (node.value * self.rate) as f32
    }

    /// The tree, asking about values.
    pub(super) fn into_tree(self) -> Tree {
        let rate = self.rate;
        let node = |node: GrownNode| {
            let value = (node.value * rate) as f32;
            match node.question {
                None => Node::leaf(value),
                Some((feature, _, cut, missing_first, first)) => {
                    Node::question(feature as u16, cut, missing_first, first as u16, value)
                }
            }
        };
        Tree::new(self.nodes.into_iter().map(node).collect())
    }
}
