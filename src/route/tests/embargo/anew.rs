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

/// What comes between the kill and the end of the embargo.
fn meanwhile(verdict: Verdict) -> Folded {
    let mut folded = killed(kill_of_all_but_what_is_held(true));
    folded.decision.verdict = verdict;
    folded
}

#[test]
fn what_comes_of_it_while_it_is_over_makes_what_comes_out_known_to_nobody() {
    let mut seen = meanwhile(Verdict::Repeat);
    seen.prepared.item.seen = true;
    for (between, told_of) in [(meanwhile(Verdict::Correction), "4@budget,all"), (seen, "4@")] {
        let mut desk = Desk::open();
        assert_eq!(desk.takes(0, told(1)), ["1@budget,all"]);
        desk.takes(1, version("Budget cut", Some(60)));
        desk.takes(2, meanwhile(Verdict::Kill));
        assert_eq!(desk.takes(3, between.clone()), [told_of]);
        desk.restarts();
        assert_eq!(desk.takes(4, between), [told_of.replace('4', "5")]);
        assert_eq!(desk.wakes(60), ["timer 2@budget,all"]);
        desk.restarts();
        assert_eq!(desk.takes(61, told(1)), ["6@all"]);
    }
}

#[test]
fn a_log_that_says_only_where_it_was_carried_makes_what_comes_out_known_to_nobody() {
    let old = |row| Carried { before: Vec::new(), ..row };
    for late in [false, true] {
        let mut desk = Desk::open();
        desk.takes(0, told(1));
        desk.takes(1, version("Budget cut", Some(60)));
        desk.takes(2, meanwhile(Verdict::Kill));
        if !late {
            desk.restarts_with(old);
        }
        assert_eq!(desk.wakes(60), ["timer 2@budget,all"]);
        // Its row is still of the time before the kill.
        desk.restarts_with(|row| Carried { at: minute(0), ..old(row) });
        assert_eq!(desk.takes(61, told(1)), ["4@all"], "once");
    }
}

#[test]
fn what_was_withdrawn_before_it_came_goes_nowhere_when_its_embargo_ends() {
    for (own, others) in [(50, 60), (60, 50)] {
        let mut desk = Desk::open();
        desk.takes(0, told(1));
        desk.takes(1, version("Budget cut", Some(others)));
        let over = |verdict| {
            let mut folded = meanwhile(verdict);
            folded.decision.ahead.as_mut().expect("one is held").to_come[0].until = minute(others);
            folded
        };
        desk.takes(2, over(Verdict::Kill));
        let mut late = over(Verdict::Repeat);
        late.prepared.item.embargoed = Some(minute(own));
        assert_eq!(desk.takes(3, late), ["4@"]);
        for at in [50, 60] {
            desk.restarts();
            let expected = if at == own { "timer 4@" } else { "timer 2@budget,all" };
            assert_eq!(desk.wakes(at), [expected]);
        }
        let live = desk.route.stories.get(StoryId(1)).expect("it is in the window");
        assert_eq!(live.latest().map(|(item, _)| item), Some(Seq(2)));
        desk.restarts();
        assert_eq!(desk.takes(61, told(1)), ["5@all"]);
    }
}
