//! Time zones as written in dates.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// A zone as written: an offset, or a name that may or may not tell one.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    name: Option<String>,
    offset: Option<Offset>,
    /// The rule of a name that means one offset in winter and another in summer.
    rule: Option<&'static str>,
}

/// Names that Americans write all year round, with the POSIX rule of each: no zone database is
/// asked, so that they mean the same everywhere.
const SEASONAL: &[(&[&str], &str)] = &[
    (&["ET", "EASTERN"], "EST5EDT,M3.2.0,M11.1.0"),
    (&["CT", "CENTRAL"], "CST6CDT,M3.2.0,M11.1.0"),
    (&["MT", "MOUNTAIN"], "MST7MDT,M3.2.0,M11.1.0"),
    (&["PT", "PACIFIC"], "PST8PDT,M3.2.0,M11.1.0"),
];

/// Zone names of wires and feeds with minutes east of Greenwich. Of names with several meanings
/// the one most feeds mean is taken: CST and EST are American, BST is British, IST Indian.
#[rustfmt::skip]
const NAMES: &[(&str, i32)] = &[
    ("GMT", 0), ("UTC", 0), ("UT", 0), ("Z", 0), ("ZULU", 0), ("WET", 0),
    ("BST", 60), ("CET", 60), ("MEZ", 60), ("MET", 60), ("WEST", 60), ("WAT", 60),
    ("CEST", 120), ("MESZ", 120), ("MEST", 120), ("EET", 120), ("SAST", 120), ("CAT", 120),
    ("EEST", 180), ("IDT", 180), ("MSK", 180), ("TRT", 180), ("EAT", 180), ("AST", -240),
    ("IRST", 210), ("GST", 240), ("AFT", 270), ("PKT", 300), ("IST", 330), ("NPT", 345),
    ("BDT", 360), ("ICT", 420), ("WIB", 420), ("SGT", 480), ("HKT", 480), ("PHT", 480),
    ("AWST", 480), ("JST", 540), ("KST", 540), ("ACST", 570), ("AEST", 600), ("ACDT", 630),
    ("AEDT", 660), ("NZST", 720), ("NZDT", 780),
    ("NST", -210), ("NDT", -150), ("ADT", -180), ("BRT", -180), ("ART", -180), ("CLT", -240),
    ("EDT", -240), ("EST", -300), ("CDT", -300), ("COT", -300), ("PET", -300), ("CST", -360),
    ("MDT", -360), ("MST", -420), ("PDT", -420), ("PST", -480), ("AKDT", -480), ("AKST", -540),
    ("HST", -600),
];

impl Zone {
    /// Whether it was written as an offset.
    pub(super) fn is_offset(&self) -> bool {
        self.name.is_none()
    }

    /// Reads an offset (`+0100`, `-05:00`, `+1`, `GMT+2`) or a name of the tables.
    /// Any other word of letters is a zone whose offset is unknown.
    pub(super) fn parse(text: &str) -> Option<Zone> {
        if let Some(minutes) = offset_minutes(text) {
            return Some(Zone { name: None, offset: offset(minutes), rule: None });
        }
        let upper = text.to_ascii_uppercase();
        if let Some(rest) = upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC"))
            && let Some(minutes) = offset_minutes(rest)
        {
            return Some(Zone { name: None, offset: offset(minutes), rule: None });
        }
        if let Some((_, rule)) = SEASONAL.iter().find(|(names, _)| names.contains(&&*upper)) {
            return Some(Zone { name: Some(upper), offset: None, rule: Some(rule) });
        }
        let letters = upper.bytes().all(|b| b.is_ascii_uppercase());
        if !letters || !(1..=5).contains(&upper.len()) {
            return None;
        }
        let minutes = NAMES.iter().find(|(name, _)| *name == upper).map(|(_, minutes)| *minutes);
        Some(Zone { offset: minutes.and_then(offset), name: Some(upper), rule: None })
    }

    /// Whether the zone was written by this name.
    pub(super) fn named(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }

    /// The moment of a local time, if the name or offset tells how far from Greenwich it is.
    pub(super) fn timestamp(&self, at: DateTime) -> Option<Timestamp> {
        match (self.offset, self.rule) {
            (Some(offset), _) => offset.to_timestamp(at).ok(),
            (None, Some(rule)) => TimeZone::posix(rule).ok()?.to_timestamp(at).ok(),
            (None, None) => None,
        }
    }
}

fn offset(minutes: i32) -> Option<Offset> {
    Offset::from_seconds(minutes * 60).ok()
}

/// Minutes of `+hh`, `+hhmm` or `+hh:mm` with either sign, a true minus sign included.
fn offset_minutes(text: &str) -> Option<i32> {
    let mut characters = text.chars();
    let sign = match characters.next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let digits: String = characters.as_str().chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        3 | 4 => digits
            .split_at_checked(digits.len() - 2)
            .and_then(|(hours, minutes)| Some((hours.parse().ok()?, minutes.parse().ok()?)))?,
        _ => return None,
    };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}
