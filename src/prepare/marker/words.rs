//! The words that are markers, in the languages of wires.

use crate::item::Marker;

/// How strictly a word must be written to be a marker.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// In any case, with a delimiter: `Update 2-`, `Breaking: `.
    Any,
    /// In capitals, with a delimiter: `KILL: `. "Kill: a review" is a film.
    Capitals,
}

use Form::{Any, Capitals};

type Make = fn(u16) -> Marker;

const BREAKING: Make = |_| Marker::Breaking;
const COMMENT: Make = |_| Marker::Comment;
const CORRECTED: Make = |_| Marker::Corrected;
const KILL: Make = |_| Marker::Kill;
const WITHDRAWN: Make = |_| Marker::Withdrawn;
const UPDATE: Make = |n| Marker::Update(n.max(1));

/// Marker words at the start of a headline that need no mark behind them.
pub(super) const BARE: &[(&str, Form, Make)] =
    &[("CORRECTING AND REPLACING", Any, CORRECTED), ("EDS: KILL", Capitals, KILL)];

/// Whom a note in brackets at the start of a headline is for.
pub(super) const NOTES: &[&str] = &["(ATTN: ", "(EDS: ", "(Eds: "];

/// How such a note begins that makes the item a correction, in capitals.
pub(super) const CORRECTIONS: &[&str] = &["CORRECTS", "CORRECTING", "CORRECTED", "CORRECTION"];

/// Marker words at the start of a headline, in capitals.
pub(super) const WORDS: &[(&str, Form, Make)] = &[
    ("UPDATED", Any, |_| Marker::Update(1)),
    ("UPDATE", Any, UPDATE),
    ("WRAPUP", Any, |n| Marker::Wrapup(n.max(1))),
    ("CORRECTED (OFFICIAL)", Any, CORRECTED),
    ("CORRECTED-(OFFICIAL)", Any, CORRECTED),
    ("(OFFICIAL)-CORRECTED", Any, CORRECTED),
    ("(OFFICIAL) CORRECTED", Any, CORRECTED),
    ("OFFICIAL CORRECTION", Any, CORRECTED),
    ("CORRECTED VERSION", Any, CORRECTED),
    ("CORRECTED", Any, CORRECTED),
    ("CORRECTION FROM SOURCE", Any, CORRECTED),
    ("CORRECTION", Any, CORRECTED),
    ("C O R R E C T I O N", Capitals, CORRECTED),
    ("REPLACEMENT", Capitals, CORRECTED),
    ("TASS CORRECTS", Any, CORRECTED),
    ("XINHUA CORRECTS", Any, CORRECTED),
    ("CORRECTIVE", Any, CORRECTED),
    ("CORRECTS", Any, CORRECTED),
    ("CLARIFICATION", Any, CORRECTED),
    ("REFILE", Any, |_| Marker::Refile),
    ("RPT CON CORREZIONE", Any, CORRECTED),
    ("RPT", Any, |_| Marker::Repeat),
    ("REPEAT", Capitals, |_| Marker::Repeat),
    ("BRIEF", Capitals, |_| Marker::Brief),
    ("BREAKING NEWS", Any, BREAKING),
    ("BREAKING", Any, BREAKING),
    ("URGENT", Capitals, BREAKING),
    ("FLASH", Capitals, BREAKING),
    ("ALERT", Capitals, BREAKING),
    ("NEWS ALERT", Any, BREAKING),
    ("ADVISORY", Capitals, |_| Marker::Advisory),
    ("MEDIA ADVISORY", Capitals, |_| Marker::Advisory),
    ("BULLETIN KILL", Capitals, KILL),
    ("MANDATORY KILL", Capitals, KILL),
    ("STORY KILLED", Capitals, KILL),
    ("ATTENTION KILL", Capitals, KILL),
    ("KILL", Capitals, KILL),
    ("STORY REMOVED", Capitals, WITHDRAWN),
    ("STORY WITHDRAWN", Capitals, WITHDRAWN),
    ("TASS RETRACTS", Any, WITHDRAWN),
    ("XINHUA RETRACTS", Any, WITHDRAWN),
    ("RETRACTION", Capitals, WITHDRAWN),
    ("RETRACTED", Capitals, WITHDRAWN),
    ("WITHDRAWAL", Capitals, WITHDRAWN),
    ("WITHDRAWN", Capitals, WITHDRAWN),
    ("EMBARGOED", Capitals, |_| Marker::Embargoed),
    ("EXCLUSIVE", Any, |_| Marker::Exclusive),
    ("LIVE UPDATES", Any, |_| Marker::Live),
    ("LIVE", Any, |_| Marker::Live),
    ("OPINION", Any, COMMENT),
    ("ANALYSIS", Any, COMMENT),
    ("COLUMN", Capitals, COMMENT),
    ("COMMENTARY", Any, COMMENT),
    ("FACTBOX", Any, COMMENT),
    ("TIMELINE", Any, COMMENT),
    ("EXPLAINER", Any, COMMENT),
    ("INSIGHT", Capitals, COMMENT),
    ("SPECIAL REPORT", Capitals, COMMENT),
    ("BREAKINGVIEWS", Any, COMMENT),
    // German
    ("KORREKTUR", Any, CORRECTED),
    ("KORRIGIERT", Any, CORRECTED),
    ("BERICHTIGUNG", Any, CORRECTED),
    ("MELDUNG ZURÜCKGEZOGEN", Any, WITHDRAWN),
    ("ZURÜCKGEZOGEN", Capitals, WITHDRAWN),
    ("STORNO", Capitals, KILL),
    ("WIEDERHOLUNG", Capitals, |_| Marker::Repeat),
    ("EILMELDUNG", Any, BREAKING),
    ("EIL", Capitals, BREAKING),
    // French
    ("RECTIFICATIF", Any, CORRECTED),
    ("CORRECTIF", Any, CORRECTED),
    ("ANNULE ET REMPLACE", Any, CORRECTED),
    ("ANNULATION", Capitals, KILL),
    ("ALERTE", Capitals, BREAKING),
    // Spanish, Portuguese, Italian
    ("CORRECCIÓN", Any, CORRECTED),
    ("CORRECCION", Any, CORRECTED),
    ("CORREÇÃO", Any, CORRECTED),
    ("CORRIGE", Any, CORRECTED),
    ("CORREZIONE", Any, CORRECTED),
    ("RETTIFICA", Any, CORRECTED),
    ("ANULADA", Capitals, KILL),
    ("ANULADO", Capitals, KILL),
    ("ANULACIÓN", Capitals, KILL),
    ("ANULACION", Capitals, KILL),
    ("ANNULLAMENTO", Capitals, KILL),
    ("ACTUALIZACIÓN", Any, UPDATE),
    ("ÚLTIMA HORA", Capitals, BREAKING),
    ("URGENTE", Capitals, BREAKING),
    // Russian, Arabic, Chinese, Japanese, Korean
    ("ИСПРАВЛЕНИЕ", Any, CORRECTED),
    ("ИСПРАВЛЕНО", Any, CORRECTED),
    ("АННУЛИРОВАНО", Capitals, KILL),
    ("СРОЧНО", Capitals, BREAKING),
    ("تصحيح", Any, CORRECTED),
    ("عاجل", Any, BREAKING),
    ("更正", Any, CORRECTED),
    ("訂正", Any, CORRECTED),
    ("速報", Any, BREAKING),
    ("정정", Any, CORRECTED),
    ("속보", Any, BREAKING),
];

