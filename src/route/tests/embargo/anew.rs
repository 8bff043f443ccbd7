//! A story that begins anew with what comes out after all that was shown of it was withdrawn.

use super::*;

/// A report by somebody else, after which so many publishers tell the story.
fn told(publishers: u32) -> Folded {
    let mut report = elsewhere("Budget cut", Verdict::Repeat);
    report.decision.state.publishers = publishers;
    report
}

/// A kill after which nobody tells the story.
fn killed(mut kill: Folded) -> Folded {
    kill.decision.state.publishers = 0;
    kill
}

#[test]
fn a_channel_whose_rule_holds_only_later_gets_it_then() {
    const TWO: &str = r#"
[[channel]]
name = "two"
[[channel]]
name = "any"
[[rule]]
query = "budget AND publishers:>=2"
channels = ["two"]
[[rule]]
query = "budget"
channels = ["any"]
"#;
    let mut desk = Desk::with(TWO);
    assert_eq!(desk.takes(0, told(2)), ["1@two,any"]);
    desk.takes(1, version("Budget cut", Some(60)));
    assert_eq!(desk.takes(2, killed(kill_of_all_but_what_is_held(true))), ["3@two,any"]);
    desk.restarts();
    assert_eq!(desk.wakes(60), ["timer 2@any"]);
    desk.restarts();
    assert_eq!(desk.takes(61, told(2)), ["4@two"], "it is news there");
    let mut fixed = told(2);
    fixed.decision.verdict = Verdict::Correction;
    assert_eq!(desk.takes(62, fixed), ["5@two,any"]);
}

#[test]
fn who_was_shown_what_was_withdrawn_hears_of_corrections_though_it_is_not_news_there() {
    const TWO: &str = r#"
[[channel]]
name = "two"
[[rule]]
query = "budget AND publishers:>=2"
channels = ["two"]
"#;
    let mut desk = Desk::with(TWO);
    assert_eq!(desk.takes(0, told(2)), ["1@two"]);
    desk.takes(1, version("Budget cut", Some(60)));
    desk.takes(2, killed(kill_of_all_but_what_is_held(true)));
    desk.restarts();
    assert_eq!(desk.wakes(60), ["timer 2@unrouted"], "no rule holds, and nobody has it");
    let mut fixed = told(1);
    fixed.decision.verdict = Verdict::Correction;
    assert_eq!(desk.takes(61, fixed), ["4@two,unrouted"]);
}

#[test]
fn policies_take_it_for_no_update() {
    const FEW: &str = r#"
[[channel]]
name = "few"
repeats = "all"
max_updates = "1/h"
overflow = "drop"
[[rule]]
query = "budget"
channels = ["few"]
"#;
    let mut desk = Desk::with(FEW);
    assert_eq!(desk.takes(0, told(1)), ["1@few"]);
    desk.takes(1, version("Budget cut", Some(30)));
    assert_eq!(desk.takes(2, told(1)), ["3@few"]);
    assert_eq!(desk.takes(3, told(1)), ["4@"], "one an hour");
    assert_eq!(desk.takes(4, killed(kill_of_all_but_what_is_held(true))), ["5@few"]);
    desk.restarts();
    assert_eq!(desk.wakes(60), ["timer 2@few"]);
}
