//! The keyword line: `BC-BKN--Harbour-Cup, 1st Ld-Writethru,416`.

use crate::format::fields;
use crate::item::Marker;

/// What a keyword line says.
#[derive(Debug, PartialEq)]
pub(in crate::format) struct Keyword {
    /// The label that the takes of a story share, without cycle and desk.
    pub(in crate::format) slugline: Option<String>,
    pub(in crate::format) markers: Vec<Marker>,
}

impl Keyword {
    pub(in crate::format) fn read(line: &str) -> Keyword {
        let mut parts = line.split(',').map(str::trim).filter(|part| !part.is_empty());
        let label = parts.next().unwrap_or_default();
        let mut markers: Vec<Marker> = Vec::new();
        for part in parts {
            markers.extend(marker(part));
        }
        let lower = label.to_ascii_lowercase();
        if ["newsalert", "flash", "bulletin", "urgent"].iter().any(|word| lower.contains(word)) {
            markers.push(Marker::Breaking);
        }
        if lower.contains("advisory") {
            markers.push(Marker::Advisory);
        }
        // The heading's copy of the label has the version run on: `Harbour 1stLd-Writethru`.
        let end = label.find(" 1stLd").or_else(|| label.find("  ")).unwrap_or(label.len());
        let label = without_desk(without_cycle(&label[..end]));
        Keyword { slugline: fields::some(label), markers }
    }
}

/// The cycle a story was written for: morning, evening or both.
fn without_cycle(label: &str) -> &str {
    ["BC-", "AM-", "PM-", "BC ", "AM ", "PM "]
        .iter()
        .find_map(|cycle| label.strip_prefix(cycle))
        .unwrap_or(label)
}

/// The desk or country before two hyphens.
fn without_desk(label: &str) -> &str {
    let desk = |code: &str| code.len() <= 4 && code.bytes().all(|b| b.is_ascii_uppercase());
    match label.split_once("--") {
        Some((code, rest)) if desk(code) && !rest.is_empty() => rest,
        _ => label,
    }
}

/// A version: `1st Ld-Writethru`, `2nd Add`, `Correction`, `KILL`.
fn marker(part: &str) -> Option<Marker> {
    let lower = part.to_ascii_lowercase();
    let number =
        lower.find(|c: char| !c.is_ascii_digit()).and_then(|end| lower[..end].parse().ok());
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["kill"]) {
        Some(Marker::Kill)
    } else if has(&["elim", "withdraw", "withhold"]) {
        Some(Marker::Withdrawn)
    } else if has(&["correct"]) {
        Some(Marker::Corrected)
    } else if has(&["advisory"]) {
        Some(Marker::Advisory)
    } else if has(&["urgent", "bulletin", "flash"]) {
        Some(Marker::Breaking)
    } else if has(&["writethru", "ld", "lead", "add", "insert", "sub"]) {
        Some(Marker::Lead(number.unwrap_or(1)))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(line: &str, slugline: &str, markers: &[Marker]) {
        let expected = Keyword { slugline: Some(slugline.to_owned()), markers: markers.to_vec() };
        assert_eq!(Keyword::read(line), expected, "{line:?}");
    }

    #[test]
    fn cycle_desk_version_and_count_are_taken_off() {
        case("BC-BKN--Harbour-Cup, 1st Ld-Writethru,416", "Harbour-Cup", &[Marker::Lead(1)]);
        case("AM-Harbour, 12th Ld, a0512,300", "Harbour", &[Marker::Lead(12)]);
        case("BC-US--Harbour Fire,127", "Harbour Fire", &[]);
        case("PM-EU--Harbour, KILL,20", "Harbour", &[Marker::Kill]);
        case("BC-US--Harbour, Correction,90", "Harbour", &[Marker::Corrected]);
        case("BC-US--EXNewsAlert,17", "EXNewsAlert", &[Marker::Breaking]);
        case("BC-Harbour--Then and Now,300", "Harbour--Then and Now", &[]);
    }
}
