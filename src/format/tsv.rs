//! `tsv`: tab-separated values, no quoting; the header names the columns.

use super::date::Dates;
use super::lines::Line;
use super::{Record, fields, text};
use crate::item::{Item, Reject, RejectKind};

/// The state of one file: its columns, once the header was read.
#[derive(Default)]
pub(super) struct Tsv {
    header: Header,
    /// What the header names that is not read.
    notice: Option<String>,
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

/// Names of columns, as `docs/formats.md` lists them.
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
    ("embargo", Column::Embargoed),
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
        let unknown = unknown(&line.text);
        let reason = if !gives_text(&columns) {
            format!(
                "The header at offset {} names no column `headline` or `body`, so no row can be \
                 read. The first line must name the columns, separated by tabs.",
                line.offset
            )
        } else if let Some((name, meant)) =
            unknown.iter().find_map(|name| holding_back(name, &columns))
        {
            format!(
                "The header at offset {} names a column `{name}`, which is none: if `{meant}` is \
                 meant, its rows must not be read without it.",
                line.offset
            )
        } else {
            self.header = Header::Columns(columns);
            self.notice = notice(&unknown);
            return None;
        };
        self.header = Header::Unusable;
        Some(Reject::new(RejectKind::Malformed, reason, line.offset, line.text.as_bytes()))
    }

    /// What there is to say about the header, once.
    pub(super) fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }
}

/// The names of a header as they are compared.
fn names(line: &str) -> impl Iterator<Item = String> {
    line.split('\t').map(|name| name.trim().trim_matches('"').to_ascii_lowercase())
}

fn columns(line: &str) -> Vec<Option<Column>> {
    let column = |name: String| NAMES.iter().find(|(known, _)| *known == name);
    names(line).map(|name| column(name).map(|(_, column)| *column)).collect()
}

fn unknown(line: &str) -> Vec<String> {
    let known = |name: &str| name.is_empty() || NAMES.iter().any(|(known, _)| *known == name);
    names(line).filter(|name| !known(name)).collect()
}

/// A name that seems to be meant for a column that holds items back or withdraws them, and which.
fn holding_back<'n>(name: &'n str, columns: &[Option<Column>]) -> Option<(&'n str, &'static str)> {
    /// Letters that differ in a slip of the keyboard.
    const SLIP: usize = 2;
    let there = |column: Column| columns.contains(&Some(column));
    let meant = [("embargoed", Column::Embargoed), ("pubstatus", Column::Status)];
    let meant = meant.into_iter().find(|(known, column)| {
        let slip = strsim::osa_distance(known, name) <= SLIP;
        !there(*column) && (slip || *known == "embargoed" && name.contains("embargo"))
    });
    meant.map(|(meant, _)| (name, meant))
}

fn notice(unknown: &[String]) -> Option<String> {
    /// Longer lists tell nobody more.
    const MOST: usize = 10;
    let names: Vec<_> = unknown.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if unknown.len() > MOST { " and others" } else { "" };
    let names = names.join(", ");
    (!unknown.is_empty()).then(|| format!("not read, as no column has that name: {names}{more}"))
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
    item.keep_if_textless(line.offset, &line.text);
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
mod tests;
