//! Words that tell how far a story has come. Hand-made, of words in general use.

use std::sync::LazyLock;

use crate::item::Language;

/// What a headline tells that is the first to tell a stage; a bit of [`Stages`] each.
const NEWS: [&str; 6] =
    ["a death", "an arrest", "a charge", "a sentence", "a resignation", "a lawsuit"];

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

/// The stages that a headline speaks of, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// Those that it tells.
    tells: u8,
    /// Those that it shows to be known.
    knows: u8,
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

    /// Those of a word between two others: what is told of "who died" is known, and "dead heat" is
    /// no death.
    pub(in crate::prepare) fn between(self, before: &str, word: &str, after: &str) -> Stages {
        let is = |word: &str, any: &[&str]| any.iter().any(|it| word.eq_ignore_ascii_case(it));
        if is(word, &["dead"]) && is(after, &["issue", "water", "end", "heat", "last"]) {
            Stages::default()
        } else if is(before, &["that", "where", "who", "which", "when"]) {
            Stages { tells: 0, ..self }
        } else {
            self
        }
    }

    /// What it tells that is known to none of the others.
    pub(crate) fn new_beside(self, others: impl Iterator<Item = Stages>) -> Option<&'static str> {
        let new = others.fold(self.tells, |new, other| new & !other.knows);
        NEWS.get(new.trailing_zeros() as usize).copied()
    }
}
