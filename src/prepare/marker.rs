//! Markers that wires write into headlines, taken off and kept.

use crate::item::Marker;

/// How strictly a word must be written to be a marker.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// In any case, with a delimiter: `Update 2-`, `Breaking: `.
    Any,
    /// In capitals, with a delimiter: `KILL: `. "Kill: a review" is a film.
    Capitals,
}

type Make = fn(u16) -> Marker;

/// Marker words, longest first where one starts another.
const WORDS: &[(&str, Form, Make)] = &[
    ("UPDATED", Form::Any, |_| Marker::Update(1)),
    ("UPDATE", Form::Any, |n| Marker::Update(n.max(1))),
    ("WRAPUP", Form::Any, |n| Marker::Wrapup(n.max(1))),
    ("CORRECTED (OFFICIAL)", Form::Any, |_| Marker::Corrected),
    ("CORRECTED", Form::Any, |_| Marker::Corrected),
    ("CORRECTION", Form::Any, |_| Marker::Corrected),
    ("REFILE", Form::Any, |_| Marker::Refile),
    ("RPT", Form::Any, |_| Marker::Repeat),
    ("REPEAT", Form::Capitals, |_| Marker::Repeat),
    ("BRIEF", Form::Capitals, |_| Marker::Brief),
    ("BREAKING NEWS", Form::Any, |_| Marker::Breaking),
    ("BREAKING", Form::Any, |_| Marker::Breaking),
    ("URGENT", Form::Capitals, |_| Marker::Breaking),
    ("FLASH", Form::Capitals, |_| Marker::Breaking),
    ("ALERT", Form::Capitals, |_| Marker::Breaking),
    ("NEWS ALERT", Form::Any, |_| Marker::Breaking),
    ("ADVISORY", Form::Capitals, |_| Marker::Advisory),
    ("MEDIA ADVISORY", Form::Capitals, |_| Marker::Advisory),
    ("BULLETIN KILL", Form::Capitals, |_| Marker::Kill),
    ("MANDATORY KILL", Form::Capitals, |_| Marker::Kill),
    ("KILL", Form::Capitals, |_| Marker::Kill),
    ("WITHDRAWAL", Form::Capitals, |_| Marker::Withdrawn),
    ("WITHDRAWN", Form::Capitals, |_| Marker::Withdrawn),
    ("EMBARGOED", Form::Capitals, |_| Marker::Embargoed),
    ("EXCLUSIVE", Form::Any, |_| Marker::Exclusive),
    ("LIVE UPDATES", Form::Any, |_| Marker::Live),
    ("LIVE", Form::Any, |_| Marker::Live),
    ("OPINION", Form::Any, |_| Marker::Comment),
    ("ANALYSIS", Form::Any, |_| Marker::Comment),
    ("COLUMN", Form::Capitals, |_| Marker::Comment),
    ("COMMENTARY", Form::Any, |_| Marker::Comment),
    ("FACTBOX", Form::Any, |_| Marker::Comment),
    ("TIMELINE", Form::Any, |_| Marker::Comment),
    ("EXPLAINER", Form::Any, |_| Marker::Comment),
    ("INSIGHT", Form::Capitals, |_| Marker::Comment),
    ("SPECIAL REPORT", Form::Capitals, |_| Marker::Comment),
    ("BREAKINGVIEWS", Form::Any, |_| Marker::Comment),
];

/// Takes markers off both ends of a cleaned headline. What is left may be empty: a headline of
/// nothing but a marker is left as it is.
pub(super) fn strip<'a>(headline: &'a str, markers: &mut Vec<Marker>) -> &'a str {
    let mut rest = headline;
    let before = markers.len();
    while let Some((marker, tail)) = leading(rest).or_else(|| lead_number(rest)) {
        push(marker, markers);
        rest = tail;
    }
    while let Some((marker, head)) = trailing(rest) {
        push(marker, markers);
        rest = head;
    }
    if rest.is_empty() {
        markers.truncate(before);
        return headline;
    }
    rest
}

