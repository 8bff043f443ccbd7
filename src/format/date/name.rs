//! Names of months and of days of the week, in the languages of wires.

use jiff::civil::Weekday;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Months of the languages of western and northern Europe and of Russian, where they begin otherwise
/// than in English.
#[rustfmt::skip]
const FOREIGN: &[(&[&str], i8)] = &[
    (&["januar", "januari", "janvier", "janeiro", "gennaio", "enero", "jänner", "января"], 1),
    (&["februar", "februari", "février", "fevrier", "febbraio", "febrero", "fevereiro", "февраля"], 2),
    (&["märz", "mars", "marzo", "março", "marco", "maart", "mrt", "марта"], 3),
    (&["avril", "abril", "aprile", "апреля"], 4),
    (&["mai", "maggio", "mayo", "maio", "mei", "maj", "мая"], 5),
    (&["juin", "juni", "giugno", "junio", "junho", "июня"], 6),
    (&["juillet", "juli", "luglio", "julio", "julho", "июля"], 7),
    (&["août", "aout", "agosto", "augusti", "augustus", "августа"], 8),
    (&["septembre", "settembre", "septiembre", "setembro", "сентября"], 9),
    (&["oktober", "octobre", "ottobre", "octubre", "outubro", "октября"], 10),
    (&["novembre", "noviembre", "novembro", "ноября"], 11),
    (&["dezember", "décembre", "decembre", "dicembre", "diciembre", "dezembro", "desember", "декабря"], 12),
];

/// Each day in English, German, French, Spanish, Italian, Dutch and Portuguese, where its name is
/// another.
#[rustfmt::skip]
const DAYS: [(Weekday, &[&str]); 7] = [
    (Weekday::Monday, &["monday", "montag", "lundi", "lunes", "lunedì", "lunedi", "maandag", "segunda-feira"]),
    (Weekday::Tuesday, &["tuesday", "dienstag", "mardi", "martes", "martedì", "martedi", "dinsdag", "terça-feira"]),
    (Weekday::Wednesday, &["wednesday", "mittwoch", "mercredi", "miércoles", "miercoles", "mercoledì", "mercoledi", "woensdag", "quarta-feira"]),
    (Weekday::Thursday, &["thursday", "donnerstag", "jeudi", "jueves", "giovedì", "giovedi", "donderdag", "quinta-feira"]),
    (Weekday::Friday, &["friday", "freitag", "vendredi", "viernes", "venerdì", "venerdi", "vrijdag", "sexta-feira"]),
    (Weekday::Saturday, &["saturday", "samstag", "sonnabend", "samedi", "sábado", "sabado", "sabato", "zaterdag"]),
    (Weekday::Sunday, &["sunday", "sonntag", "dimanche", "domingo", "domenica", "zondag"]),
];

/// The number of a month by its name in small letters, whole or cut to three letters or more.
pub(in crate::format) fn month(lower: &str) -> Option<i8> {
    let lower = lower.trim_end_matches('.');
    let known = |name: &&str| is_cut(lower, name);
    let english = || MONTHS.iter().position(|name| is_cut(lower, name));
    let foreign = || FOREIGN.iter().find(|(names, _)| names.iter().any(known)).map(|found| found.1);
    english().and_then(|index| i8::try_from(index + 1).ok()).or_else(foreign)
}

/// A day of the week by its name in small letters, which in English may be cut to three letters or
/// more (`Tues`): of other languages that is too often a word.
pub(in crate::format) fn weekday(lower: &str) -> Option<Weekday> {
    let lower = lower.trim_end_matches('.');
    let named = |names: &[&str]| is_cut(lower, names[0]) || names.contains(&lower);
    Some(DAYS.iter().find(|(_, names)| named(names))?.0)
}

fn is_cut(lower: &str, name: &str) -> bool {
    name.starts_with(lower) && lower.chars().nth(2).is_some()
}
