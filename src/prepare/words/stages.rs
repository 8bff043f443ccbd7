//! Words that tell how far a story has come. Hand-made, of words in general use.

use std::sync::LazyLock;

use crate::item::Language;

/// What a headline tells that is the first to tell a stage; a bit of [`Stages`] each.
const NEWS: [&str; 13] = [
    "a death",
    "an arrest",
    "a charge",
    "a sentence",
    "a resignation",
    "a lawsuit",
    "a plea or a verdict",
    "a halt",
    "a signature",
    "a release",
    "an all-clear",
    "an apology",
    "a market's close",
];

/// Stages that are none unless the story is of what stands for them behind those of [`NEWS`]: a law,
/// somebody held, a market.
const OF: [(usize, usize); 3] = [(8, 13), (9, 14), (12, 15)];

/// By language, in the order of [`NEWS`]: words that tell a stage, and words that show it to be known
/// without telling it. As they are written, not as stems: "died" tells what "deadly" does not.
const STAGES: &[(&str, &[(&str, &str)])] = &[
    (
        "en",
        &[
            (
                "die dies died dead killed",
                "kill kills killing killings killer dying death deaths deadly murder murders \
                 murdered slain slay fatal fatally fatality fatalities funeral obituary memorial \
                 mourn mourns mourning toll homicide manslaughter assassin assassinate assassinates \
                 assassinated assassination succumb succumbs succumbed carcass execution executed \
                 drowned drowning perished suicide buried autopsy tribute tributes lethal",
            ),
            (
                "arrested custody",
                "arrest arrests arresting detain detains detained detention capture captured caught \
                 jail jailed apprehended charge charges charged indicted indictment trial prison \
                 surrenders surrendered bail bond pleads pleaded convicted guilty sentenced inmate \
                 raid prosecutors",
            ),
            (
                "charged indicts indicted",
                "charge charges charging indict indicting indictment indictments arraigned \
                 arraignment plead pleads pleaded plea guilty convict convicts convicted conviction \
                 sentence sentences sentenced sentencing acquit acquits acquitted acquittal",
            ),
            ("sentenced", "sentence sentences sentencing jailed prison"),
            (
                "resigns resigned",
                "resign resigning resignation quit quits leave leaving ousted exit depart \
                 departs departure fired retire retires replaced replaces successor steps stepping",
            ),
            ("sue sues sued", "suing suit suits lawsuit lawsuits litigation complaint complaints"),
            (
                "convicted convicts acquitted acquits pleads pleaded",
                "convict convicting conviction acquit acquittal plead pleading plea verdict guilty \
                 sentenced sentence sentences sentencing cleared exonerated prison serving jailed \
                 executed innocent appeal appeals",
            ),
            (
                "suspends halts pauses",
                "suspend suspended suspending suspension halt halted halting pause paused pausing stop stops \
                 stopped stopping freeze freezes froze frozen shelve shelves shelved end ends ended \
                 ending exit exits drop drops dropped cancel cancels canceled cancelled close closes \
                 closed block blocks blocked withhold withholds cut cuts ban bans banned scrap scraps \
                 scrapped ground grounds grounded shut shuts",
            ),
            ("signs enacts enacted", "sign signed signing signature enact enacting ink inks inked"),
            (
                "released freed frees",
                "release releases releasing free freeing freedom return returns \
              returned",
            ),
            ("lifted clear passes", "lift lifts lifting pass passed hoax unfounded"),
            (
                "apologizes apologized apologises apologised",
                "apology apologies apologize apologise apologizing apologising sorry regret regrets",
            ),
            (
                "close closes closed end ends ended finish finishes finished settle settles settled",
                "closing",
            ),
            (
                "",
                "order orders bill bills law laws deal deals pact treaty act agreement legislation \
                 accord contract plan map letter proclamation memorandum reform reforms",
            ),
            (
                "",
                "arrest arrests arrested detain detains detained detention custody jail jailed prison \
                 hostage hostages captured kidnapped kidnapping abducted held stranded seized \
                 hospital hospitalized",
            ),
            (
                "",
                "stocks shares dow nasdaq futures index indexes indices sensex nifty ftse nikkei \
                 p wall",
            ),
        ],
    ),
    (
        "de",
        &[
            ("stirbt starb gestorben tot tote toter", "toten tod getötet opfer leiche trauer mord"),
            (
                "festgenommen verhaftet",
                "festnahme haft gefasst angeklagt prozess urteil verurteilt",
            ),
        ],
    ),
    (
        "fr",
        &[
            (
                "meurt mort morte morts tué tuée tués",
                "décès meurtre victime victimes hommage corps",
            ),
            ("arrêté arrêtée arrêtés interpellé", "garde prison procès condamné mis jugé détenu"),
        ],
    ),
    (
        "es",
        &[
            ("muere mueren murió muerto muertos fallece", "muerte muertes víctimas asesinato mata"),
            (
                "detenido detenidos detienen arrestado",
                "prisión cárcel juicio condenado acusado preso",
            ),
        ],
    ),
    (
        "pt",
        &[
            ("morre morrem morreu morto mortos", "morte mortes vítimas assassinato corpo velório"),
            ("preso presos detido detidos", "prisão cadeia julgamento condenado acusado"),
        ],
    ),
    (
        "it",
        &[
            ("muore muoiono morto morta morti", "morte vittime omicidio ucciso uccisa funerali"),
            ("arrestato arrestata arrestati", "carcere arresto processo condannato fermato"),
        ],
    ),
    (
        "ru",
        &[
            ("умер умерла погиб погибли убит убиты", "смерть гибель погибших жертв похороны тело"),
            ("арестован арестовали задержан задержали", "арест сизо суд приговор задержания"),
        ],
    ),
];

