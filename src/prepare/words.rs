//! Words that carry no event by themselves, words that negate, numbers and dates.

use std::sync::LazyLock;

use crate::item::Language;

mod numeral;
mod stages;
mod turns;

pub(super) use numeral::numeral;
pub use stages::Stages;
pub use turns::Turns;
pub(crate) use turns::{failures, negations};

/// Function words by language. The lists are short on purpose: what is merely common loses its
/// weight by document frequency.
const STOP: &[(&str, &str)] = &[
    (
        "en",
        "a about after again against all also amid an and are as at be been before but by can \
         could did do does down for from had has have he her his how i if in into is it its just \
         may might more most my new now of off on or our out over per said say says she should so \
         some than that the their them then there these they this to too under up via vs was we \
         were what when where which while who whom why will with would you your me him not no s t \
         pct percent",
    ),
    (
        "es",
        "a al con como de del desde el en entre es la las lo los más no o para pero por que se \
         sin sobre su sus tras un una y ya",
    ),
    (
        "pt",
        "a ao aos as com como da das de do dos e em entre é mais na nas no nos o os para pela pelo \
         por que se sem sobre sua um uma após",
    ),
    (
        "fr",
        "a à au aux avec ce ces dans de des du elle en est et il la le les leur ne ou par pas plus \
         pour que qui sa se ses son sur un une d l",
    ),
    (
        "de",
        "als am an auch auf aus bei das dem den der des die ein eine einem einen einer er es für \
         im in ist mit nach nicht noch sich sie sind über um und unter vom von vor wie wird zu zum \
         zur",
    ),
    (
        "it",
        "a al alla che con da dal dei del della di e è gli i il in la le lo nel per più si sono su un una",
    ),
    ("ru", "а в во для до за и из из-за к как на не но о об от по после при с со у что это"),
    ("sl", "bi bo da do iz in je ki ko na ne o ob od po pa pred pri s se so še tudi v z za že"),
    ("ar", "في من على إلى عن أن مع بعد قبل هذا هذه التي الذي ما لا و أو بين خلال"),
    (
        "nl",
        "aan als bij dat de die een en het hij in is met na naar niet om op over te tot uit van voor",
    ),
];

/// Languages of [`STOP`], a bit each.
pub(super) type Languages = u16;

const _: () = assert!(STOP.len() <= Languages::BITS as usize);

/// The bit of a language; none of one without a list.
pub(super) fn language_bit(code: &str) -> Languages {
    STOP.iter().position(|(known, _)| *known == code).map_or(0, |at| 1 << at)
}

/// The languages of which a word in lower case is a function word.
fn languages_of(word: &str) -> Languages {
    static OF_WORD: LazyLock<foldhash::HashMap<&'static str, Languages>> = LazyLock::new(|| {
        let mut of_word = foldhash::HashMap::default();
        for (code, words) in STOP {
            for word in words.split_whitespace() {
                *of_word.entry(word).or_default() |= language_bit(code);
            }
        }
        of_word
    });
    OF_WORD.get(word).copied().unwrap_or(0)
}

/// The code of a language; where none is known, that of English.
pub(super) fn code(language: &Option<Language>) -> &str {
    language.as_ref().map_or("en", Language::as_str)
}

/// Whether a word in lower case is a function word of the language.
pub(super) fn is_stop(word: &str, language: Option<Language>) -> bool {
    languages_of(word) & language_bit(code(&language)) != 0
}

/// How many words of a text are function words of one of some languages, for each choice of them.
pub(super) fn count_stops<'a, const N: usize>(
    words: impl Iterator<Item = &'a str>,
    choices: [Languages; N],
) -> [usize; N] {
    let mut counts = [0; N];
    for of in words.map(languages_of) {
        for (count, languages) in counts.iter_mut().zip(choices) {
            *count += usize::from(of & languages != 0);
        }
    }
    counts
}

/// Words after which a clause says the opposite.
const NEGATIONS: &[&str] = &[
    "cannot", "cant", "didnt", "doesnt", "dont", "isnt", "never", "nie", "no", "nicht", "não",
    "ne", "neither", "nor", "not", "nunca", "wasnt", "wont", "без", "не", "لا", "لم", "لن",
    "without",
];

/// Verbs that deny or refuse what follows them.
const DENIALS: &[&str] = &[
    "contradict",
    "contradicts",
    "debunk",
    "denied",
    "denies",
    "deny",
    "denying",
    "disputes",
    "disproved",
    "dispels",
    "dismisses",
    "dismissed",
    "niega",
    "refuse",
    "refused",
    "refuses",
    "refute",
    "refuted",
    "refutes",
    "reject",
    "rejected",
    "rejects",
    "dementiert",
    "dément",
    "nega",
    "опроверг",
];

/// Whether a word in lower case negates or denies something.
pub(super) fn negates(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't") || DENIALS.contains(&word)
}

/// Stem of the English "million".
pub(super) const MILLION: &str = "million";
/// Stem of the English "billion".
pub(super) const BILLION: &str = "billion";

/// The stem of a large unit that wires abbreviate: "mln", "bn".
pub(super) fn unit(word: &str) -> Option<&'static str> {
    match word {
        "mln" | "mn" | "million" => Some(MILLION),
        "bln" | "bn" | "billion" => Some(BILLION),
        "trln" | "trn" | "tn" | "trillion" => Some("trillion"),
        _ => None,
    }
}

/// Whether a word in lower case names a day or a month. "may" and "march" are verbs too often.
pub(super) fn is_date(word: &str) -> bool {
    const DATES: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    DATES.contains(&word)
}
