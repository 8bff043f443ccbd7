//! The bytes of an embedding file, read and written. All numbers are little endian.
//!
//! The content of the file, between what all model files share:
//!
//! | bytes | what |
//! |---|---|
//! | 2 | dimensions |
//! | 4, 4, 4, 4 | pieces, rows, bytes of the description, bytes of the vocabulary |
//! | … | description, lines `key value`: `teacher`, `languages` (codes, a blank between) |
//! | … | vocabulary: pieces, each ended by `\n` |
//! | 2 × pieces | scale of each piece's row; zero: it has none |
//! | dimensions × rows | rows as signed bytes, in the order of the pieces that have one |

use std::borrow::Cow;

use super::{DIMENSIONS, Embedding, ModelError, Row};
use crate::fold::model_file::Kind;
use crate::fold::wordpiece::WordPiece;
use crate::item::Language;

pub(super) const KIND: Kind = Kind {
    name: "embedding",
    command: "wirefold train embedding",
    magic: *b"wirefEMB",
    version: 1,
};

/// Bytes of the numbers in front.
const NUMBERS: usize = 18;

/// Reads and checks a file.
pub(super) fn parse(bytes: Cow<'static, [u8]>) -> Result<Embedding, ModelError> {
    let (content, digest) = KIND.open(&bytes)?;
    let short = || KIND.content("its parts are longer than the file");
    let dimensions = u16_at(&bytes, content.start).ok_or_else(short)?;
    let dimensions = usize::from(dimensions);
    if !(1..=DIMENSIONS).contains(&dimensions) {
        return Err(KIND.content(format!(
            "it has {dimensions} dimensions, and 1 to {DIMENSIONS} can be used"
        )));
    }
    let number = |place: usize| u32_at(&bytes, content.start + 2 + 4 * place).ok_or_else(short);
    let (count, kept, about, vocabulary) = (number(0)?, number(1)?, number(2)?, number(3)?);

    let about = content.start + NUMBERS..content.start + NUMBERS + about;
    let vocabulary = about.end..about.end + vocabulary;
    let scales = vocabulary.end..vocabulary.end + 2 * count;
    if scales.end + kept * dimensions != content.end {
        return Err(short());
    }
    let (teacher, languages) = read_about(text(&bytes[about])?)?;
    let pieces = match &bytes {
        Cow::Borrowed(bytes) => WordPiece::new(text(&bytes[vocabulary])?),
        Cow::Owned(bytes) => WordPiece::new(text(&bytes[vocabulary])?.to_owned()),
    };
    let pieces = pieces.map_err(|error| KIND.content(error.to_string()))?;
    if pieces.len() != count {
        return Err(KIND.content("its vocabulary has another number of pieces than scales"));
    }
    let rows = place_rows(&bytes[scales.clone()], scales.end, dimensions);
    if rows.iter().any(|row| row.scale < 0) {
        return Err(KIND.content("a scale is below zero"));
    }
    if rows.iter().filter(|row| row.scale > 0).count() != kept {
        return Err(KIND.content("its scales are of another number of rows"));
    }
    Ok(Embedding { languages, teacher, pieces, rows, bytes, dimensions, digest })
}

/// Where each row is, given that they follow each other from `start` on.
fn place_rows(scales: &[u8], start: usize, dimensions: usize) -> Vec<Row> {
    let mut offset = start as u32;
    let place = |pair: &[u8; 2]| {
        let row = Row { offset, scale: i16::from_le_bytes(*pair) };
        if row.scale > 0 {
            offset += dimensions as u32;
        }
        row
    };
    scales.as_chunks().0.iter().map(place).collect()
}

fn read_about(text: &str) -> Result<(String, Vec<Language>), ModelError> {
    let mut teacher = String::new();
    let mut languages = Vec::new();
    for (key, value) in text.lines().filter_map(|line| line.split_once(' ')) {
        match key {
            "teacher" => teacher = value.to_owned(),
            "languages" => languages = value.split(' ').filter_map(Language::parse).collect(),
            _ => return Err(KIND.content(format!("its description has an unknown {key:?}"))),
        }
    }
    Ok((teacher, languages))
}

/// An embedding before it is rounded to bytes.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What it is distilled from; the first line is kept.
    pub teacher: &'a str,
    /// The languages it is trained for.
    pub languages: &'a [Language],
    /// The pieces that index it.
    pub pieces: &'a WordPiece,
    /// Components a row, 1 to [`DIMENSIONS`].
    pub dimensions: usize,
    /// `dimensions` numbers for each piece; all zero: the piece gets no row.
    pub rows: &'a [f32],
}

impl Draft<'_> {
    /// The file. Each row is rounded to signed bytes with a scale of its own.
    ///
    /// # Panics
    /// If `rows` is not `dimensions` numbers for each piece.
    pub fn encode(&self) -> Vec<u8> {
        assert_eq!(self.rows.len(), self.pieces.len() * self.dimensions, "one row for each piece");
        let rows: Vec<&[f32]> = self.rows.chunks(self.dimensions).collect();
        let peak = |row: &[f32]| row.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let largest = rows.iter().map(|row| peak(row)).fold(0.0, f32::max);
        // The largest row takes the whole range of a scale, so that small rows keep precision.
        let unit = largest / 127.0 / f32::from(i16::MAX);
        let scales: Vec<i16> =
            rows.iter().map(|row| (peak(row) / 127.0 / unit).round() as i16).collect();
        let kept = scales.iter().filter(|scale| **scale > 0).count();

        let codes: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
        let teacher = self.teacher.lines().next().unwrap_or_default();
        let about = format!("teacher {teacher}\nlanguages {}\n", codes.join(" "));
        let vocabulary = self.pieces.vocabulary();
        let mut bytes = KIND.begin();
        bytes.extend((self.dimensions as u16).to_le_bytes());
        for number in [self.pieces.len(), kept, about.len(), vocabulary.len()] {
            bytes.extend((number as u32).to_le_bytes());
        }
        bytes.extend(about.as_bytes());
        bytes.extend(vocabulary.as_bytes());
        bytes.extend(scales.iter().flat_map(|scale| scale.to_le_bytes()));
        for (row, scale) in rows.iter().zip(&scales).filter(|(_, scale)| **scale > 0) {
            let step = f32::from(*scale) * unit;
            // `as` saturates; a row's peak may round to 128 steps of a rounded scale.
            bytes.extend(
                row.iter().map(|value| {
                    ((value / step).round().clamp(-127.0, 127.0) as i8).cast_unsigned()
                }),
            );
        }
        KIND.finish(bytes)
    }
}

fn text(bytes: &[u8]) -> Result<&str, ModelError> {
    std::str::from_utf8(bytes).map_err(|_| KIND.content("its text is not UTF-8"))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|pair| u16::from_le_bytes(*pair))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four) as usize)
}