fn push(marker: Marker, markers: &mut Vec<Marker>) {
    if !markers.contains(&marker) {
        markers.push(marker);
    }
}

/// `UPDATE 2-…`, `(URGENT) …`, `[BREAKING] …`.
fn leading(text: &str) -> Option<(Marker, &str)> {
    let close = match text.as_bytes().first()? {
        b'(' => Some(')'),
        b'[' => Some(']'),
        _ => None,
    };
    let inner = if close.is_some() { &text[1..] } else { text };
    for (word, form, make) in WORDS {
        let Some(head) = inner.get(..word.len()) else { continue };
        let written = match form {
            Form::Any => head.eq_ignore_ascii_case(word),
            Form::Capitals => head == *word,
        };
        if !written {
            continue;
        }
        let (number, tail) = number(&inner[word.len()..]);
        let tail = match close {
            Some(close) => tail.strip_prefix(close),
            None => delimiter(tail, GLUED.contains(word)),
        };
        if let Some(tail) = tail {
            return Some((make(number), tail.trim_start_matches([' ', '-', ':'])));
        }
    }
    None
}

/// An optional number after spaces; 0 when there is none.
fn number(text: &str) -> (u16, &str) {
    let digits = text.trim_start_matches([' ', '#']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    match digits[..end].parse() {
        Ok(number) => (number, &digits[end..]),
        Err(_) => (0, text),
    }
}

/// What follows `-`, `:`, `|` or `/`, with a space before only if there is one after: "Live - x"
/// but not "LIVE 8-year-old". A hyphen alone joins ordinary words, too: `glued` words, after which
/// wires write one, may stand in a headline in capitals, others not.
fn delimiter(text: &str, glued: bool) -> Option<&str> {
    let spaced = text.trim_start();
    let after = spaced.strip_prefix(['-', ':', '|', '/'])?;
    let hyphen = text.starts_with('-') && !after.starts_with([' ', '-']);
    let joins =
        after.starts_with(char::is_lowercase) || !(glued || after.contains(char::is_lowercase));
    if hyphen && joins {
        return None;
    }
    (spaced.len() == text.len() || after.starts_with([' ', '-'])).then_some(after)
}

/// Words after which wires write a bare hyphen, whatever the case of what follows.
const GLUED: &[&str] =
    &["UPDATED", "UPDATE", "WRAPUP", "CORRECTED (OFFICIAL)", "CORRECTED", "REFILE", "RPT", "BRIEF"];

/// `1st Ld-Writethru`, `(2nd LD)`, `3rd Add` at the start, with or without a delimiter.
fn lead_number(text: &str) -> Option<(Marker, &str)> {
    let bare = text.trim_start_matches('(');
    if let Some(tail) = text.strip_prefix("(LEAD)") {
        return Some((Marker::Lead(1), tail.trim_start()));
    }
    let digits = bare.find(|c: char| !c.is_ascii_digit())?;
    let n = bare[..digits].parse().ok()?;
    let after = bare.get(digits + 2..)?;
    let ordinal = bare.get(digits..digits + 2)?;
    if !["st", "nd", "rd", "th"].contains(&ordinal.to_ascii_lowercase().as_str()) {
        return None;
    }
    let mut tail = after.strip_prefix(' ')?;
    let word_end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
    if !["ld", "lead", "add"].contains(&tail[..word_end].to_ascii_lowercase().as_str()) {
        return None;
    }
    tail = &tail[word_end..];
    for writethru in ["-Writethru", "-writethru", " Writethru"] {
        tail = tail.strip_prefix(writethru).unwrap_or(tail);
    }
    Some((Marker::Lead(n), tail.trim_start_matches([')', ' ', '-', ':', ','])))
}

/// `…, 1st Ld-Writethru`, `… - live updates`, `… (UPDATED)`.
fn trailing(text: &str) -> Option<(Marker, &str)> {
    if text.contains(',')
        && let Some((head, tail)) = text.rsplit_once(", ")
        && let Some((marker, "")) = lead_number(tail)
    {
        return Some((marker, head));
    }
    if let Some((head, tail)) = text.rsplit_once(['-', '|', ':', '(', '['])
        && head.ends_with([' ', ':'])
    {
        let word = tail.trim_matches([' ', ')', ']']).to_ascii_lowercase();
        let marker = match word.as_str() {
            "live" | "live updates" | "as it happened" | "live blog" => Marker::Live,
            "update" | "updated" => Marker::Update(1),
            "correction" | "corrected" => Marker::Corrected,
            "opinion" | "analysis" | "comment" | "editorial" => Marker::Comment,
            "exclusive" => Marker::Exclusive,
            "breaking" | "breaking news" => Marker::Breaking,
            _ => return None,
        };
        return Some((marker, head.trim_end()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(headline: &str, expected: &str, markers: &[Marker]) {
        let mut found = Vec::new();
        assert_eq!(strip(headline, &mut found), expected, "{headline:?}");
        assert_eq!(found, markers, "{headline:?}");
    }

    #[test]
    fn words_that_a_hyphen_joins_are_no_markers() {
        for headline in [
            "KILL-SWITCH BILL FOR AI PASSES SENATE",
            "REPEAT-OFFENDER LAW PASSES",
            "FLASH-FLOOD WARNING FOR COAST",
            "Live-fire drills off coast",
            "Breaking-point for hospitals",
            "Correction-officers strike",
        ] {
            case(headline, headline, &[]);
        }
        case("KILL-Mine reopens", "Mine reopens", &[Marker::Kill]);
        case("KILL - MINE REOPENS", "MINE REOPENS", &[Marker::Kill]);
        case("CORRECTED-MINE REOPENS", "MINE REOPENS", &[Marker::Corrected]);
    }

    #[test]
    fn wire_markers_come_off_with_their_numbers() {
        case("UPDATE 2-Mine reopens", "Mine reopens", &[Marker::Update(2)]);
        case("WRAPUP 1-Mines reopen", "Mines reopen", &[Marker::Wrapup(1)]);
        case("RPT-UPDATE 3-Mine reopens", "Mine reopens", &[Marker::Repeat, Marker::Update(3)]);
        case("CORRECTED-Mine reopens", "Mine reopens", &[Marker::Corrected]);
        case("REFILE-Mine reopens", "Mine reopens", &[Marker::Refile]);
        case("BRIEF-Mine reopens", "Mine reopens", &[Marker::Brief]);
        case("BREAKING: Mine reopens", "Mine reopens", &[Marker::Breaking]);
        case("(URGENT) Mine reopens", "Mine reopens", &[Marker::Breaking]);
        case("KILL: Mine reopens", "Mine reopens", &[Marker::Kill]);
        case("ADVISORY: Mine reopens", "Mine reopens", &[Marker::Advisory]);
    }

    #[test]
    fn leads_are_found_at_either_end() {
        case("Mine-Reopens, 1st Ld-Writethru", "Mine-Reopens", &[Marker::Lead(1)]);
        case("(2nd LD) Mine reopens", "Mine reopens", &[Marker::Lead(2)]);
        case("1st Ld-Writethru Mine reopens", "Mine reopens", &[Marker::Lead(1)]);
        case("Mine fire - live updates", "Mine fire", &[Marker::Live]);
    }

    #[test]
    fn ordinary_words_are_not_markers() {
        for headline in [
            "Kill Baby Kill: a horror film returns",
            "Kill: the film everyone talks about",
            "Live music returns to the harbour",
            "Update your phone now, minister says",
            "1st leg ends level in Porto",
            "Breaking bread with the neighbours",
            "KILL",
        ] {
            case(headline, headline, &[]);
        }
    }
}
