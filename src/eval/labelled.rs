//! Labelled headlines as tab-separated files with a header line.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::item::Language;

/// What a labelled file holds.
#[derive(Clone, Debug)]
pub enum Labelled {
    /// Headlines with the story that each tells.
    Stories(Vec<StoryRow>),
    /// Pairs of headlines with whether they tell one story.
    Pairs(Vec<PairRow>),
}

/// A headline and its story.
#[derive(Clone, Debug)]
pub struct StoryRow {
    /// Event time.
    pub time: Timestamp,
    /// Publisher; empty when unknown.
    pub source: String,
    /// Language, if the file says.
    pub language: Option<Language>,
    /// Label of the story, with the language: stories do not cross languages.
    pub story: String,
    /// The headline.
    pub headline: String,
}

/// Two headlines and whether they tell one story.
#[derive(Clone, Debug)]
pub struct PairRow {
    /// Event time of the first.
    pub time_a: Option<Timestamp>,
    /// Event time of the second.
    pub time_b: Option<Timestamp>,
    /// They tell one story: label 1, or a score of at least 4 of 5.
    pub same: bool,
    /// The first headline.
    pub headline_a: String,
    /// The second headline.
    pub headline_b: String,
}

/// Why a labelled file cannot be used.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    line: Option<usize>,
    what: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The labels in {}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line},")?;
        }
        write!(f, " cannot be used: {}.", self.what)
    }
}

impl std::error::Error for ReadError {}

impl Labelled {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Labelled, ReadError> {
        read_with(path, Labelled::parse)
    }

    /// Reads the text of a file; an error names its line.
    pub fn parse(text: &str) -> Result<Labelled, (usize, String)> {
        let (columns, lines) = columns(text);
        let column = |name: &str| columns.iter().position(|column| *column == name);
        if let (Some(time), Some(story), Some(headline)) =
            (column("time"), column("story"), column("headline"))
        {
            let (source, lang) = (column("source"), column("lang"));
            let rows = rows(lines, columns.len(), |cell| {
                let language = lang.and_then(|at| Language::parse(cell(at)));
                let code = language.as_ref().map_or("", Language::as_str);
                Ok(StoryRow {
                    time: parse_time(cell(time))?.ok_or("it has no time")?,
                    source: source.map_or(String::new(), |at| cell(at).to_owned()),
                    language,
                    story: match cell(story) {
                        "" => return Err("it has no story"),
                        story => format!("{code}/{story}"),
                    },
                    headline: match cell(headline) {
                        "" => return Err("it has no headline"),
                        headline => headline.to_owned(),
                    },
                })
            });
            return rows.map(Labelled::Stories);
        }
        let verdict = column("label").or_else(|| column("score"));
        let (Some(verdict), Some(a), Some(b)) =
            (verdict, column("headline_a"), column("headline_b"))
        else {
            let what = "its header names neither `time`, `story`, `headline` nor `label` (or \
                        `score`), `headline_a`, `headline_b`";
            return Err((1, what.to_owned()));
        };
        let scored = columns[verdict] == "score";
        let (time_a, time_b) = (column("time_a"), column("time_b"));
        let rows = rows(lines, columns.len(), |cell| {
            let time = |at: Option<usize>| at.map_or(Ok(None), |at| parse_time(cell(at)));
            let value: f64 = cell(verdict).parse().map_err(|_| "its label is not a number")?;
            if !scored && value != 0.0 && value != 1.0 {
                return Err("its label is neither 0 nor 1");
            }
            if !value.is_finite() {
                return Err("its score is not a number");
            }
            Ok(PairRow {
                time_a: time(time_a)?,
                time_b: time(time_b)?,
                same: if scored { value >= 4.0 } else { value == 1.0 },
                headline_a: cell(a).to_owned(),
                headline_b: cell(b).to_owned(),
            })
        });
        rows.map(Labelled::Pairs)
    }
}

/// Reads a file with `parse`, whose error names a line.
pub(super) fn read_with<T>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T, (usize, String)>,
) -> Result<T, ReadError> {
    let fault = |line, what| ReadError { path: path.to_owned(), line, what };
    let bytes = std::fs::read(path).map_err(|error| fault(None, error.to_string()))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // As Excel writes it.
        Err(other) => crate::format::decoded(other.as_bytes())
            .map_err(|_| fault(None, "it is no text in UTF-8 or UTF-16".to_owned()))?,
    };
    parse(text.trim_start_matches('\u{feff}')).map_err(|(line, what)| fault(Some(line), what))
}

