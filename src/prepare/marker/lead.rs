//! The number of a lead or take: `1st Ld-Writethru`, `(2nd LD)`, `3rd Add`.

use crate::item::Marker;

/// The number at the start of a text and what follows it. "Lead" and "add" are words as well ("1st
/// lead actor"): they count before a mark, before the end, and in capitals where the rest is not.
pub(super) fn lead_number(text: &str) -> Option<(Marker, &str)> {
    if let Some(tail) = text.strip_prefix("(LEAD)") {
        return Some((Marker::Lead(1), tail.trim_start()));
    }
    let bare = text.trim_start_matches('(');
    let digits = bare.find(|c: char| !c.is_ascii_digit())?;
    let n = bare[..digits].parse().ok()?;
    let ordinal = bare.get(digits..digits + 2)?;
    if !["st", "nd", "rd", "th"].contains(&ordinal.to_ascii_lowercase().as_str()) {
        return None;
    }
    let after = bare[digits + 2..].strip_prefix(' ')?;
    let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
    let (word, tail) = after.split_at(end);
    let is_word = match word.to_ascii_lowercase().as_str() {
        "ld" => false,
        "lead" | "add" => true,
        _ => return None,
    };
    let writethru = ["-Writethru", "-writethru", " Writethru"];
    let whole = writethru.iter().find_map(|writethru| tail.strip_prefix(writethru));
    let capitals = !word.contains(char::is_lowercase) && tail.contains(char::is_lowercase);
    let marked = tail.is_empty() || tail.starts_with([')', ':', ',']) || tail.starts_with(" - ");
    if is_word && whole.is_none() && !capitals && !marked {
        return None;
    }
    let tail = whole.unwrap_or(tail);
    Some((Marker::Lead(n), tail.trim_start_matches([')', ' ', '-', ':', ','])))
}
