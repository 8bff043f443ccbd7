use super::*;

#[test]
fn a_new_stage_is_something_new() {
    let shot = "Chess champion Ilvana Torne shot at club in Sandvik";
    let dead = "Chess champion Ilvana Torne shot dead at club in Sandvik";
    case(shot, dead, "a death");
    case(dead, "Ilvana Torne, chess champion, killed in shooting at Sandvik club", "nothing new");
    let hunt = "Police hunt driver who fled harbour crash in Sandvik";
    case(hunt, "Driver who fled harbour crash in Sandvik arrested by police", "an arrest");
    let held = "Harbour master of Sandvik arrested over missing funds";
    case(held, "Harbour master of Sandvik charged over missing funds", "a charge");
    case(held, "Harbour master of Sandvik in custody over missing funds", "nothing new");
    let open = "Chess champion Ilvana Torne may have died at club in Sandvik";
    case(shot, open, "nothing new");
    for told in ["is dead", "has died"] {
        let firm = format!("Chess champion Ilvana Torne {told} after shooting at Sandvik club");
        case(open, &firm, "a death");
    }
    let heat = "Chess champion Ilvana Torne shot in dead heat at club in Sandvik";
    case(shot, heat, "nothing new");
    case(shot, "Chess champion Ilvana Torne shot at Sandvik club by guard who died", "nothing new");
    let frozen = "Chess champion Ilvana Torne frozen to death in Sandvik";
    case(frozen, "Chess champion Ilvana Torne found dead frozen in Sandvik", "nothing new");
    case(hunt, "Police seek arrest of driver who fled harbour crash in Sandvik", "nothing new");
    case(
        "Chess champion Ilvana Torne lost at club in Sandvik",
        "Chess champion Ilvana Torne dead at club in Sandvik",
        "a death",
    );
    let denied = "Torne did not die in Sandvik club shooting";
    case("Torne shot in Sandvik club shooting", denied, "the opposite");
}

#[test]
fn the_copy_of_a_new_stage_is_nothing_new() {
    let mut fold = fold();
    let mut verdict = |seq: u64, publisher: &str, headline: &str| {
        decide(&mut fold, seq, item(publisher, seq as i64, headline)).decision.verdict
    };
    let dead = "Chess champion Ilvana Torne shot dead at club in Sandvik";
    verdict(0, "Fjord Wire", "Chess champion Ilvana Torne shot at club in Sandvik");
    assert_eq!(verdict(1, "Coast Post", dead), Verdict::Development);
    assert_eq!(verdict(2, "Harbour Times", dead), Verdict::Repeat);
    let others = "Ilvana Torne, chess champion, dies after shooting at Sandvik club";
    assert_eq!(verdict(3, "Norse Daily", others), Verdict::Repeat);
}

#[test]
fn a_court_shows_no_charge_and_a_judge_no_lawsuit_to_be_known() {
    case(
        "Grand jury hears prosecutors on Sandvik harbour master Ilvana Torne",
        "Sandvik harbour master Ilvana Torne charged by grand jury",
        "a charge",
    );
    case(
        "Judge hears Sandvik council on sale of harbour to Torne Shipping",
        "Sandvik council sues over sale of harbour to Torne Shipping",
        "a lawsuit",
    );
}

#[test]
fn more_stages_are_something_new() {
    for (a, b, stage) in [
        (
            "Harbour master Ilvana Torne on trial over funds of Sandvik",
            "Harbour master Ilvana Torne convicted over funds of Sandvik",
            "a plea or a verdict",
        ),
        (
            "Harbour master Ilvana Torne in court over funds of Sandvik",
            "Harbour master Ilvana Torne pleads not guilty over funds of Sandvik",
            "a plea or a verdict",
        ),
        (
            "Norland restarts old harbour crane of Sandvik",
            "Norland suspends old harbour crane of Sandvik",
            "a halt",
        ),
        (
            "Governor gets Sandvik harbour bill from council",
            "Governor signs Sandvik harbour bill from council",
            "a signature",
        ),
        (
            "Chess champion Ilvana Torne held at airport of Sandvik",
            "Chess champion Ilvana Torne released at airport of Sandvik",
            "a release",
        ),
        (
            "Quake of magnitude 6.7 off Sandvik, flood warning issued",
            "Quake of magnitude 6.7 off Sandvik, flood warning lifted",
            "an all-clear",
        ),
        (
            "Mayor of Sandvik under fire for harbour remarks",
            "Mayor of Sandvik apologizes for harbour remarks",
            "an apology",
        ),
        (
            "Sandvik stocks higher as harbour shares gain",
            "Sandvik stocks close higher as harbour shares gain",
            "a market's close",
        ),
    ] {
        case(a, b, stage);
    }
}

#[test]
fn a_word_of_a_stage_needs_what_it_is_about() {
    let held = "Chess champion Ilvana Torne held at airport of Sandvik";
    case(
        held,
        "Video released of chess champion Ilvana Torne at airport of Sandvik",
        "nothing new",
    );
    let plays = "Chess champion Ilvana Torne plays at airport of Sandvik";
    case(plays, "Book released: chess champion Ilvana Torne at airport of Sandvik", "nothing new");
    let deal = "Mayor of Sandvik nears sale of harbour";
    case(deal, "Mayor of Sandvik close to sale of harbour", "nothing new");
    case(deal, "Mayor of Sandvik signs on to sale of harbour", "nothing new");
}

#[test]
fn only_a_hedge_before_it_leaves_a_stage_open() {
    let shot = "Chess champion Ilvana Torne shot at club in Sandvik";
    for dead in [
        "Chess champion Ilvana Torne dies of shot at club in Sandvik police want to close",
        "Hopes fade as chess champion Ilvana Torne dies of shot at club in Sandvik",
        "Club in Sandvik may close because chess champion Ilvana Torne dies of shot",
        "Chess champion Ilvana Torne shot dead at club in Sandvik, guard not hurt",
    ] {
        case(shot, dead, "a death");
    }
    for open in ["may have died", "may be all but dead", "is held until guard dies"] {
        let open = format!("Chess champion Ilvana Torne, shot at club in Sandvik, {open}");
        case(shot, &open, "nothing new");
    }
}

#[test]
fn what_is_asked_for_has_not_come() {
    case(
        "Police seek arrest of driver who fled harbour crash in Sandvik",
        "Driver who fled harbour crash in Sandvik arrested by police",
        "an arrest",
    );
    case(
        "Prosecutors expected to seek indictment of Sandvik harbour master Torne",
        "Sandvik harbour master Torne indicted",
        "a charge",
    );
    case(
        "Council calls for resignation of Sandvik harbour master Torne",
        "Sandvik harbour master Torne resigns, council says",
        "a resignation",
    );
    let known = "Police ask for help in arrest of driver, charged over Sandvik harbour crash";
    case(known, "Driver charged over Sandvik harbour crash, police say", "nothing new");
}
