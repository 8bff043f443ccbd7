//! `tsv`: tab-separated values, no quoting; the header names the columns.

use super::date::Dates;
use super::lines::Line;
use super::{Record, fields, text};
use crate::item::{Item, Reject, RejectKind};

/// The state of one file: its columns, once the header was read.
#[derive(Default)]
pub(super) struct Tsv {
    header: Header,
}

#[derive(Default)]
enum Header {
    #[default]
    Awaited,
    Columns(Vec<Option<Column>>),
    /// No column can give an item: the header was rejected and the rows are not read.
    Unusable,
}

/// What a column fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Headline,
    Body,
    Time,
    FirstCreated,
    Embargoed,
    Publisher,
    Language,
    Uri,
    Version,
    Link,
    Byline,
    Slugline,
    Ednote,
    Located,
    Urgency,
    Subject,
    Subjects,
    Places,
    Status,
}

const NAMES: &[(&str, Column)] = &[
    ("headline", Column::Headline),
    ("title", Column::Headline),
    ("body", Column::Body),
    ("body_text", Column::Body),
    ("text", Column::Body),
    ("description", Column::Body),
    ("summary", Column::Body),
    ("time", Column::Time),
    ("date", Column::Time),
    ("datetime", Column::Time),
    ("timestamp", Column::Time),
    ("published", Column::Time),
    ("pubdate", Column::Time),
    ("versioncreated", Column::Time),
    ("firstcreated", Column::FirstCreated),
    ("embargoed", Column::Embargoed),
    ("source", Column::Publisher),
    ("publisher", Column::Publisher),
    ("provider", Column::Publisher),
    ("lang", Column::Language),
    ("language", Column::Language),
    ("uri", Column::Uri),
    ("guid", Column::Uri),
    ("id", Column::Uri),
    ("version", Column::Version),
    ("link", Column::Link),
    ("url", Column::Link),
    ("byline", Column::Byline),
    ("author", Column::Byline),
    ("by", Column::Byline),
    ("slugline", Column::Slugline),
    ("slug", Column::Slugline),
    ("ednote", Column::Ednote),
    ("located", Column::Located),
    ("urgency", Column::Urgency),
    ("priority", Column::Urgency),
    ("subject", Column::Subject),
    ("subjects", Column::Subjects),
    ("topics", Column::Subjects),
    ("place", Column::Places),
    ("places", Column::Places),
    ("pubstatus", Column::Status),
    ("status", Column::Status),
];

/// Whether a line is a header that this format can use.
pub(super) fn is_header(line: &str) -> bool {
    line.contains('\t') && gives_text(&columns(line))
}

impl Tsv {
    /// Reads one line; blank lines are not records.
    pub(super) fn line(&mut self, line: &Line, dates: &Dates) -> Option<Record> {
        if line.text.trim().is_empty() {
            return None;
        }
        match &self.header {
            Header::Awaited => self.header(line).map(Err),
            Header::Unusable => None,
            Header::Columns(columns) => Some(row(columns, line, dates)),
        }
    }

    fn header(&mut self, line: &Line) -> Option<Reject> {
        let columns = columns(&line.text);
        if gives_text(&columns) {
            self.header = Header::Columns(columns);
            return None;
        }
        self.header = Header::Unusable;
        let reason = format!(
            "The header at offset {} names no column `headline` or `body`, so no row can be read. \
             The first line must name the columns, separated by tabs.",
            line.offset
        );
        Some(Reject::new(RejectKind::Malformed, reason, line.offset, line.text.as_bytes()))
    }
}

fn columns(line: &str) -> Vec<Option<Column>> {
    line.split('\t')
        .map(|name| {
            let name = name.trim().trim_matches('"').to_ascii_lowercase();
            NAMES.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
        })
        .collect()
}

fn gives_text(columns: &[Option<Column>]) -> bool {
    columns.iter().any(|c| matches!(c, Some(Column::Headline | Column::Body)))
}

fn row(columns: &[Option<Column>], line: &Line, dates: &Dates) -> Record {
    let found = line.text.split('\t').count();
    if found != columns.len() {
        let reason = format!(
            "The row at offset {} has {found} columns, the header has {}. Tabs within a value \
             must be left out.",
            line.offset,
            columns.len()
        );
        let bytes = line.text.as_bytes();
        return Err(Reject::new(RejectKind::Malformed, reason, line.offset, bytes));
    }
    let mut item = Item::default();
    for (column, value) in columns.iter().zip(line.text.split('\t')) {
        if let (Some(column), false) = (column, value.trim().is_empty()) {
            fill(&mut item, *column, value, dates);
        }
    }
    let embargoed = columns.iter().position(|column| matches!(column, Some(Column::Embargoed)));
    let end = embargoed.and_then(|at| line.text.split('\t').nth(at));
    if let Some(end) = end.filter(|end| fields::states_embargo(end)) {
        fields::set_embargo(&mut item, dates.parse(end));
    }
    Ok(item)
}

