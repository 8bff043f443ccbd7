use super::*;

#[track_caller]
fn case(headline: &str, expected: &str, markers: &[Marker]) {
    let mut found = Vec::new();
    assert_eq!(strip(headline, &mut found), expected, "{headline:?}");
    assert_eq!(found, markers, "{headline:?}");
}

#[test]
fn words_that_a_hyphen_joins_are_no_markers() {
    for headline in [
        "KILL-SWITCH BILL FOR AI PASSES SENATE",
        "REPEAT-OFFENDER LAW PASSES",
        "FLASH-FLOOD WARNING FOR COAST",
        "Live-fire drills off coast",
        "Breaking-point for hospitals",
        "Correction-officers strike",
    ] {
        case(headline, headline, &[]);
    }
    case("KILL-Mine reopens", "Mine reopens", &[Marker::Kill]);
    case("KILL - MINE REOPENS", "MINE REOPENS", &[Marker::Kill]);
    case("CORRECTED-MINE REOPENS", "MINE REOPENS", &[Marker::Corrected]);
}

#[test]
fn wire_markers_come_off_with_their_numbers() {
    case("UPDATE 2-Mine reopens", "Mine reopens", &[Marker::Update(2)]);
    case("WRAPUP 1-Mines reopen", "Mines reopen", &[Marker::Wrapup(1)]);
    case("RPT-UPDATE 3-Mine reopens", "Mine reopens", &[Marker::Repeat, Marker::Update(3)]);
    case("CORRECTED-Mine reopens", "Mine reopens", &[Marker::Corrected]);
    case("REFILE-Mine reopens", "Mine reopens", &[Marker::Refile]);
    case("BRIEF-Mine reopens", "Mine reopens", &[Marker::Brief]);
    case("BREAKING: Mine reopens", "Mine reopens", &[Marker::Breaking]);
    case("(URGENT) Mine reopens", "Mine reopens", &[Marker::Breaking]);
    case("KILL: Mine reopens", "Mine reopens", &[Marker::Kill]);
    case("ADVISORY: Mine reopens", "Mine reopens", &[Marker::Advisory]);
}

#[test]
fn leads_are_found_at_either_end() {
    case("Mine-Reopens, 1st Ld-Writethru", "Mine-Reopens", &[Marker::Lead(1)]);
    case("(2nd LD) Mine reopens", "Mine reopens", &[Marker::Lead(2)]);
    case("1st Ld-Writethru Mine reopens", "Mine reopens", &[Marker::Lead(1)]);
    case("Mine fire - live updates", "Mine fire", &[Marker::Live]);
}

#[test]
fn ordinary_words_are_not_markers() {
    for headline in [
        "Kill Baby Kill: a horror film returns",
        "Kill: the film everyone talks about",
        "Live music returns to the harbour",
        "Update your phone now, minister says",
        "1st leg ends level in Porto",
        "Breaking bread with the neighbours",
        "KILL",
    ] {
        case(headline, headline, &[]);
    }
}

#[test]
fn markers_of_other_languages_are_understood() {
    for (headline, marker) in [
        ("KORREKTUR: Grube öffnet wieder", Marker::Corrected),
        ("(Korrektur) Grube öffnet wieder", Marker::Corrected),
        ("Berichtigung: Grube öffnet wieder", Marker::Corrected),
        ("ZURÜCKGEZOGEN: Grube öffnet wieder", Marker::Withdrawn),
        ("EIL: Grube öffnet wieder", Marker::Breaking),
        ("+++ EIL +++ Grube öffnet wieder", Marker::Breaking),
        ("RECTIFICATIF - Grube öffnet wieder", Marker::Corrected),
        ("ANNULATION - Grube öffnet wieder", Marker::Kill),
        ("CORRECCIÓN: Grube öffnet wieder", Marker::Corrected),
        ("Corrección: Grube öffnet wieder", Marker::Corrected),
        ("(Corrige) Grube öffnet wieder", Marker::Corrected),
        ("ИСПРАВЛЕНИЕ: Grube öffnet wieder", Marker::Corrected),
        ("Исправление: Grube öffnet wieder", Marker::Corrected),
        ("更正:Grube öffnet wieder", Marker::Corrected),
        ("تصحيح: Grube öffnet wieder", Marker::Corrected),
    ] {
        case(headline, "Grube öffnet wieder", &[marker]);
    }
}