/// Words after which wires write a bare hyphen, whatever the case of what follows.
pub(super) const GLUED: &[&str] = &[
    "UPDATED",
    "UPDATE",
    "WRAPUP",
    "CORRECTED (OFFICIAL)",
    "CORRECTED-(OFFICIAL)",
    "(OFFICIAL)-CORRECTED",
    "(OFFICIAL) CORRECTED",
    "OFFICIAL CORRECTION",
    "CORRECTED",
    "REFILE",
    "RPT",
    "BRIEF",
];

/// Words that wires number.
pub(super) const NUMBERED: &[&str] = &["UPDATE", "WRAPUP"];

/// Phrases at the end of a headline, behind a mark or in brackets, in small letters.
const ENDINGS: &[(&[&str], Marker)] = &[
    (&["live", "live updates", "as it happened", "live blog"], Marker::Live),
    (&["update", "updated", "actualización"], Marker::Update(1)),
    (
        &["correction", "corrected", "corrects", "korrektur", "corrigé", "corrige"],
        Marker::Corrected,
    ),
    (&["opinion", "analysis", "comment", "editorial"], Marker::Comment),
    (&["exclusive"], Marker::Exclusive),
    (&["breaking", "breaking news"], Marker::Breaking),
];

/// The marker that the last words of a headline are. Those that also begin one, as what takes a
/// story back, are in capitals, where the rest is not.
pub(in crate::prepare) fn ending(words: &str, rest: &str) -> Option<Marker> {
    let (words, number) = numbered(words);
    let lower = words.to_lowercase();
    if let Some((_, marker)) = ENDINGS.iter().find(|(known, _)| known.contains(&lower.as_str())) {
        return Some(match marker {
            Marker::Update(_) => UPDATE(number),
            _ => *marker,
        });
    }
    if !rest.contains(char::is_lowercase) {
        return None;
    }
    if words == "KILLED" {
        return Some(Marker::Kill);
    }
    let said = WORDS.iter().find(|(word, ..)| *word == words);
    said.map(|(.., make)| make(number))
}

/// What wires number without its number, and that, 0 where there is none.
fn numbered(words: &str) -> (&str, u16) {
    let parts = words
        .rsplit_once(' ')
        .filter(|(word, _)| NUMBERED.iter().any(|known| known.eq_ignore_ascii_case(word)));
    match parts.and_then(|(word, number)| Some((word, number.parse().ok()?))) {
        Some(parts) => parts,
        None => (words, 0),
    }
}