/// The names in the header line in small letters, and the lines below it with their numbers from 0.
pub(super) fn columns(text: &str) -> (Vec<String>, impl Iterator<Item = (usize, &str)>) {
    let mut lines = text.lines().enumerate();
    let header = lines.next().map_or("", |(_, line)| line);
    (header.split('\t').map(|name| name.trim().to_lowercase()).collect(), lines)
}

/// The rows below the header line; an error names its line.
pub(super) fn rows<'a, T>(
    lines: impl Iterator<Item = (usize, &'a str)>,
    columns: usize,
    row: impl Fn(&dyn Fn(usize) -> &'a str) -> Result<T, &'static str>,
) -> Result<Vec<T>, (usize, String)> {
    let mut rows = Vec::new();
    for (at, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let cells: Vec<&'a str> = line.split('\t').collect();
        if cells.len() < columns {
            return Err((at + 1, format!("it has {} columns of {columns}", cells.len())));
        }
        let row = row(&|at| cells[at].trim()).map_err(|what| (at + 1, what.to_owned()))?;
        rows.push(row);
    }
    if rows.is_empty() {
        return Err((1, "there is no row below it".to_owned()));
    }
    Ok(rows)
}

fn parse_time(text: &str) -> Result<Option<Timestamp>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| "its time is not like 2026-03-01T12:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_stories_from_pairs() {
        let stories = "time\tsource\tlang\tstory\theadline\n\
                       2026-03-01T12:00:00Z\tFjord\teng\ts1\tDam opens\n";
        assert!(matches!(Labelled::parse(stories), Ok(Labelled::Stories(rows)) if rows.len() == 1));
        let pairs = "time_a\ttime_b\tscore\theadline_a\theadline_b\n\t\t4.0\tDam opens\tDam open\n";
        let Ok(Labelled::Pairs(rows)) = Labelled::parse(pairs) else { panic!("it is of pairs") };
        assert!(rows[0].same && rows[0].time_a.is_none());
    }

    #[test]
    fn faults_name_their_line() {
        assert_eq!(Labelled::parse("a\tb\n").expect_err("unknown columns").0, 1);
        let bad = "label\theadline_a\theadline_b\n1\ta\tb\nx\ta\tb\n";
        assert_eq!(Labelled::parse(bad).expect_err("a bad label").0, 3);
    }

    #[test]
    fn what_would_be_counted_wrongly_is_refused() {
        let head = "Time\tSTORY\tHeadline";
        let row = "2026-03-01T12:00:00Z\ts1\tDam opens";
        let Ok(Labelled::Stories(_)) = Labelled::parse(&format!("{head}\n{row}\n")) else {
            panic!("it is of stories, whatever the case of its header")
        };
        for (wrong, said) in [
            ("2026-03-01T12:00:00Z\t\tDam opens", "it has no story"),
            ("2026-03-01T12:00:00Z\ts1\t ", "it has no headline"),
        ] {
            let (line, what) = Labelled::parse(&format!("{head}\n{row}\n{wrong}\n")).unwrap_err();
            assert_eq!((line, what.as_str()), (3, said));
        }
        assert_eq!(Labelled::parse(head).unwrap_err().1, "there is no row below it");
        for score in ["NaN", "inf"] {
            let text = format!("score\theadline_a\theadline_b\n{score}\ta\tb\n");
            assert_eq!(Labelled::parse(&text).unwrap_err().1, "its score is not a number");
        }
    }

    #[test]
    fn a_file_in_utf_16_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("labels.tsv");
        let text = "\u{feff}label\theadline_a\theadline_b\r\n1\tDam opens\tÉcluse ouverte\r\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(&path, bytes).unwrap();
        let Ok(Labelled::Pairs(rows)) = Labelled::read(&path) else { panic!("it is of pairs") };
        assert_eq!(rows[0].headline_b, "Écluse ouverte");
        std::fs::write(&path, [0xff; 400]).unwrap();
        assert!(Labelled::read(&path).is_err());
    }

    #[test]
    fn a_label_is_0_or_1() {
        let pairs = |label: &str| {
            let text = format!("label\theadline_a\theadline_b\n1\ta\tb\n{label}\ta\tb\n");
            Labelled::parse(&text)
        };
        let Ok(Labelled::Pairs(rows)) = pairs("0.0") else { panic!("it is of pairs") };
        assert_eq!(rows.iter().map(|row| row.same).collect::<Vec<_>>(), [true, false]);
        for wrong in ["7", "-1", "0.5", "NaN"] {
            let (line, what) = pairs(wrong).unwrap_err();
            assert_eq!((line, what.as_str()), (3, "its label is neither 0 nor 1"), "{wrong}");
        }
    }
}
