//! Markers: what a wire says about an item in its headline or header.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a wire says about an item. Markers inform, they do not command: whether a correction or a
/// kill acts on a story is decided by fold (DESIGN section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Marker {
    /// `UPDATE 2-`: the n-th update of a story; 1 when no number is given.
    Update(u16),
    /// `1st Ld-Writethru`, `2nd Add`: the n-th lead or take of a story.
    Lead(u16),
    /// `WRAPUP 3-`: a summary of several stories.
    Wrapup(u16),
    /// `CORRECTED-`, `CORRECTION:`.
    Corrected,
    /// `REFILE-`: sent again to mend a slip.
    Refile,
    /// `RPT-`: sent again unchanged.
    Repeat,
    /// `BRIEF-`.
    Brief,
    /// `BREAKING`, `URGENT`, `FLASH`, `ALERT`.
    Breaking,
    /// `ADVISORY`: a note to editors about a story.
    Advisory,
    /// `KILL`: the story must not be used.
    Kill,
    /// `WITHDRAWAL`, `WITHDRAWN`: the story is taken back.
    Withdrawn,
    /// `EMBARGOED`: not before a stated time.
    Embargoed,
    /// `EXCLUSIVE`.
    Exclusive,
    /// `LIVE`, `LIVE UPDATES`: one address whose text goes on changing.
    Live,
    /// `OPINION:`, `ANALYSIS-`, `FACTBOX-`, `COLUMN-`, `TIMELINE-`: about a story, not the story.
    Comment,
}

impl Marker {
    /// True for the markers that can act on an earlier item of the same provider.
    pub fn acts(self) -> bool {
        matches!(self, Marker::Corrected | Marker::Kill | Marker::Withdrawn)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Marker::Update(n) => write!(f, "UPDATE {n}"),
            Marker::Lead(n) => write!(f, "LEAD {n}"),
            Marker::Wrapup(n) => write!(f, "WRAPUP {n}"),
            Marker::Corrected => f.write_str("CORRECTED"),
            Marker::Refile => f.write_str("REFILE"),
            Marker::Repeat => f.write_str("RPT"),
            Marker::Brief => f.write_str("BRIEF"),
            Marker::Breaking => f.write_str("BREAKING"),
            Marker::Advisory => f.write_str("ADVISORY"),
            Marker::Kill => f.write_str("KILL"),
            Marker::Withdrawn => f.write_str("WITHDRAWN"),
            Marker::Embargoed => f.write_str("EMBARGOED"),
            Marker::Exclusive => f.write_str("EXCLUSIVE"),
            Marker::Live => f.write_str("LIVE"),
            Marker::Comment => f.write_str("COMMENT"),
        }
    }
}
