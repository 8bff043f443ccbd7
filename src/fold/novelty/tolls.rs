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
             injuries wound wounds wounded hurt feared victims casualties",
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

/// Whether a word that is no number to the scorer counts something in a headline, and no member has
/// it in digits.
pub(super) fn counts(headline: &str, profile: &Profile, at: usize, members: &[&Live]) -> bool {
    static READ: LazyLock<Lexicon> = LazyLock::new(|| {
        Lexicon::new(NUMBERS.iter().map(|(code, groups)| (*code, groups.iter().copied())))
    });
    static ONE: LazyLock<u32> = LazyLock::new(|| term_id("1"));
    static DEAD: LazyLock<u32> = LazyLock::new(|| term_id("dead"));
    let words = READ.of(profile.language);
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
    let count = || before_toll() && !has(headline, &["one", "of"]);
    words.groups(profile.terms[at].id).any(|group| match group {
        NUMBER => true,
        COUNT => count() && !members.iter().any(one),
        MANY => by_toll() && !members.iter().any(number),
        _ => false,
    })
}

/// Whether words in lower case stand in a headline, one behind the other.
pub(super) fn has(headline: &str, words: &[&str]) -> bool {
    let all: SmallVec<[&str; 32]> = headline.split(|c: char| !c.is_alphanumeric()).collect();
    let same = |(a, b): (&&str, &&str)| a.eq_ignore_ascii_case(b);
    all.windows(words.len()).any(|these| these.iter().zip(words).all(same))
}
