//! Words that say the opposite of each other. Hand-made, of words in general use.

use std::sync::LazyLock;

use crate::item::Language;
use crate::prepare::text;

/// What stands on one side says the opposite of all that stands on the other.
const OPPOSITES: &[(&str, &[(&str, &str)])] = &[
    (
        "en",
        &[
            (
                "rise rises rose risen rising climb gain jump soar surge increase grow grows grew \
                 higher advance rally rebound raise hike lift",
                "fall falls fell fallen falling drop slide slip sink sank plunge tumble decline \
                 lower decrease shrink shrank retreat slump dip dive cut reduce ease",
            ),
            ("raise hike cut lower", "unchanged"),
            ("strengthen stronger strong", "weaken weaker weak"),
            (
                "approve pass adopt accept uphold endorse agree ratify",
                "reject oppose veto overturn refuse block annul quash repeal",
            ),
            ("win wins won", "lose loses lost loss"),
            ("open reopen", "close shut"),
            ("start begin begins began resume", "end ends ended stop suspend cancel"),
            ("guilty convict", "innocent acquit"),
            ("release free freed", "detain arrest jail imprison seize"),
            ("alive survive", "dead die dies died"),
            ("confirm admit", "deny denies denied refute"),
            ("impose tighten", "lift ease scrap"),
            ("join enter", "leave leaves left quit exit"),
            ("hire appoint", "fire fires fired sack dismiss"),
            ("beat exceed", "miss misses missed"),
            ("upgrade", "downgrade"),
            ("buy buys bought", "sell sells sold"),
        ],
    ),
    (
        "de",
        &[
            ("steigt steigen stieg höher", "fällt fallen fiel sinkt sinken sank tiefer niedriger"),
            ("erhöht erhöhen", "senkt senken"),
            ("billigt billigen stimmt nimmt", "lehnt ablehnen"),
            ("gewinnt gewann gewinnen", "verliert verlor verlieren"),
        ],
    ),
    (
        "fr",
        &[
            ("hausse monte augmente grimpe", "baisse recule diminue chute"),
            ("adopte approuve accepte", "rejette refuse"),
            ("gagne remporte", "perd"),
        ],
    ),
    (
        "es",
        &[
            ("sube suben aumenta aumentan", "baja bajan cae caen"),
            ("aprueba aprueban acepta", "rechaza rechazan"),
            ("gana ganan vence", "pierde pierden"),
        ],
    ),
    (
        "pt",
        &[
            ("sobe sobem aumenta aumentam", "cai caem desce descem"),
            ("aprova aprovam aceita", "rejeita rejeitam recusa"),
            ("vence ganha", "perde perdem"),
        ],
    ),
    (
        "it",
        &[
            ("sale salgono aumenta", "scende scendono cala"),
            ("approva accetta", "respinge rifiuta boccia"),
            ("vince", "perde"),
        ],
    ),
    (
        "ru",
        &[
            ("вырос выросла растет", "упал упала падает снизился снизилась"),
            ("принял приняла одобрил одобрила", "отклонил отклонила отверг отвергла"),
            ("выиграл выиграла победил победила", "проиграл проиграла"),
        ],
    ),
];

/// The words of a language that have an opposite.
pub(super) struct Opposites(Vec<(u32, Side)>);

/// One side of a pair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Side(u16);

impl Side {
    /// The other side of its pair.
    pub(super) fn opposite(self) -> Side {
        Side(self.0 ^ 1)
    }
}

impl Opposites {
    /// The sides on which a word stands; none for most.
    pub(super) fn sides(&self, id: u32) -> impl Iterator<Item = Side> {
        let first = self.0.partition_point(|(known, _)| *known < id);
        self.0[first..].iter().take_while(move |(known, _)| *known == id).map(|(_, side)| *side)
    }
}

/// The opposites of a language; none for one without a list.
pub(super) fn of(language: Language) -> &'static Opposites {
    static NONE: Opposites = Opposites(Vec::new());
    static READ: LazyLock<Vec<(Language, Opposites)>> = LazyLock::new(|| {
        let read = |(code, pairs): &(&str, &[(&str, &str)])| {
            let language = Language::parse(code)?;
            let sides = pairs.iter().flat_map(|(one, another)| [one, another]);
            let ids = |(side, words): (u16, &&str)| {
                let words = words.split_whitespace().flat_map(|it| text(it, Some(language)).words);
                words.map(|word| (word.id, Side(side))).collect::<Vec<_>>()
            };
            let mut all: Vec<_> = (0..).zip(sides).flat_map(ids).collect();
            all.sort_unstable();
            Some((language, Opposites(all)))
        };
        OPPOSITES.iter().filter_map(read).collect()
    });
    let known = READ.iter().find(|(known, _)| *known == language);
    known.map_or(&NONE, |(_, opposites)| opposites)
}
