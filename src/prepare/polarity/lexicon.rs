//! Words by what they do to the truth of a headline. Hand-made, of words in general use; none of
//! them names an event.

use std::sync::LazyLock;

/// Classes of words, added.
pub(super) mod class {
    macro_rules! classes {
        ($($name:ident)*) => { classes!(@ 1_u64; $($name)*); };
        (@ $bit:expr; $name:ident $($rest:ident)*) => {
            pub(in crate::prepare::polarity) const $name: u64 = $bit;
            classes!(@ $bit << 1; $($rest)*);
        };
        (@ $bit:expr;) => {};
    }
    classes! {
        NOT NEVER NOT_FACT WILL_NOT NO DENY DISMISS DENIED UNTRUE SAID_UNTRUE REPORT LIGHT VAGUE
        FUNCTION ASIDE COURT REFUSED LIMIT DEGREE STILL TRUE REALLY PROOF OF ALL CAST VERB
        PARTICIPLE OWN GUARD HEDGE ACCUSE ROUND_UP BELOW COMING IS ARTICLE CLOSE ALARM ARTICLE_OF
        CALL ENDING RULE SO_FAR PLANNING DATING REPORTED SOME
    }
}

use class::*;

const LEXICON: &[(u64, &str)] = &[
    (NOT, "not"),
    (NEVER, "never"),
    (
        NOT_FACT,
        "didn't doesn't isn't wasn't aren't weren't hasn't haven't hadn't didnt doesnt isnt wasnt \
         hasnt",
    ),
    (WILL_NOT, "won't wont"),
    // What has not been yet may be since.
    (SO_FAR, "has have hasn't haven't hasnt havent"),
    (NO, "no"),
    (DENY, "denies deny refutes refute refuted rebuts rebut rebutted disavows debunks debunk"),
    (
        DISMISS,
        "rejects reject rejected dismisses dismiss dismissed disputes dispute disputed quashes \
         quash quashed rubbishes scotches",
    ),
    (DENIED, "denied"),
    (UNTRUE, "hoax hoaxer untrue bullshit baseless fabrication"),
    (
        SAID_UNTRUE,
        "fake fakes faked false satire fiction lie bogus fabricated rubbish prank debunked \
         nonsense misleading hoaxes unfounded exaggerated",
    ),
    (
        REPORT,
        "report reports claim claims rumor rumors rumour rumours allegation allegations story \
         stories speculation accusation accusations article",
    ),
    (REPORTED, "report reports reported rumor rumors rumour rumours"),
    // What stands between a negation and the word that carries it.
    (
        LIGHT,
        "accidentally actually really probably technically officially currently sexually secretly \
         also ever been be being among planning going intending plan plans intend intention \
         intentions",
    ),
    (PLANNING, "planning going intending plan plans intend intention intentions"),
    // Of whose others nothing is said.
    (SOME, "latest other others some most many another several few"),
    (DATING, "in by until till since early late mid next last"),
    (VAGUE, "plan plans taking making having being giving doing involvement any all"),
    // The function words that fold leaves out.
    (
        FUNCTION,
        "a about after again against all also amid an and are as at be been before but by can \
         could did do does down for from had has have he her his how i if in into is it its \
         just may might more most my new now of off on or our out over per said say says she \
         should so some than that the their them then there these they this to too under up via \
         vs was we were what when where which while who whom why will with would you your me \
         him not no s t pct percent been being any its",
    ),
    (ASIDE, "in as on at during amid"),
    (
        COURT,
        "court judge judges justice justices panel board supreme commission council regulators \
         house senate committee magistrate",
    ),
    (
        REFUSED,
        "bail parole entry access visa visas appeal request requests motion bid permission asylum \
         coverage clemency immunity boarding service care right rights chance injunction \
         application petition new release stay equal demand demands aid funding",
    ),
    (
        LIMIT,
        "only just guilty yet even so alone enough immune sure rule ruling ruled necessarily all \
         everyone every too always know surprised to about that much many such more less because \
         if in at on for of its his her their our my including counting expected expect likely see \
         seen think believe",
    ),
    (
        DEGREE,
        "yet anymore permanently fully only entirely completely alone long necessarily \
         immediately first just until soon anytime",
    ),
    (STILL, "why if or and but still"),
    (TRUE, "true real happen accurate"),
    (REALLY, "actually really"),
    (PROOF, "evidence truth proof"),
    (OF, "of that for to"),
    (ALL, "all it"),
    (CAST, "cast casts"),
    (VERB, "did does do is was are were has have had will been be being he's she's it's that's"),
    (PARTICIPLE, "found among dead true real"),
    (OWN, "that any having he she they it involvement wrongdoing ever"),
    // Who uses one of these agrees with a denial, or tells of an end.
    (
        GUARD,
        "refuses refuse refused refusing declines decline declined without nobody none nothing \
         nor lied lies liar fails failed fail unlikely stop stops halt halts halting ban bans bars \
         bar quash departs drop drops cancels cancelled canceled exits quits leaves against \
         blocked blocks block suspends suspended ends end cannot can't cant couldn't don't dont \
         wouldn't shouldn't oppose opposes shelved limits limit pulls pulled free instead cancel \
         abandons abandoned scraps scrapped hold delays delayed pauses paused rejecting denying \
         refuting dismissing disputing shrugs lack lacks lacked lacking absent",
    ),
    (RULE, "rule rules ruled ruling"),
    // Behind "to" these are what is agreed, planned or demanded, and say nothing of the report.
    (ENDING, "stop halt end ban bar block suspend cancel abandon drop leave quit pause delay hold"),
    (
        HEDGE,
        "may might could should would must if whether can urges urge wants want hopes hope demands \
         demand asks ask seeks seek calls threatens threaten threats considering considers ponders \
         fears fear possible possibly maybe ought weighs wavers mulls floats endorses proposes \
         proposed prepares question questions questioned pending warns",
    ),
    (
        ACCUSE,
        "accused accuses accuse charged charges allegation allegations suspected lawsuit sues sued \
         trial plead pleads arrested indicted",
    ),
    (ROUND_UP, "live rundown briefing roundup recap updates"),
    // Words that lead to another clause.
    (
        BELOW,
        "after although amid as because before despite if since so though unless until when while \
         who which whose where why what how whether lest once and but or wish wishes",
    ),
    (COMING, "to will"),
    (IS, "is are was were be been being totally completely probably likely"),
    (ARTICLE, "a an likely probably totally completely complete total all just exposed self as"),
    (CLOSE, "says say by to on in for"),
    (ALARM, "bomb call calls threat threats swatting email emails"),
    (ARTICLE_OF, "news report story article claims site"),
    (
        CALL,
        "calls called calling dismisses dismissed dismiss blasts labels labelled labeled slams \
         brands pushes thought thinks believed believes feared assumed hoped wanted wished",
    ),
];

type Lexicon = foldhash::HashMap<&'static str, u64>;

static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut words = Lexicon::default();
    for (class, list) in LEXICON {
        for word in list.split_whitespace() {
            *words.entry(word).or_default() |= class;
        }
    }
    words
});

/// No word of the lexicon is longer.
const LONGEST: usize = 16;

/// The classes of a word in any case; none for most.
pub(super) fn class_of(word: &str) -> u64 {
    let mut lower = [0_u8; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else { return 0 };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok().and_then(|word| WORDS.get(word)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_case_and_none_is_too_long() {
        assert_eq!(class_of("HOAX"), class_of("hoax"));
        assert!(class_of("Denies") & DENY != 0);
        assert_eq!(class_of("ferry"), 0);
        assert_eq!(class_of("été"), 0);
        assert!(WORDS.keys().all(|word| word.len() <= LONGEST));
    }
}
