//! Who tells what: as stories count it, and what a kill of theirs withdraws.

use serde::{Deserialize, Serialize};

use crate::item::{Item, Seq};

/// Who told an item, as stories count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teller {
    /// The publisher family; 0 for none.
    pub family: u32,
    /// Rank of the publisher; `None` ranks after all that have one.
    pub rank: Option<u32>,
}

/// Whose an item is when others are withdrawn or replaced: by the family that fold found for it;
/// where it found none, or a log of before December 2026 does not say, by the publisher as sent,
/// without which the source is the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    /// 0 for none, or when it is not known.
    pub(crate) family: u32,
    pub(crate) publisher: Option<String>,
    pub(crate) source: String,
}

impl Provider {
    /// Whose an item is that a `family` told.
    pub(crate) fn of(item: &Item, family: u32) -> Provider {
        let (publisher, source) = (item.publisher.clone(), item.source.clone());
        Provider { family, publisher, source }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.publisher.as_deref().unwrap_or(&self.source)
    }

    /// Whether both are one. Who publishes under one name is, also when a configuration in between
    /// has given it another family.
    pub(crate) fn is(&self, other: &Provider) -> bool {
        let published = self.publisher.is_some() && self.publisher == other.publisher;
        let families_known = self.family != 0 && other.family != 0;
        published
            || if families_known {
                self.family == other.family
            } else {
                self.name() == other.name()
            }
    }
}

/// A report of a story, or a kill of reports, as far as it takes to tell what the one does to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) item: Seq,
    pub(crate) uri: Option<String>,
    pub(crate) by: Provider,
}

impl Report {
    /// Whether a kill in its story withdraws it: all that its provider told before, what has the
    /// kill's identifier, and the item that the kill was found to be `of`.
    pub(crate) fn is_taken_back(&self, kill: &Report, of: Option<Seq>) -> bool {
        of == Some(self.item)
            || self.by.is(&kill.by)
            || (self.uri.is_some() && self.uri == kill.uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_its_family_and_by_name_where_there_is_none() {
        let by = |family, publisher: Option<&str>, source: &str| Provider {
            family,
            publisher: publisher.map(str::to_owned),
            source: source.to_owned(),
        };
        let reuters = by(7, Some("Reuters"), "wire");
        for (other, same) in [
            (by(7, Some("RTRS"), "web"), true),
            (by(7, None, "web"), true),
            (by(9, Some("AFP"), "wire"), false),
            (by(9, None, "wire"), false),
            (by(9, Some("Reuters"), "web"), true),
            (by(0, Some("Reuters"), "web"), true),
            (by(0, Some("RTRS"), "wire"), false),
            (by(0, None, "wire"), false),
        ] {
            assert_eq!((reuters.is(&other), other.is(&reuters)), (same, same), "{other:?}");
        }
        assert!(by(0, None, "wire").is(&by(0, None, "wire")));
        assert!(!by(0, None, "wire").is(&by(0, None, "web")));
    }
}
