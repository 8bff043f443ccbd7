//! Panics that are expected, and become errors: the engine's, when it meets a damaged page.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is caught and told as an error.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`. `None` when it panics, of which nothing is printed; other threads are not concerned.
/// Whatever `f` was using must not be used after that.
pub(super) fn caught<T>(f: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |panic| {
            // While the thread ends the flag is gone, and nothing is expected. A mistake of ours is told.
            let engine = panic.location().is_some_and(|at| at.file().contains("/redb-"));
            if engine && EXPECTED.try_with(Cell::get).unwrap_or(false) {
                tracing::debug!(%panic, "the log's engine met what it cannot read");
            } else {
                told(panic);
            }
        }));
    });
    let before = EXPECTED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(f));
    EXPECTED.set(before);
    done.ok()
}
