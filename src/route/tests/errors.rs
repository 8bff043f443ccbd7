//! What is said about rules that are wrong.

use super::*;

/// The report on a configuration with this query.
fn report(query: &str) -> String {
    let text =
        format!("[[channel]]\nname = \"c\"\n\n[[rule]]\nquery = '{query}'\nchannels = [\"c\"]\n");
    let mut problems = Diagnostics::default();
    let compiled = Route::compile(&config(&text), &mut problems);
    assert_eq!(compiled.is_none(), problems.has_errors());
    problems.render(false)
}

#[track_caller]
fn case(query: &str, expected: &[&str]) {
    let report = report(query);
    for expected in expected {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

#[test]
fn mistakes_are_marked_inside_the_query() {
    case("gaza AND (hamas", &["wirefold.toml:5:19", "this `(` is never closed"]);
    case("gaza headlin:x", &["wirefold.toml:5:15", "did you mean `headline`?"]);
    case("gaza @g7", &["wirefold.toml:5:15", "there is no list `g7`", "under [list]"]);
    case("marker:updat", &["no marker `updat`", "did you mean `update`?"]);
    case("language:klingon", &["`klingon` is not a language code"]);
    case("urgency:high", &["not an urgency"]);
    case("publishers:many", &["not a value of `publishers`"]);
    case("source:>3", &["`source` is text and has no order"]);
    case("headline:>3", &["`headline` is text and has no order"]);
    case("a NEAR/3 (b AND c)", &["NEAR joins words"]);
    case("\"--\" x", &["no word to look for"]);
    case("gaza~3", &["at most 2 letters"]);
    case("al-qaeda~1", &["more than one word"]);
    case("=israel*", &["wirefold.toml:5:10", "`=` does not go with `*`"]);
    case("a NEAR/3 -b", &["wirefold.toml:5:19", "`NOT (a NEAR/5 b)`"]);
    assert_eq!(report("=\"who won?\" OR =AT&T"), "");
}

#[test]
fn a_clause_that_time_alone_could_make_true_is_refused() {
    for query in ["age:>10m", "NOT age:<10m", "age:[1m TO 2m]", "gaza OR NOT (age:<10m)"] {
        case(query, &["time passing alone", "turn it round"]);
    }
    assert_eq!(report("age:<10m"), "");
    assert_eq!(report("NOT age:>=10m"), "");
}

#[test]
fn the_problems_of_all_rules_are_reported_at_once() {
    let text = "[[channel]]\nname = \"c\"\n[[rule]]\nquery = \"a AND\"\nchannels = [\"c\"]\n\
                [[rule]]\nquery = \"headlin:x sorce:y\"\nchannels = [\"c\"]\n";
    let mut problems = Diagnostics::default();
    assert!(Route::compile(&config(text), &mut problems).is_none());
    let report = problems.render(false);
    for expected in ["toml:4:15", "toml:7:10", "toml:7:20", "3 errors"] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

/// The report on a configuration with these rules, as query and further keys.
fn report_all(rules: &[(&str, &str)]) -> String {
    let mut text = "[[channel]]\nname = \"c\"\n[[source.stdin]]\nname = \"drop\"\n".to_owned();
    for (query, keys) in rules {
        text += &format!("[[rule]]\nquery = '{query}'\nchannels = [\"c\"]\n{keys}\n");
    }
    let mut problems = Diagnostics::default();
    assert!(Route::compile(&config(&text), &mut problems).is_some(), "{problems}");
    problems.render(false)
}

#[test]
fn rules_that_can_never_match_are_noticed() {
    for query in [
        "gaza NOT gaza",
        "(gaza OR hamas) NOT (gaza OR hamas OR idf)",
        "\"gaza strip\" NOT gaza",
        "headline:gaza NOT gaza",
        "publishers:>=3 publishers:<2 gaza",
        "publishers:<0",
        "disputed:true NOT disputed:true",
        "language:en language:de",
        "urgency:<2 urgency:>3",
        "urgency:0",
        "NOT *",
        "NOT (gaza OR *)",
        "gaza first:true items:>=2",
        "first:true NOT items:<3",
        "NOT first:false publishers:[2 TO 4]",
    ] {
        let report = report_all(&[(query, "")]);
        assert!(report.contains("can never match"), "{query}:\n{report}");
    }
    for query in [
        "gaza NOT headline:gaza",
        "gaza NOT \"gaza strip\"",
        "publishers:>=2 publishers:<3",
        "first:true items:1",
        "first:false items:>=2",
    ] {
        assert_eq!(report_all(&[(query, "")]), "", "{query}");
    }
}

#[test]
fn rules_behind_an_exit_that_takes_all_are_noticed() {
    let exit = "name = \"first\"\nexit = true";
    for (wide, narrow) in [
        ("*", "gaza"),
        ("gaza", "gaza publishers:>=2"),
        ("gaza OR hamas", "\"gaza strip\""),
        ("gaza", "headline:gaza NOT film"),
        ("gaza publishers:>=2", "publishers:>=3 (gaza AND strike)"),
    ] {
        let report = report_all(&[(wide, exit), (narrow, "")]);
        assert!(report.contains("rule `first` leaves nothing"), "{wide} / {narrow}:\n{report}");
    }
    for (wide, narrow) in
        [("headline:gaza", "gaza"), ("gaza publishers:>=3", "gaza publishers:>=2")]
    {
        assert_eq!(report_all(&[(wide, exit), (narrow, "")]), "", "{wide} / {narrow}");
    }
    assert_eq!(report_all(&[("gaza", ""), ("gaza film", "")]), "", "no exit");
}

#[test]
fn rules_that_match_nearly_everything_are_noticed() {
    for query in ["NOT sport", "gaza OR NOT film", "the OR to OR of OR in"] {
        let report = report_all(&[(query, "")]);
        assert!(report.contains("nearly everything"), "{query}:\n{report}");
    }
    assert_eq!(report_all(&[("*", "")]), "");
}

#[test]
fn operators_in_lower_case_and_unknown_sources_are_noticed() {
    let report = report_all(&[("gaza or hamas", ""), ("source:drpo", ""), ("source:drop", "")]);
    for expected in
        ["`or` is looked for", "in capitals: `OR`", "no source is named `drpo`", "`drop`?"]
    {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
    assert!(report.ends_with("2 warnings"), "{report}");
}

#[test]
fn signs_of_other_query_languages_are_noticed() {
    let report = report_all(&[("gaza^2", ""), ("{gaza TO hamas}", ""), ("a NEAR/2 b|c", "")]);
    for expected in ["`^` is no operator", "no boosts", "`{` is no", "`}` is no", "`|` is no"] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
    assert!(report.ends_with("4 warnings"), "{report}");
    assert_eq!(report_all(&[("\"gaza^2\" OR R&D OR subject:a|b", "")]), "");
    case("gaza | hamas", &["5:15", "write `OR` or `||`", "1 error"]);
    let single = report_all(&[("‘peace talks’", ""), ("’tis OR workers’ OR O’Brien’s", "")]);
    assert!(single.contains("`‘` quotes nothing") && single.ends_with("1 warning"), "{single}");
}

#[test]
fn a_code_that_no_language_has_is_noticed() {
    let report = report_all(&[("language:xx gaza", "")]);
    assert!(report.contains("no language has the code `xx`"), "{report}");
    let report = report_all(&[("language:xx", "")]);
    assert!(!report.contains("nearly everything"), "{report}");
}

#[test]
fn whoever_may_push_is_a_source() {
    let text = "[[channel]]\nname = \"c\"\n[serve]\n[[serve.token]]\nname = \"desk\"\n\
                env = \"T\"\nscopes = [\"push\"]\n[[rule]]\n\
                query = \"source:desk OR source:push OR source:dsek\"\nchannels = [\"c\"]\n";
    let mut problems = Diagnostics::default();
    assert!(Route::compile(&config(text), &mut problems).is_some(), "{problems}");
    let report = problems.render(false);
    assert!(report.contains("no source is named `dsek`"), "{report}");
    assert!(report.contains("`desk`?") && report.ends_with("1 warning"), "{report}");
}

#[test]
fn a_source_that_only_tests_name_is_known_and_any_other_is_not() {
    let text = "[[channel]]\nname = \"c\"\n[[rule]]\nquery = \"source:wire OR source:pier\"\n\
                channels = [\"c\"]\n\
                [[test]]\nname = \"t\"\nitems = [{ headline = \"x\", source = \"wire\" }]\n";
    let mut problems = Diagnostics::default();
    assert!(Route::compile(&config(text), &mut problems).is_some(), "{problems}");
    let report = problems.render(false);
    assert!(report.contains("named `pier`") && report.ends_with("1 warning"), "{report}");
}

#[test]
fn a_bad_entry_of_a_list_is_reported_where_it_stands_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("firms.txt");
    std::fs::write(&file, "\u{feff}# firms\n\nAcme\n  --\n").unwrap();
    let text = "[list]\nsym = [\"...\", \"a\"]\nfirms = { file = \"firms.txt\" }\n\
                [[channel]]\nname = \"c\"\n\
                [[rule]]\nquery = \"@sym OR x\"\nchannels = [\"c\"]\n\
                [[rule]]\nquery = \"@firms OR @sym\"\nchannels = [\"c\"]\n";
    let (config, mut problems) = Config::parse(File::new("wirefold.toml", text), folder.path());
    assert!(Route::compile(&config.unwrap(), &mut problems).is_none());
    let report = problems.render(false);
    for expected in ["wirefold.toml:2:8", "firms.txt:4:3", "looked for by `@firms`", "2 errors"] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

#[test]
fn rules_that_are_asked_of_every_item_are_listed() {
    let text = "[[rule]]\nname = \"a\"\nquery = \"urgency:1\"\nchannels = []\n\
                [[rule]]\nname = \"b\"\nquery = \"gaza urgency:1\"\nchannels = []\n\
                [[rule]]\nname = \"c\"\nquery = \"*gate OR gaza\"\nchannels = []\n\
                [[rule]]\nname = \"d\"\nquery = \"*\"\nchannels = []\n";
    assert_eq!(compiled(text).always_asked(), ["a", "c"]);
}

#[test]
fn alternatives_that_a_not_excludes_again_are_noticed() {
    let report = report_all(&[("(trade OR gatt) NOT (film OR trading)", "")]);
    assert!(report.contains("`trade` is excluded again by `NOT trade`"), "{report}");
    let report = report_all(&[("(\"oil price\" OR opec) NOT oil", "")]);
    assert!(report.contains("`\"oil price\"` is excluded again by `NOT oil`"), "{report}");
    assert_eq!(report_all(&[("(trade OR gatt) NOT (film OR trading~0)", "")]), "");
}

#[test]
fn the_example_of_ten_topics_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/reuters-topics.toml");
    let (config, mut problems) =
        Config::load(&path).unwrap_or_else(|problems| panic!("{problems}"));
    let mut route = Route::compile(&config, &mut problems).unwrap_or_else(|| panic!("{problems}"));
    assert_eq!(problems.render(false), "");
    assert!(route.always_asked().is_empty());
    for (text, channels) in [
        ("ACME MILLS INC 2ND QTR NET", &["earnings"][..]),
        ("ACME TO BUY ROAD RUNNER UNIT", &["acquisitions"]),
        ("U.S. WHEAT BONUS FOR ELBONIA", &["grain", "wheat"]),
        ("ELBONIA LOWERS DISCOUNT RATE", &["interest"]),
        ("DOCKERS STRIKE SHUTS ELBONIAN PORT", &["shipping"]),
        ("ELBONIAN PAINTER DIES", &[]),
    ] {
        assert_eq!(route.matches(&headline(text)), channels, "{text}");
    }
}
