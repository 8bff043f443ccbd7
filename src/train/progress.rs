//! How training tells how far it is, whoever listens.

/// Hears of long steps. The command line draws bars of it.
pub trait Progress {
    /// A step of `length` parts begins and ends the one before.
    fn begin(&mut self, step: &str, length: u64);
    /// `parts` more of it are done; `note` is worth a glance, such as a loss.
    fn advance(&mut self, parts: u64, note: &str);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _step: &str, _length: u64) {}
    fn advance(&mut self, _parts: u64, _note: &str) {}
}
