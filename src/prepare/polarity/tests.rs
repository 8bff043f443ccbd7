use super::token::MOST_WORDS;
use super::*;

#[track_caller]
fn stance(headline: &str, expected: Stance) {
    assert_eq!(read(headline).0.stance, expected, "{headline}");
}

#[test]
fn stances_of_plain_headlines() {
    stance("Mayor closes old bridge", Stance::Tells);
    stance("Mayor did not close old bridge", Stance::Negates);
    stance("Mayor won't close old bridge", Stance::WillNot);
    stance("Mayor will not close old bridge", Stance::WillNot);
    stance("Mayor denies closing old bridge", Stance::Denies);
    stance("White House denies mayor will close old bridge", Stance::Denies);
    stance("Upper House denies mayor will close old bridge", Stance::Silent);
    stance("Bridge closure is a hoax", Stance::Untrue);
    stance("Mayor closes old bridge?", Stance::Silent);
    stance("Mayor casts doubt on claim that bridge was closed", Stance::Untrue);
    stance("Closure of old bridge exposed as hoax", Stance::Untrue);
}

#[test]
fn what_only_limits_or_contrasts_is_silent() {
    for headline in [
        "Mayor does not yet close bridge",
        "Bridge not only closed but sold",
        "Mayor closes bridge, not tunnel",
        "Mayor can't close bridge",
        "Mayor has not ruled out closing bridge",
        "Mayor denies he did not close bridge",
        "Mayor casts doubt as aide pledges to close bridge",
        "Bridge party started as satire but is serious",
        "Mayor did not hear of bridge until dinner",
        "Mayor lacked a permit to close bridge",
    ] {
        stance(headline, Stance::Silent);
    }
}

#[test]
fn headlines_leave_out_the_verb_before_not() {
    stance("Shipyard not closing harbour plant", Stance::Negates);
    stance("Shipyard not planning to close plant", Stance::WillNot);
    stance("Shipyard is not going to close plant", Stance::WillNot);
    stance("Shipyard fined for not closing plant", Stance::Silent);
    stance("Mayor closes bridge, not counting tunnel", Stance::Silent);
}

#[test]
fn what_is_not_under_way_is_so_in_short_forms_too() {
    for headline in ["Shipyard isn't closing harbour plant", "Shipyard not closing harbour plant"] {
        assert!(read(headline).0.under_way, "{headline}");
    }
    stance("Shipyard isn't planning to close plant", Stance::WillNot);
    stance("Shipyard does not plan to close plant", Stance::WillNot);
    stance("Shipyard isn't closing plant anytime soon", Stance::Silent);
}

#[test]
fn who_has_no_plans_to_will_not() {
    stance("Shipyard has no plans to close plant", Stance::WillNot);
    stance("Shipyard says it has no intention of closing plant", Stance::WillNot);
    stance("Shipyard has no plans", Stance::Silent);
    stance("Shipyard has no berth to let", Stance::Silent);
}

#[test]
fn who_is_not_to_will_not_but_who_is_told_not_to_may() {
    stance("Olsen not to visit Sandvik", Stance::WillNot);
    stance("Olsen warns Brandt not to visit Sandvik", Stance::Silent);
    stance("Olsen Warns Brandt Not To Visit Sandvik", Stance::Silent);
}

#[test]
fn what_would_or_should_not_be_is_silent() {
    for headline in [
        "Olsen would never fly to Tarn",
        "Olsen and Brandt made a pact to never fly together",
        "Bank not expected to cut rate",
        "Bank does not see rising rates in Tarn",
    ] {
        stance(headline, Stance::Silent);
    }
    stance("Olsen never flew to Tarn", Stance::Negates);
}

#[test]
fn what_is_not_so_of_some_is_silent() {
    stance("Latest crates from Tarn are not crates of union", Stance::Silent);
    stance("Some schools will not reopen", Stance::Silent);
    stance("Some schools shut: harbour does not close", Stance::Negates);
}

#[test]
fn a_report_is_called_untrue_in_quotes_too() {
    stance("Squid report at fountain was a 'cruel hoax', mayor says", Stance::Untrue);
    stance("Reported squid in fountain a \"cruel hoax\"", Stance::Untrue);
    stance("Mayor says reports of squid are 'entirely false'", Stance::Untrue);
    stance("Mayor says fountain is a 'hoax'", Stance::Silent);
    stance("Mayor says reports are 'a hoax that nobody believes'", Stance::Silent);
    stance("Mayor calls report of squid a 'hoax'", Stance::Silent);
}

#[test]
fn what_was_thought_to_be_untrue_may_be_true() {
    stance("Olsen thought squid in fountain was a hoax", Stance::Silent);
    stance("Brandt wanted squid to be a hoax", Stance::Silent);
    stance("Fears of squid are unjustified and exaggerated, mayor says", Stance::Silent);
}

#[test]
fn may_is_a_month_or_a_name_where_it_has_a_capital() {
    let hedged = |headline: &str| read(headline).0.hedged;
    assert!(!hedged("Envoy to visit Sandvik in May"));
    assert!(!hedged("Envoy To Visit Sandvik In May"));
    assert!(!hedged("Brenda May resigned over harbour deal"));
    assert!(hedged("Envoy may visit Sandvik"));
    assert!(hedged("May envoy visit Sandvik"));
    assert!(hedged("Envoy May Visit Sandvik"));
}

#[test]
fn what_is_called_untrue_is_the_statement_that_says_so() {
    let about = |headline: &str| {
        let (_, marks) = read(headline);
        let words: Vec<&str> = headline.split_whitespace().collect();
        assert_eq!(words.len(), marks.len());
        let marked =
            words.iter().zip(marks).filter(|(_, mark)| mark & u16::from(Word::DENIED) != 0);
        marked.map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(about("Mayor visits ward: illness reports untrue"), "illness reports untrue");
    assert_eq!(about("Squid in fountain is a hoax"), "Squid in fountain is a hoax");
    assert_eq!(about("Hoax: squid in fountain"), "Hoax: squid in fountain");
    let claims = "says claims of illness are false";
    assert_eq!(about(&format!("Mayor visits ward, {claims}")), claims);
}

#[test]
fn plural_possessives_open_no_quotation() {
    stance("Hostages' families did not meet mayor", Stance::Negates);
    stance("Mayor: 'I did not close bridge'", Stance::Silent);
}

#[test]
fn words_are_marked_in_the_order_in_which_text_reads_them() {
    let (_, marks) = read("Mayor did not close the old bridge, says aide");
    let denied: Vec<usize> =
        (0..marks.len()).filter(|at| marks[*at] & u16::from(Word::DENIED) != 0).collect();
    assert_eq!(denied, [3, 4, 5, 6]);
    assert_eq!(marks.iter().position(|mark| mark & u16::from(Word::KEY) != 0), Some(3));
}

#[test]
fn long_and_odd_headlines_are_read_to_the_end() {
    assert_eq!(read("").0.stance, Stance::Tells);
    assert_eq!(read(&"not ".repeat(500)).1.len(), MOST_WORDS);
    for odd in ["' not", "\"", "not", "no", "denies", "hoax", "–", "is not — true"] {
        let _ = read(odd);
    }
}
