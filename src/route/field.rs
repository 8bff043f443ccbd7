//! The fields that a query can name.

use crate::item::Marker;

/// A field of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// Headline and body: what a bare word is looked for in.
    Text,
    Headline,
    Body,
    Slugline,
    Byline,
    Place,
    Source,
    Publisher,
    Language,
    Subject,
    Marker,
    Uri,
    Urgency,
    Story(StoryField),
}

/// A field of the story rather than of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum StoryField {
    Publishers,
    Items,
    /// In seconds.
    Age,
    Disputed,
    Killed,
    First,
}

/// How the values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Word by word.
    Words,
    /// As a whole.
    Value,
    /// As a whole number.
    Number,
    /// As a span of time.
    Duration,
    /// `true` or `false`.
    Flag,
}

/// Every field by its name in queries.
pub(super) const FIELDS: [(&str, Field); 19] = [
    ("text", Field::Text),
    ("headline", Field::Headline),
    ("body", Field::Body),
    ("slugline", Field::Slugline),
    ("byline", Field::Byline),
    ("place", Field::Place),
    ("source", Field::Source),
    ("publisher", Field::Publisher),
    ("language", Field::Language),
    ("subject", Field::Subject),
    ("marker", Field::Marker),
    ("uri", Field::Uri),
    ("urgency", Field::Urgency),
    ("publishers", Field::Story(StoryField::Publishers)),
    ("items", Field::Story(StoryField::Items)),
    ("age", Field::Story(StoryField::Age)),
    ("disputed", Field::Story(StoryField::Disputed)),
    ("killed", Field::Story(StoryField::Killed)),
    ("first", Field::Story(StoryField::First)),
];

impl Field {
    /// The field of that name, in any case.
    pub(super) fn parse(name: &str) -> Option<Field> {
        FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
    }

    /// Its name in queries.
    pub(super) fn name(self) -> &'static str {
        FIELDS.iter().find(|(_, field)| *field == self).map_or("?", |(name, _)| name)
    }

    /// How its values are compared.
    pub(super) fn kind(self) -> Kind {
        match self {
            Field::Text | Field::Headline | Field::Body => Kind::Words,
            Field::Slugline | Field::Byline | Field::Place => Kind::Words,
            Field::Source | Field::Publisher | Field::Language => Kind::Value,
            Field::Subject | Field::Marker | Field::Uri => Kind::Value,
            Field::Urgency => Kind::Number,
            Field::Story(StoryField::Publishers | StoryField::Items) => Kind::Number,
            Field::Story(StoryField::Age) => Kind::Duration,
            Field::Story(StoryField::Disputed | StoryField::Killed | StoryField::First) => {
                Kind::Flag
            }
        }
    }

    /// The set of item fields that it stands for.
    pub(super) fn set(self) -> Fields {
        match self {
            Field::Text => Fields(0b11),
            Field::Headline => Fields(1),
            Field::Body => Fields(1 << 1),
            Field::Slugline => Fields(1 << 2),
            Field::Byline => Fields(1 << 3),
            Field::Place => Fields(1 << 4),
            Field::Source => Fields(1 << 5),
            Field::Publisher => Fields(1 << 6),
            Field::Language => Fields(1 << 7),
            Field::Subject => Fields(1 << 8),
            Field::Marker => Fields(1 << 9),
            Field::Uri => Fields(1 << 10),
            Field::Urgency => Fields(1 << 11),
            Field::Story(_) => Fields(0),
        }
    }
}

/// A set of item fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Fields(pub(super) u16);

impl Fields {
    /// Whether the two have a field in common.
    pub(super) fn meets(self, other: Fields) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of these are among the others.
    pub(super) fn within(self, others: Fields) -> bool {
        self.0 & !others.0 == 0
    }

    /// The fields of either.
    pub(super) fn or(self, other: Fields) -> Fields {
        Fields(self.0 | other.0)
    }
}

/// The words for markers in `marker:`, lower case.
pub(super) const MARKERS: [&str; 15] = [
    "update",
    "lead",
    "wrapup",
    "corrected",
    "refile",
    "rpt",
    "brief",
    "breaking",
    "advisory",
    "kill",
    "withdrawn",
    "embargoed",
    "exclusive",
    "live",
    "comment",
];

/// The word for a marker in `marker:`.
pub(super) fn marker_word(marker: Marker) -> &'static str {
    match marker {
        Marker::Update(_) => "update",
        Marker::Lead(_) => "lead",
        Marker::Wrapup(_) => "wrapup",
        Marker::Corrected => "corrected",
        Marker::Refile => "refile",
        Marker::Repeat => "rpt",
        Marker::Brief => "brief",
        Marker::Breaking => "breaking",
        Marker::Advisory => "advisory",
        Marker::Kill => "kill",
        Marker::Withdrawn => "withdrawn",
        Marker::Embargoed => "embargoed",
        Marker::Exclusive => "exclusive",
        Marker::Live => "live",
        Marker::Comment => "comment",
    }
}
