//! One tree.

use serde::{Deserialize, Serialize};

/// What a leaf has in place of a feature.
const LEAF: u16 = u16::MAX;

/// A binary tree; its first node is the root.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// A question about one feature, or a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    feature: u16,
    /// Where to go on; the node after that is the other branch. Zero for a leaf.
    first: u16,
    /// Whether a missing value goes to the first branch.
    missing_first: bool,
    /// Values at most this go to the first branch.
    threshold: f32,
    /// Log-odds: of a leaf, what it adds; else the mean over the training pairs that come by.
    value: f32,
}

impl Node {
    /// A leaf that adds `value` to the log-odds.
    pub fn leaf(value: f32) -> Node {
        Node { feature: LEAF, first: 0, missing_first: false, threshold: 0.0, value }
    }

    /// A question: values of `feature` at most `threshold` go to node `first`, others to the node
    /// after it. `value` is the mean of what the leaves below add.
    pub fn question(
        feature: u16,
        threshold: f32,
        missing_first: bool,
        first: u16,
        value: f32,
    ) -> Node {
        Node { feature, first, missing_first, threshold, value }
    }
}

impl Node {
    /// Feature, threshold and whether a missing value goes to the first branch, and where that is;
    /// `None` for a leaf.
    pub(super) fn asks(&self) -> Option<((usize, f32, bool), usize)> {
        let question = (usize::from(self.feature), self.threshold, self.missing_first);
        (self.feature != LEAF).then_some((question, usize::from(self.first)))
    }

    /// What it adds, or the mean of it.
    pub(super) fn value(&self) -> f32 {
        self.value
    }
}

impl Tree {
    /// A tree of `nodes`, the first of which is the root.
    pub fn new(nodes: Vec<Node>) -> Tree {
        Tree { nodes }
    }

    /// Its nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The same tree with everything it adds multiplied by `factor`.
    pub fn scaled(mut self, factor: f32) -> Tree {
        self.nodes.iter_mut().for_each(|node| node.value *= factor);
        self
    }

    /// What is wrong with it, if anything: a tree that passes can be walked to an end without a
    /// check.
    pub(super) fn fault(&self, features: usize) -> Option<&'static str> {
        if self.nodes.is_empty() {
            return Some("a tree has no node");
        }
        for (at, node) in self.nodes.iter().enumerate() {
            if !node.value.is_finite() || !node.threshold.is_finite() {
                return Some("a tree has a number that is not finite");
            }
            if node.feature == LEAF {
                continue;
            }
            if usize::from(node.feature) >= features {
                return Some("a tree asks about a feature that is not there");
            }
            let first = usize::from(node.first);
            if first <= at || first + 1 >= self.nodes.len() {
                return Some("a branch of a tree leads nowhere");
            }
        }
        None
    }

    /// What the leaf that `values` lead to adds.
    pub(super) fn leaf(&self, values: &[f32]) -> f32 {
        let mut node = self.nodes[0];
        while node.feature != LEAF {
            node = self.next(node, values);
        }
        node.value
    }

    /// Calls `visit` with each feature on the way to the leaf and by how much its answer changed
    /// the mean.
    pub(super) fn walk(&self, values: &[f32], mut visit: impl FnMut(usize, f32)) {
        let mut node = self.nodes[0];
        while node.feature != LEAF {
            let next = self.next(node, values);
            visit(usize::from(node.feature), next.value - node.value);
            node = next;
        }
    }

    /// The mean of what it adds over the training pairs.
    pub(super) fn mean(&self) -> f32 {
        self.nodes[0].value
    }

    fn next(&self, node: Node, values: &[f32]) -> Node {
        let value = values.get(usize::from(node.feature)).copied().unwrap_or(f32::NAN);
        let first = if value.is_nan() { node.missing_first } else { value <= node.threshold };
        self.nodes[usize::from(node.first) + usize::from(!first)]
    }
}
