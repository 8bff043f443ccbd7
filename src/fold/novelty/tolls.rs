//! Numbers that are words to the scorer: "thirty dead" after "twenty dead" is news.

use std::sync::LazyLock;

use smallvec::SmallVec;

use super::lexicon::Lexicon;
use crate::fold::profile::{Profile, Term};
use crate::fold::window::Live;
use crate::prepare::{Word, term_id};

/// A number wherever it stands.
const NUMBER: u16 = 0;
/// A number only before the word for a toll: "one" is a pronoun, too.
const COUNT: u16 = 1;
/// So is "hundreds", where no member has a number for a toll.
const MANY: u16 = 2;
/// What is counted.
const TOLL: u16 = 3;

/// How many words may stand between a count and what it counts, and one.
const BESIDE: usize = 2;

/// By language: numbers, counts, vague counts, tolls.
const NUMBERS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty \
             fifty sixty seventy eighty ninety",
            "one",
            "dozens scores hundreds thousands",
            "dead death deaths die dies died kill kills killed missing injure injures injured \
             injuries wound wounds wounded hurt feared victims casualties toll",
        ],
    ),
    (
        "de",
        &[
            "dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
            "",
            "hunderte tausende dutzende",
            "tot tote toten getötet verletzt verletzte verletzten vermisst vermisste opfer",
        ],
    ),
    (
        "fr",
        &[
            "treize quatorze quinze seize",
            "cent cents mille",
            "centaines milliers dizaines",
            "mort morts tué tués tuées blessé blessés disparus victimes",
        ],
    ),
    (
        "es",
        &[
            "trece catorce quince dieciséis diecisiete dieciocho diecinueve veintiuno veintidós \
             veintitrés",
            "cien mil",
            "cientos centenares miles decenas",
            "muerto muertos mueren muertes heridos heridas desaparecidos víctimas fallecidos",
        ],
    ),
    (
        "pt",
        &[
            "treze catorze quatorze quinze dezesseis dezasseis dezessete dezassete dezoito \
             dezenove dezanove",
            "cem mil",
            "centenas milhares dezenas",
            "morto mortos morrem mortes feridos desaparecidos vítimas",
        ],
    ),
    (
        "it",
        &[
            "tredici quattordici quindici sedici diciassette diciotto diciannove",
            "cento mille",
            "centinaia migliaia decine",
            "morto morti feriti dispersi vittime uccisi",
        ],
    ),
    (
        "ru",
        &[
            "тринадцать тринадцати четырнадцать четырнадцати пятнадцать пятнадцати шестнадцать \
             шестнадцати семнадцать семнадцати восемнадцать восемнадцати девятнадцать девятнадцати",
            "сто",
            "сотни сотен тысячи тысяч десятки десятков",
            "погибли погибших погибшими убиты убитых ранены раненых пострадали пострадавших жертв \
             пропали",
        ],
    ),
    (
        "ar",
        &[
            "ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشرون ثلاثون أربعون خمسون ستون سبعون \
             ثمانون تسعون",
            "مئة ألف",
            "مئات آلاف عشرات",
            "قتلى قتيل مقتل جرحى ضحايا مفقودين",
        ],
    ),
    (
        "sl",
        &[
            "dva dve trije tri štirje štiri pet šest sedem osem devet deset enajst dvanajst trinajst \
             petnajst dvajset trideset štirideset petdeset šestdeset",
            "sto tisoč",
            "desetine stotine",
            "mrtvih mrtvi umrlo umrli ranjenih ranjeni pogrešanih žrtev",
        ],
    ),
    (
        "zh",
        &[
            "两人 三人 四人 五人 六人 七人 八人 九人 十人 两名 三名 四名 五名 六名 七名 八名 九名 十名",
        ],
    ),
    (
        "ja",
        &[
            "二人 三人 四人 五人 六人 七人 八人 九人 十人 二名 三名 四名 五名 六名 七名 八名 九名 十名",
        ],
    ),
];

static LISTS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(NUMBERS.iter().map(|(code, groups)| (*code, groups.iter().copied())))
});

