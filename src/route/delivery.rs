//! The repeats policy: of a story that a channel already carries, which items it gets as well
//! (DESIGN section 5).

use crate::config::Repeats;
use crate::story::{FoldDecision, Verdict};

/// True when whoever was shown the story must learn of this item.
pub(super) fn is_update(fold: &FoldDecision) -> bool {
    matches!(fold.verdict, Verdict::Correction | Verdict::Kill) || fold.disputes
}

/// Whether a channel gets an item of a story. `carries`: it carried the story before. `matches`:
/// its rules hold for the story now.
pub(super) fn delivers(
    fold: &FoldDecision,
    repeats: Repeats,
    carries: bool,
    matches: bool,
) -> bool {
    if !carries {
        // A story that starts to match late is delivered then, with whatever item came.
        return matches;
    }
    if is_update(fold) {
        // Nobody who was shown the story is left with half of it, whatever the rules say now.
        return true;
    }
    matches
        && match repeats {
            Repeats::First => false,
            Repeats::Developments => {
                matches!(fold.verdict, Verdict::Development | Verdict::Revision)
            }
            Repeats::All => true,
        }
}
