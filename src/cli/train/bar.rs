//! How far training is, on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::train::Progress;

/// A bar for each step, on standard error if that is a terminal.
#[derive(Default)]
pub(super) struct Bar(Option<ProgressBar>);

impl Progress for Bar {
    fn begin(&mut self, step: &str, length: u64) {
        self.end();
        let style = ProgressStyle::with_template("{prefix:16} {bar:30} {pos}/{len} {eta} {msg}");
        let bar = ProgressBar::new(length).with_prefix(step.to_owned());
        self.0 = Some(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        });
    }

    fn advance(&mut self, parts: u64, note: &str) {
        if let Some(bar) = &self.0 {
            bar.inc(parts);
            bar.set_message(note.to_owned());
        }
    }
}

impl Bar {
    fn end(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