/// Whether a word that is no number to the scorer counts something in a headline, and no member has
/// it in digits.
pub(super) fn counts(headline: &str, profile: &Profile, at: usize, members: &[&Live]) -> bool {
    static ONE: LazyLock<u32> = LazyLock::new(|| term_id("1"));
    static DEAD: LazyLock<u32> = LazyLock::new(|| term_id("dead"));
    let words = LISTS.of(profile.language);
    let beside = |at: usize, len: usize| at.saturating_sub(BESIDE)..len.min(at + BESIDE + 1);
    // The stem of "deadly" is that of "dead".
    let toll = |term: &Term| {
        let deadly = { term.id } == *DEAD && has(headline, &["deadly"]);
        words.has(TOLL, term.id) && !deadly
    };
    let around = beside(at, profile.terms.len());
    let by_toll = || profile.terms[around.clone()].iter().any(toll);
    let before_toll = || profile.terms[at..around.end].iter().any(toll);
    let number = |live: &&Live| {
        let terms = &live.profile.terms;
        let tolls = |at| terms[beside(at, terms.len())].iter().any(|it| words.has(TOLL, it.id));
        (0..terms.len()).any(|at| terms[at].is(Word::NUMBER) && tolls(at))
    };
    let one = |live: &&Live| live.profile.terms.iter().any(|term| { term.id } == *ONE);
    let object = || KILLS.iter().any(|verb| has(headline, &[verb, "one"]));
    let count = || (before_toll() || object()) && !has(headline, &["one", "of"]);
    words.groups(profile.terms[at].id).any(|group| match group {
        NUMBER => true,
        COUNT => count() && !members.iter().any(one),
        MANY => by_toll() && !members.iter().any(number),
        _ => false,
    })
}

/// Verbs before "one" that make it a count.
const KILLS: &[&str] = &["kills", "killed", "killing", "injures", "injuring", "wounds", "wounding"];

/// Whether it tells a toll.
pub(super) fn tells(profile: &Profile) -> bool {
    let words = LISTS.of(profile.language);
    profile.terms.iter().any(|term| words.has(TOLL, term.id))
}

/// Whether a word stands by one for a toll.
pub(super) fn beside(profile: &Profile, at: usize) -> bool {
    let words = LISTS.of(profile.language);
    let around = at.saturating_sub(1)..profile.terms.len().min(at + 2);
    profile.terms[around].iter().any(|term| words.has(TOLL, term.id))
}

/// What a number may count in an English headline: the dead, the injured, the missing.
const ROLES: [&str; 3] = [
    "dead death deaths die dies died kill kills killed toll",
    "injure injures injured injuries wound wounds wounded hurt",
    "missing",
];

/// Whether a number counts something else than it does in all members that have it: "40 dead" after
/// "36 dead, 40 injured".
pub(super) fn counts_others(profile: &Profile, members: &[&Live]) -> bool {
    let counted = |at: usize| {
        let role = role(profile, at);
        let among = |live: &'_ &Live| {
            let terms = &live.profile.terms;
            let same = |there: &usize| { terms[*there].id } == profile.terms[at].id;
            let roles = (0..terms.len()).filter(same).map(|there| self::role(&live.profile, there));
            roles.collect::<SmallVec<[_; 2]>>()
        };
        let mut told = members.iter().flat_map(among).peekable();
        let other = |told: Option<u16>| told.is_some() && told != role;
        role.is_some() && told.peek().is_some() && told.all(other)
    };
    (0..profile.terms.len()).any(|at| profile.terms[at].is(Word::NUMBER) && counted(at))
}

/// What the number at a place counts: "kills 36, injures 40", "36 dead, 40 injured", "toll rises to
/// 40".
fn role(profile: &Profile, at: usize) -> Option<u16> {
    static READ: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new([("en", ROLES)]));
    static ONE: LazyLock<u32> = LazyLock::new(|| term_id("one"));
    let (terms, roles) = (&profile.terms, READ.of(profile.language));
    let of = |at: &usize| roles.groups(terms[*at].id).next();
    let number = |at: &usize| terms[*at].is(Word::NUMBER) || { terms[*at].id } == *ONE;
    let mut either = (0..terms.len()).filter(|at| number(at) || of(at).is_some());
    let (first, last) = (either.next()?, either.next_back()?);
    let before = || {
        (at.saturating_sub(BESIDE)..at).rev().take_while(|at| !number(at)).find_map(|at| of(&at))
    };
    let behind = at + 1..terms.len().min(at + BESIDE + 1);
    let behind = || behind.take_while(|at| !number(at)).find_map(|at| of(&at));
    match (of(&first).is_some(), of(&last).is_some()) {
        (false, _) => behind(),
        (true, false) => before(),
        // "Kills 2, injures many", "captain dead, 2 injured".
        (true, true) => match (before(), behind()) {
            (Some(one), Some(other)) => (one == other).then_some(one),
            (one, other) => one.or(other),
        },
    }
}

/// Whether words in lower case stand in a headline, one behind the other.
pub(super) fn has(headline: &str, words: &[&str]) -> bool {
    let all: SmallVec<[&str; 32]> = headline.split(|c: char| !c.is_alphanumeric()).collect();
    let same = |(a, b): (&&str, &&str)| a.eq_ignore_ascii_case(b);
    all.windows(words.len()).any(|these| these.iter().zip(words).all(same))
}
