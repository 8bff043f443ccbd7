//! Values to bins: trees look at counts of bins, not at values.

use super::Examples;

/// Bins of a feature, that of missing values included.
pub(super) const BINS: usize = 128;
/// The bin of missing values.
pub(super) const MISSING: u8 = 0;

/// The bin of every value of some pairs, and where the bins of each feature are cut.
pub(super) struct Binned {
    /// By feature, then by pair.
    columns: Vec<Vec<u8>>,
    cuts: Vec<Vec<f32>>,
}

impl Binned {
    /// Cuts each feature so that the bins hold about the same number of `pairs`.
    pub(super) fn new(examples: &Examples, pairs: &[usize]) -> Binned {
        let width = examples.features.len();
        let mut binned = Binned { columns: Vec::new(), cuts: Vec::new() };
        for feature in 0..width {
            let values: Vec<f32> =
                pairs.iter().map(|pair| examples.values[pair * width + feature]).collect();
            let cuts = cuts(&values);
            let bin = |value: &f32| match value.is_nan() {
                true => MISSING,
                false => 1 + cuts.partition_point(|cut| cut < value) as u8,
            };
            binned.columns.push(values.iter().map(bin).collect());
            binned.cuts.push(cuts);
        }
        binned
    }

    /// How many features there are.
    pub(super) fn features(&self) -> usize {
        self.columns.len()
    }

    /// The bin of each pair's value of `feature`.
    pub(super) fn column(&self, feature: usize) -> &[u8] {
        &self.columns[feature]
    }

    /// The largest value of bin `bin`, which is followed by another one; `None` if it is the last.
    pub(super) fn cut(&self, feature: usize, bin: u8) -> Option<f32> {
        self.cuts[feature].get(usize::from(bin).checked_sub(1)?).copied()
    }
}

/// Cuts between different values, at most `BINS - 2`, in rising order.
fn cuts(values: &[f32]) -> Vec<f32> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let most = BINS - 2;
    let mut cuts = Vec::new();
    for part in 1..=most {
        let at = part * sorted.len() / (most + 1);
        // Between two different values, half-way: what is unseen goes to the nearer side.
        let Some(value) = sorted.get(at) else { break };
        let next = sorted[at..].partition_point(|other| other <= value) + at;
        if let Some(next) = sorted.get(next) {
            let middle = value + (next - value) / 2.0;
            let cut = if middle < *next { middle } else { *value };
            if cuts.last().is_none_or(|last| *last < cut) {
                cuts.push(cut);
            }
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_of_few_values_is_cut_between_them() {
        assert_eq!(cuts(&[0.0, 1.0, 0.0, 3.0, f32::NAN]), [0.5, 2.0]);
        assert!(cuts(&[7.0, 7.0]).is_empty());
        assert!(cuts(&[]).is_empty());
    }

    #[test]
    fn a_feature_of_many_values_has_bins_of_about_one_size() {
        let values: Vec<f32> = (0..10_000).map(|at| at as f32).collect();
        let cuts = cuts(&values);
        assert_eq!(cuts.len(), BINS - 2);
        assert!(cuts.windows(2).all(|pair| pair[1] - pair[0] < 100.0));
    }
}