#[test]
fn wires_write_corrections_and_kills_in_many_ways() {
    for (headline, marker) in [
        ("(OFFICIAL)-CORRECTED-Mine reopens", Marker::Corrected),
        ("CORRECTED-(OFFICIAL)-Mine reopens", Marker::Corrected),
        ("OFFICIAL CORRECTION-Mine reopens", Marker::Corrected),
        ("CORRECTS: Mine reopens", Marker::Corrected),
        ("CORRECTIVE: Mine reopens", Marker::Corrected),
        ("(ATTN: CORRECTS) Mine reopens", Marker::Corrected),
        ("(ATTN: CORRECTS toll in para 3) Mine reopens", Marker::Corrected),
        ("STORY REMOVED: Mine reopens", Marker::Withdrawn),
        ("STORY KILLED: Mine reopens", Marker::Kill),
        ("RETRACTION: Mine reopens", Marker::Withdrawn),
        ("Mine reopens (WITHDRAWN)", Marker::Withdrawn),
        ("Mine reopens - KILL", Marker::Kill),
        ("🔴 BREAKING: Mine reopens", Marker::Breaking),
        ("#BREAKING Mine reopens", Marker::Breaking),
        ("🚨BREAKING🚨 Mine reopens", Marker::Breaking),
        ("UPDATE-1 Mine reopens", Marker::Update(1)),
        ("CORRECTING and REPLACING Mine reopens", Marker::Corrected),
        ("CORRECTION FROM SOURCE: Mine reopens", Marker::Corrected),
        ("REPLACEMENT: Mine reopens", Marker::Corrected),
        ("(Eds: Correcting toll) Mine reopens", Marker::Corrected),
        ("RPT CON CORREZIONE - Mine reopens", Marker::Corrected),
        ("XINHUA corrects: Mine reopens", Marker::Corrected),
        ("/C O R R E C T I O N -- Mine reopens/", Marker::Corrected),
        ("/CORRECTION -- Mine reopens/", Marker::Corrected),
        ("【訂正】Mine reopens", Marker::Corrected),
        ("TASS retracts: Mine reopens", Marker::Withdrawn),
        ("Meldung zurückgezogen: Mine reopens", Marker::Withdrawn),
        ("ANULADA: Mine reopens", Marker::Kill),
        ("ATTENTION KILL - Mine reopens", Marker::Kill),
        ("EDS: KILL Mine reopens", Marker::Kill),
    ] {
        case(headline, "Mine reopens", &[marker]);
    }
    let both = &[Marker::Corrected, Marker::Update(1)];
    case("CORRECTED-(OFFICIAL)-UPDATE 1-Mine reopens", "Mine reopens", both);
    case("RPT COLUMN-Mine reopens", "Mine reopens", &[Marker::Repeat, Marker::Comment]);
}

#[test]
fn markers_behind_the_section_leave_it() {
    case("Chess-CORRECTED-Norland wins cup", "Chess-Norland wins cup", &[Marker::Corrected]);
    case("UPDATE 2-Chess-Norland wins cup", "Chess-Norland wins cup", &[Marker::Update(2)]);
    let both = &[Marker::Corrected, Marker::Update(1)];
    case("Motor racing-CORRECTED-UPDATE 1-Norland wins", "Motor racing-Norland wins", both);
    for headline in ["Anti-KILL-bill rally", "Ultra-LIVE music", "PRE-UPDATE 1-MINE REOPENS"] {
        case(headline, headline, &[]);
    }
}

#[test]
fn words_of_markers_within_the_news_are_none() {
    for headline in [
        "1st lead actor award goes to Ilvana",
        "1st Lead Actor Award Goes to Ilvana",
        "5th lead investigator quits harbour case",
        "2nd add-on for the harbour game",
        "Withdrawn: the inside story of a squid",
        "Retraction: how a squid study fell apart",
        "Kill bill: senate vote - kill",
        "#breaking bread with neighbours",
        "* Live music returns",
        "Annulation: le port reste fermé",
        "Storno der Reise: was nun",
        "Minister corrects: it was no deal",
        "Replacement: a heart tells its story",
        "Correcting the record on dams",
        "(Eds: Adding quotes) Mine reopens",
        "Anulada: una novela de puertos",
        "/Off/ the record",
        "【社説】Mine reopens",
    ] {
        case(headline, headline, &[]);
    }
    case("UPDATE-3 dead in mine", "3 dead in mine", &[Marker::Update(1)]);
    case("1st Lead - Mine reopens", "Mine reopens", &[Marker::Lead(1)]);
    case("1ST LEAD Mine reopens", "Mine reopens", &[Marker::Lead(1)]);
    case("Mine reopens, 2nd lead", "Mine reopens", &[Marker::Lead(2)]);
}

#[test]
fn of_endless_markers_a_few_are_taken_off() {
    for word in ["RPT ", "UPDATE ", "UPDATE: "] {
        let endless = format!("{}dam opens", word.repeat(50_000));
        let mut markers = Vec::new();
        assert!(strip(&endless, &mut markers).ends_with("dam opens"));
        assert!(markers.len() <= 1, "{markers:?}");
    }
}