/// Where other words stand by one that tells a stage.
enum Side {
    After,
    NotAfter,
    Before,
    NotBefore,
}

/// English words that tell a stage only where others stand by them, or do not.
const BESIDE: &[(&[&str], Side, &[&str])] = &[
    (&["pleads", "pleaded"], Side::Before, &["guilty", "not", "no"]),
    (&["signs"], Side::NotBefore, &["of", "that", "on", "off", "up", "point", "from", "as"]),
    (&["signs"], Side::NotAfter, &["warning", "road", "vital", "early", "no", "on"]),
    (
        &["released", "freed"],
        Side::NotAfter,
        &[
            "video",
            "footage",
            "photo",
            "photos",
            "images",
            "audio",
            "report",
            "files",
            "book",
            "documents",
            "statement",
            "records",
            "emails",
            "data",
            "details",
            "information",
            "newly",
            "just",
            "being",
            "album",
        ],
    ),
    (
        &["released"],
        Side::NotBefore,
        &[
            "video",
            "footage",
            "photos",
            "images",
            "audio",
            "files",
            "documents",
            "records",
            "emails",
        ],
    ),
    (
        &["lifted"],
        Side::After,
        &["warning", "warnings", "lockdown", "alert", "alerts", "advisory", "order", "orders"],
    ),
    (&["clear"], Side::After, &["all"]),
    (&["passes"], Side::After, &["threat"]),
    (
        &[
            "close", "closes", "closed", "end", "ends", "ended", "finish", "finishes", "finished",
            "settle", "settles", "settled",
        ],
        Side::Before,
        &[
            "higher", "lower", "up", "down", "mixed", "flat", "at", "above", "below", "little",
            "slightly", "sharply", "near", "with", "modestly", "week", "month", "session", "day",
        ],
    ),
];

/// English words for what is asked for, feared or not done as often as known.
const SOUGHT: &[&str] = &[
    "arrest",
    "arrests",
    "charge",
    "charges",
    "indict",
    "indictment",
    "indictments",
    "resign",
    "resignation",
    "sue",
    "lawsuit",
    "lawsuits",
    "suit",
];

/// The stages that a headline speaks of, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// Those that it tells.
    tells: u16,
    /// Those that it shows to be known, and what it is of.
    knows: u16,
}

impl Stages {
    /// Those of a word in lower case.
    pub(in crate::prepare) fn of(word: &str, language: Option<Language>) -> Stages {
        type Known = foldhash::HashMap<(&'static str, &'static str), Stages>;
        static KNOWN: LazyLock<Known> = LazyLock::new(|| {
            let mut known = Known::default();
            for (code, stages) in STAGES {
                for (at, (tell, know)) in stages.iter().enumerate() {
                    let bit = 1 << at;
                    let telling = tell.split_whitespace().map(|word| (word, bit));
                    for (word, tells) in telling.chain(know.split_whitespace().map(|it| (it, 0))) {
                        known.entry((code, word)).or_default().add(Stages { tells, knows: bit });
                    }
                }
            }
            known
        });
        KNOWN.get(&(super::code(&language), word)).copied().unwrap_or_default()
    }

    pub(in crate::prepare) fn add(&mut self, other: Stages) {
        self.tells |= other.tells;
        self.knows |= other.knows;
    }

    /// Those that are known where nothing is told for a fact: what it would tell is not.
    pub(in crate::prepare) fn open(self) -> Stages {
        Stages { tells: 0, knows: self.knows & !self.tells }
    }

    /// Those of a word behind one that leaves it open: "seeks an arrest" shows none to be known, "seeks
    /// the killers" does.
    pub(in crate::prepare) fn behind_hedge(self, word: &str) -> Stages {
        let sought = SOUGHT.iter().any(|it| word.eq_ignore_ascii_case(it));
        if sought { Stages::default() } else { self.open() }
    }

    /// Those of a word between two others: what is told of "who died" is known, and "dead heat" is
    /// no death.
    pub(in crate::prepare) fn between(self, before: &str, word: &str, after: &str) -> Stages {
        let is = |word: &str, any: &[&str]| any.iter().any(|it| word.eq_ignore_ascii_case(it));
        let beside = |(words, side, others): &(&[&str], Side, &[&str])| {
            let tells = match side {
                Side::After => is(before, others),
                Side::NotAfter => !is(before, others),
                Side::Before => {
                    is(after, others) || after.starts_with(|c: char| c.is_ascii_digit())
                }
                Side::NotBefore => !is(after, others),
            };
            tells || !is(word, words)
        };
        if self.tells == 0 {
            self
        } else if is(word, &["dead"]) && is(after, &["issue", "water", "end", "heat", "last"]) {
            Stages::default()
        } else if is(before, &["that", "where", "who", "which", "when"]) {
            Stages { tells: 0, ..self }
        } else if !BESIDE.iter().all(beside) {
            self.open()
        } else {
            self
        }
    }

    /// What it tells that is known to none of the others.
    pub(crate) fn new_beside(self, others: impl Iterator<Item = Stages>) -> Option<&'static str> {
        let known = others.fold(0, |known, other| known | other.knows);
        let lacks = |of: usize| (known | self.knows) & 1 << of == 0;
        let none = OF.iter().filter(|(_, of)| lacks(*of)).fold(0, |none, (at, _)| none | 1 << at);
        let new = self.tells & !known & !none;
        NEWS.get(new.trailing_zeros() as usize).copied()
    }
}
