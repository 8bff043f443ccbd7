//! Words that say the opposite of each other. Hand-made, of words in general use.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, Words};
use crate::item::Language;

/// See [`is_rates`].
const RATES: (&str, &str) = ("raise hike cut lower", "unchanged hold steady");

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
            RATES,
            ("above", "below"),
            ("strengthen stronger strong", "weaken weaker weak downgrade"),
            (
                "approve pass adopt accept endorse agree ratify",
                "reject oppose veto overturn refuse block annul quash repeal",
            ),
            ("uphold", "overturn annul block quash repeal"),
            ("win wins won", "lose loses lost loss"),
            ("sign signs signed", "veto"),
            ("pass", "fail fails failed"),
            ("accept", "decline"),
            ("open reopen", "close shut"),
            ("start begin begins began resume", "end ends ended stop suspend cancel"),
            ("resume lift", "halt suspend pause ban"),
            ("guilty convict", "innocent acquit"),
            ("release free freed", "detain arrest jail imprison seize"),
            ("free freed", "kill kills killed"),
            ("stable", "critical"),
            ("alive survive safe", "dead die dies died"),
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
            ("erhöht erhöhen hebt", "senkt senken senkte"),
            ("erhöht erhöhen hebt senkt senken", "unverändert"),
            ("billigt billigen stimmt nimmt", "lehnt ablehnen"),
            ("gewinnt gewann gewinnen", "verliert verlor verlieren"),
            ("bestätigt bestätigen", "dementiert dementieren bestreitet bestreiten"),
            ("verurteilt schuldig", "freigesprochen unschuldig"),
            ("freigelassen", "festgenommen verhaftet"),
        ],
    ),
    (
        "fr",
        &[
            ("hausse monte augmente grimpe", "baisse recule diminue chute"),
            ("adopte approuve accepte", "rejette refuse"),
            ("gagne remporte", "perd"),
            ("confirme", "dément nie"),
            ("condamné condamnée coupable", "relaxé relaxée acquitté acquittée"),
            ("libéré libérée libérés", "arrêté arrêtée arrêtés interpellé"),
        ],
    ),
    (
        "es",
        &[
            ("sube suben aumenta aumentan", "baja bajan cae caen"),
            ("aprueba aprueban acepta", "rechaza rechazan"),
            ("gana ganan vence", "pierde pierden"),
            ("sube eleva", "recorta reduce"),
            ("mantiene", "sube eleva recorta baja"),
            ("confirma", "niega desmiente"),
            ("culpable condenado condenada", "absuelto absuelta inocente"),
            ("liberado liberada liberan", "detenido detenida detienen"),
        ],
    ),
    (
        "pt",
        &[
            ("sobe sobem aumenta aumentam", "cai caem desce descem"),
            ("aprova aprovam aceita", "rejeita rejeitam recusa"),
            ("vence ganha", "perde perdem"),
            ("eleva", "corta reduz"),
            ("mantém", "eleva sobe corta reduz"),
            ("confirma", "nega desmente"),
            ("culpado condenado condenada", "absolvido absolvida inocente"),
            ("solto solta libertado", "preso presa detido"),
        ],
    ),
    (
        "it",
        &[
            ("sale salgono aumenta", "scende scendono cala"),
            ("approva accetta", "respinge rifiuta boccia"),
            ("vince", "perde"),
            ("alza", "taglia"),
            ("conferma", "smentisce nega"),
            ("condannato condannata colpevole", "assolto assolta innocente"),
            ("liberato liberata scarcerato", "arrestato arrestata"),
        ],
    ),
    (
        "ru",
        &[
            ("вырос выросла растет", "упал упала падает снизился снизилась"),
            ("принял приняла одобрил одобрила", "отклонил отклонила отверг отвергла"),
            ("выиграл выиграла победил победила", "проиграл проиграла"),
            ("повысил повысила", "снизил снизила понизил понизила"),
            ("подтвердил подтвердила", "опроверг опровергла"),
            (
                "освободил освободили освобожден отпустили",
                "арестовал арестовали арестован задержан",
            ),
            ("осужден осуждена", "оправдан оправдана"),
        ],
    ),
    (
        "ar",
        &[
            ("يوافق توافق وافق", "يرفض ترفض رفض"),
            ("يؤكد تؤكد", "ينفي تنفي"),
            ("يرفع ترفع", "يخفض تخفض"),
        ],
    ),
    ("sl", &[("potrdil potrdila", "zavrnil zavrnila"), ("zvišala zvišal", "znižala znižal")]),
    ("nl", &[("keurt", "verwerpt"), ("stijgt stijgen", "daalt dalen"), ("bevestigt", "ontkent")]),
    ("zh", &[("上调 提高", "下调 降低"), ("批准 通过", "否决 拒绝"), ("证实 确认", "否认")]),
    ("ja", &[("可決 承認", "否決"), ("利上", "利下"), ("上昇", "下落")]),
];

/// The words of a language that have an opposite, each with the sides on which it stands.
pub(super) fn of(language: Language) -> &'static Words {
    static READ: LazyLock<Lexicon> = LazyLock::new(|| {
        let sides =
            |pairs: &&'static [(_, _)]| pairs.iter().flat_map(|(one, other)| [*one, *other]);
        Lexicon::new(OPPOSITES.iter().map(|(code, pairs)| (*code, sides(pairs))))
    });
    READ.of(Some(language))
}

/// Whether a side is of the English pair of those that raise and those that hold, which headlines
/// expect and ask for more often than they tell it.
pub(super) fn is_rates(language: Language, side: u16) -> bool {
    let pairs = OPPOSITES.iter().find(|(code, _)| *code == language.as_str());
    let pair = pairs.and_then(|(_, pairs)| pairs.get(usize::from(side / 2)));
    pair == Some(&RATES)
}

/// The other side of a pair.
pub(super) fn opposite(side: u16) -> u16 {
    side ^ 1
}
