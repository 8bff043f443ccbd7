//! Language codes: ISO 639-1 and 639-3 in, the shorter of the two kept.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language by its ISO 639 code, two letters where ISO 639-1 has one, three otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Language([u8; 3]);

/// ISO 639-2/T and 639-3 codes (and the 639-2/B spellings still sent by wires) with their
/// ISO 639-1 code.
#[rustfmt::skip]
const SHORT: &[(&str, &str)] = &[
    ("afr", "af"), ("alb", "sq"), ("ara", "ar"), ("arb", "ar"), ("arm", "hy"), ("aze", "az"),
    ("baq", "eu"), ("bel", "be"), ("ben", "bn"), ("bos", "bs"), ("bul", "bg"), ("bur", "my"),
    ("cat", "ca"), ("ces", "cs"), ("chi", "zh"), ("cmn", "zh"), ("cym", "cy"), ("cze", "cs"),
    ("dan", "da"), ("deu", "de"), ("dut", "nl"), ("ell", "el"), ("eng", "en"), ("est", "et"),
    ("eus", "eu"), ("fas", "fa"), ("fin", "fi"), ("fra", "fr"), ("fre", "fr"), ("geo", "ka"),
    ("ger", "de"), ("gle", "ga"), ("glg", "gl"), ("gre", "el"), ("heb", "he"), ("hin", "hi"),
    ("hrv", "hr"), ("hun", "hu"), ("hye", "hy"), ("ice", "is"), ("ind", "id"), ("isl", "is"),
    ("ita", "it"), ("jpn", "ja"), ("kat", "ka"), ("kaz", "kk"), ("kor", "ko"), ("lat", "la"),
    ("lav", "lv"), ("lit", "lt"), ("mac", "mk"), ("may", "ms"), ("mkd", "mk"), ("mlt", "mt"),
    ("msa", "ms"), ("mya", "my"), ("nld", "nl"), ("nor", "no"), ("nob", "nb"), ("nno", "nn"),
    ("per", "fa"), ("pol", "pl"), ("por", "pt"), ("ron", "ro"), ("rum", "ro"), ("rus", "ru"),
    ("slk", "sk"), ("slo", "sk"), ("slv", "sl"), ("spa", "es"), ("sqi", "sq"), ("srp", "sr"),
    ("swa", "sw"), ("swe", "sv"), ("tam", "ta"), ("tha", "th"), ("tur", "tr"), ("ukr", "uk"),
    ("urd", "ur"), ("vie", "vi"), ("wel", "cy"), ("zho", "zh"),
];

/// The codes of two letters.
const ISO_639_1: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch \
    co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he \
    hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv \
    kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny \
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st \
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

impl Language {
    /// English.
    pub const ENGLISH: Language = Language(*b"en\0");

    /// Reads a code with an optional region or script (`en`, `eng`, `en-GB`, `pt_BR`);
    /// `None` when it is not two or three letters or means "undetermined".
    pub fn parse(tag: &str) -> Option<Language> {
        let code = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        let code = match SHORT.iter().find(|(long, _)| *long == code) {
            Some((_, short)) => short,
            None => code.as_str(),
        };
        let letters = code.as_bytes();
        let well_formed =
            matches!(letters.len(), 2 | 3) && letters.iter().all(u8::is_ascii_lowercase);
        if !well_formed || matches!(code, "und" | "mul" | "zxx") {
            return None;
        }
        let mut kept = [0; 3];
        kept[..letters.len()].copy_from_slice(letters);
        Some(Language(kept))
    }

    /// False for two letters that ISO 639-1 gives to no language.
    pub fn is_assigned(self) -> bool {
        self.0[2] != 0 || ISO_639_1.split(' ').any(|code| code == self.as_str())
    }

    /// The code: two letters where ISO 639-1 has one.
    pub fn as_str(&self) -> &str {
        let end = if self.0[2] == 0 { 2 } else { 3 };
        std::str::from_utf8(&self.0[..end]).unwrap_or("??")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(tag: &str, expected: Option<&str>) {
        assert_eq!(Language::parse(tag).as_ref().map(Language::as_str), expected, "{tag:?}");
    }

    #[test]
    fn codes_of_either_length_with_regions_mean_the_same_language() {
        case("en", Some("en"));
        case("eng", Some("en"));
        case("en-GB", Some("en"));
        case("pt_BR", Some("pt"));
        case("FRE", Some("fr"));
        case("yue", Some("yue"));
    }

    #[test]
    fn two_letters_are_a_language_only_where_iso_639_1_says_so() {
        for (tag, assigned) in [("en", true), ("zu", true), ("xx", false), ("yue", true)] {
            assert_eq!(Language::parse(tag).map(Language::is_assigned), Some(assigned), "{tag}");
        }
    }

    #[test]
    fn what_is_not_a_language_is_none() {
        case("", None);
        case("x", None);
        case("english", None);
        case("und", None);
        case("e1", None);
    }
}