fn fill(item: &mut Item, column: Column, value: &str, dates: &Dates) {
    let owned = || Some(text::from_plain(value));
    match column {
        Column::Headline => item.headline = text::from_plain(value),
        Column::Body => item.body = owned(),
        Column::Time => {
            if let Some(moment) = dates.parse(value) {
                item.set_time(moment);
            }
        }
        Column::FirstCreated => item.firstcreated = dates.parse(value).map(|m| m.time),
        // Read after the status.
        Column::Embargoed => {}
        Column::Publisher => item.publisher = owned(),
        Column::Language => item.language = fields::language(value),
        Column::Uri => item.uri = Some(value.trim().to_owned()),
        Column::Version => item.version = value.trim().parse().ok(),
        Column::Link => item.link = Some(value.trim().to_owned()),
        Column::Byline => item.byline = fields::byline(&text::from_plain(value)),
        Column::Slugline => item.slugline = owned(),
        Column::Ednote => item.ednote = owned(),
        Column::Located => item.located = owned(),
        Column::Urgency => item.urgency = fields::urgency(value),
        Column::Subject => item.subjects.extend(listed(value, false).map(fields::subject)),
        Column::Subjects => item.subjects.extend(listed(value, true).map(fields::subject)),
        Column::Places => item.places.extend(listed(value, true).map(str::to_owned)),
        Column::Status => fields::set_status(item, value),
    }
}

/// The values of a cell, separated by `;`, `|` or commas, and else by spaces where a column is
/// known to hold several words.
fn listed(value: &str, spaced: bool) -> impl Iterator<Item = &str> {
    let marked = value.contains([';', '|', ',']);
    value
        .split(move |c: char| match c {
            ';' | '|' | ',' => true,
            ' ' => spaced && !marked,
            _ => false,
        })
        .map(str::trim)
        .filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::format::tests::{items, options, rejects};
    use crate::format::{Format, parse};
    use crate::item::{Language, PubStatus, RejectKind, TimeQuality};

    fn time(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    #[test]
    fn the_header_names_the_columns_and_unknown_ones_are_ignored() {
        let tsv = "time\tsource\tlang\tstory\theadline\n\
                   2026-11-23T19:05:00Z\tExample News\teng\ts1\tHarbour bridge &amp; tunnel reopen\n\
                   \t\t\t\tNo time and no source\n";
        let items = items(Format::Tsv, tsv.as_bytes());
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].headline, "Harbour bridge & tunnel reopen");
        assert_eq!(items[0].publisher.as_deref(), Some("Example News"));
        assert_eq!(items[0].language, Some(Language::ENGLISH));
        assert_eq!(items[0].versioncreated, time("2026-11-23T19:05:00Z"));
        assert_eq!(items[0].time_quality, TimeQuality::Zoned);
        assert_eq!((items[1].versioncreated, items[1].publisher.clone()), (None, None));
    }

    #[test]
    fn names_of_ninjs_fill_their_fields() {
        let tsv = "uri\tversion\tlink\tbody\tbyline\turgency\tsubject\ttopics\theadline\tpubstatus\n\
                   tag:1\t3\thttps://example.org/1\tText.\tBy Ann Lee\t2\tmedtop:11000000\tgold oil\tH\tcanceled\n";
        let item = items(Format::Tsv, tsv.as_bytes()).remove(0);
        assert_eq!((item.uri.as_deref(), item.version), (Some("tag:1"), Some(3)));
        assert_eq!(item.byline.as_deref(), Some("Ann Lee"));
        assert_eq!((item.urgency, item.subjects.len()), (Some(2), 3));
        assert_eq!(item.pubstatus, crate::item::PubStatus::Canceled);
    }

    #[test]
    fn an_embargo_whose_end_cannot_be_read_is_an_open_one() {
        let item = |status: &str, embargoed: &str| {
            let text = format!("headline\tembargoed\tpubstatus\nFerry\t{embargoed}\t{status}\n");
            let item = items(Format::Tsv, text.as_bytes()).remove(0);
            (item.embargoed.is_some(), item.pubstatus)
        };
        assert_eq!(item("usable", "2026-11-28T10:00:00Z"), (true, PubStatus::Usable));
        assert_eq!(item("usable", "tomorrow noon"), (false, PubStatus::Withheld));
        assert_eq!(item("canceled", "tomorrow noon"), (false, PubStatus::Canceled));
        assert_eq!(item("usable", "0000-00-00T00:00:00"), (false, PubStatus::Usable));
        assert_eq!(item("usable", ""), (false, PubStatus::Usable));
    }

    #[test]
    fn a_row_with_a_wrong_count_costs_only_itself() {
        let tsv = "time\theadline\none column\n\tfine\na\tb\tc\n";
        let records = parse(Format::Tsv, tsv.as_bytes(), &options());
        assert_eq!(rejects(&records), [(RejectKind::Malformed, 14), (RejectKind::Malformed, 31)]);
        assert!(records[1].is_ok());
    }

    #[test]
    fn a_header_without_text_columns_makes_the_file_unreadable() {
        let records = parse(Format::Tsv, b"a\tb\n1\t2\n3\t4\n", &options());
        assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
        assert_eq!(records.len(), 1);
    }
}
