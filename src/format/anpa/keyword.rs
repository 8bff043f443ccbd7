//! The keyword line: `BC-BKN--Harbour-Cup, 1st Ld-Writethru,416`.

use crate::format::fields;
use crate::format::notice::notice;
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
        let mut markers: Vec<Marker> = parts.filter_map(notice).collect();
        // The heading's copy of the label has the version run on: `Harbour 1stLd-Writethru`.
        let end = label.find(" 1stLd").or_else(|| label.find("  ")).unwrap_or(label.len());
        let label = without_desk(without_cycle(&label[..end]));
        let last = label.rsplit([' ', '-']).next().unwrap_or_default().to_ascii_lowercase();
        if last.ends_with("newsalert") || notice(label) == Some(Marker::Breaking) {
            markers.push(Marker::Breaking);
        } else if last == "advisory" {
            markers.push(Marker::Advisory);
        }
        Keyword { slugline: fields::some(label), markers }
    }
}

/// The day of the month that an advance is for: `Adv06`, `Adv 06-07`.
pub(super) fn advance_day(line: &str) -> Option<i8> {
    line.split(',').map(str::trim).find_map(|part| {
        let day = part.get(3..).filter(|_| part[..3].eq_ignore_ascii_case("adv"))?;
        day.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    })
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
        case("BC-US--Bulletin,17", "Bulletin", &[Marker::Breaking]);
        case("BC-US--Digest Advisory,17", "Digest Advisory", &[Marker::Advisory]);
        case("BC-Harbour--Then and Now,300", "Harbour--Then and Now", &[]);
    }

    #[test]
    fn an_advance_names_its_day() {
        assert_eq!(advance_day("BC-US--Quay, Adv06,400"), Some(6));
        assert_eq!(advance_day("BC-Quay,ADV 06-07"), Some(6));
        assert_eq!(advance_day("BC-US--Quay, Advice for Travellers,400"), None);
        assert_eq!(advance_day("BC-US--Quay, 1st Ld-Writethru,400"), None);
    }

    #[test]
    fn what_a_story_is_about_is_no_version_of_it() {
        case("BC-US--Harbour Shooting, 3 Killed,300", "Harbour Shooting", &[]);
        case("BC-BKN--Playoffs, Elimination Game,300", "Playoffs", &[]);
        case("BC-NO--Vote, Prelim Results,300", "Vote", &[]);
        case("BC-NO--Norland, Troop Withdrawal,300", "Norland", &[]);
        case("BC-US--Prison, Corrections Dept,300", "Prison", &[]);
        case("BC-SOC--Cup, World Glance, Address,300", "Cup", &[]);
        case("BC-US--Flash Floods,300", "Flash Floods", &[]);
    }
}
