//! Waiting for memory once instead of item after item.

/// Reads something of each of several places before the first is needed: memory answers many at a
/// time, and what is read again soon is at hand then.
pub(super) fn read_ahead(values: impl Iterator<Item = impl Into<i64>>) {
    std::hint::black_box(values.fold(0, |sum: i64, value| sum.wrapping_add(value.into())));
}
