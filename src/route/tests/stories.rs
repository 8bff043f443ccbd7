//! What channels get of a story over time.

use super::*;

const RULES: &str = r#"
[[channel]]
name = "first"
[[channel]]
name = "devs"
repeats = "developments"
[[channel]]
name = "all"
repeats = "all"
[[channel]]
name = "big"
[[rule]]
name = "gaza"
query = "gaza NOT film"
channels = ["first", "devs", "all"]
[[rule]]
name = "gaza, widely told"
query = "gaza publishers:>=3"
channels = ["big"]
"#;

/// What the log remembers of where a story was carried.
fn carried_by(story: StoryId, channels: &[&str], at: i64) -> Carried {
    let channels = channels.iter().map(ToString::to_string).collect();
    Carried { story, at: minute(at), channels, before: Vec::new() }
}

/// The n-th item of a story, a minute after the one before.
fn nth(n: u32, verdict: Verdict, text: &str) -> Folded {
    let mut folded = folded(headline(text));
    folded.prepared.seq = Seq(u64::from(n));
    folded.prepared.received = minute(i64::from(n));
    folded.decision.verdict = verdict;
    folded.decision.state.items = n;
    folded.decision.state.publishers = n;
    folded
}

#[track_caller]
fn case(route: &mut Route, folded: &Folded, matched: &[&str], channels: &[&str]) -> Decision {
    let decision = route.decide(folded);
    assert_eq!(decision.matched, matched, "matched, {:?}", folded.item().headline);
    assert_eq!(decision.channels, channels, "channels, {:?}", folded.item().headline);
    decision
}

#[test]
fn a_channel_carries_a_story_once_and_then_what_its_policy_says() {
    use Verdict::{Development, New, Repeat, Revision};
    let mut route = compiled(RULES);
    let three = ["first", "devs", "all"];
    let four = ["first", "devs", "all", "big"];
    case(&mut route, &nth(1, New, "Strike on Gaza"), &three, &three);
    case(&mut route, &nth(2, Repeat, "Strike on strip"), &three, &["all"]);
    case(&mut route, &nth(3, Repeat, "Strike on strip"), &four, &["all", "big"]);
    case(&mut route, &nth(4, Development, "Two dead"), &four, &["devs", "all"]);
    case(&mut route, &nth(5, Revision, "Three dead"), &four, &["devs", "all"]);
    let mut dispute = nth(6, Development, "No strike, says army");
    dispute.decision.disputes = true;
    case(&mut route, &dispute, &four, &four);
    case(&mut route, &nth(7, Verdict::Correction, "Two dead after all"), &four, &four);
    case(&mut route, &nth(8, Verdict::Kill, "Kill this"), &four, &four);
}

#[test]
fn a_text_part_is_satisfied_by_one_item_not_by_several_together() {
    let mut route = compiled(RULES);
    let film = nth(1, Verdict::New, "Gaza film wins");
    case(&mut route, &film, &["unrouted"], &["unrouted"]);
    case(&mut route, &nth(2, Verdict::Repeat, "It wins"), &["unrouted"], &[]);
    let three = ["first", "devs", "all"];
    let late = nth(2, Verdict::Repeat, "Gaza again");
    case(&mut route, &late, &three, &three);
}

#[test]
fn what_a_story_satisfied_is_known_after_its_first_item_has_left_the_window() {
    let mut route = compiled(RULES);
    let three = ["first", "devs", "all"];
    case(&mut route, &nth(1, Verdict::New, "Strike on Gaza"), &three, &three);
    let second = nth(2, Verdict::Repeat, "Strike on strip");
    let decision = case(&mut route, &second, &three, &["all"]);
    let mut started = compiled(RULES);
    started.apply(&second.prepared, &decision);
    started.restore_carried(&carried_by(decision.fold.story, &three, 2));
    let third = nth(3, Verdict::Development, "Two dead");
    let four = ["first", "devs", "all", "big"];
    for route in [&mut route, &mut started] {
        case(route, &third, &four, &["devs", "all", "big"]);
    }
}

#[test]
fn stories_that_turn_out_to_be_one_go_on_as_one() {
    let mut route = compiled(RULES);
    let three = ["first", "devs", "all"];
    case(&mut route, &nth(1, Verdict::New, "Snow falls"), &["unrouted"], &["unrouted"]);
    let mut other = nth(2, Verdict::New, "Strike on Gaza");
    other.decision.story = StoryId(2);
    case(&mut route, &other, &three, &three);
    let mut tying = nth(3, Verdict::Development, "Snow on the strip");
    tying.decision.merged = vec![StoryId(2)];
    let four = ["first", "devs", "all", "big"];
    // The channels of the other are the story's now, and the rules see the words of both.
    let mut started = compiled(RULES);
    let decision = case(&mut route, &tying, &four, &["devs", "all", "big"]);
    for (item, story) in [(nth(1, Verdict::New, "Snow falls"), 1), (other, 2), (tying, 1)] {
        let mut recorded = decision.clone();
        recorded.fold = FoldDecision { story: StoryId(story), ..item.decision };
        recorded.held.clear();
        if story == 2 {
            recorded.held.clone_from(&decision.held);
        }
        recorded.channels = if story == 2 { three.map(str::to_owned).into() } else { Vec::new() };
        started.apply(&item.prepared, &recorded);
    }
    let fourth = nth(4, Verdict::Correction, "No snow");
    case(&mut route, &fourth, &four, &["first", "devs", "all", "big", "unrouted"]);
    case(&mut started, &fourth, &four, &["first", "devs", "all", "big"]);
}

#[test]
fn unrouted_gets_what_no_rule_matches_once_and_its_corrections() {
    let mut route = compiled(RULES);
    case(&mut route, &nth(1, Verdict::New, "Snow falls"), &["unrouted"], &["unrouted"]);
    case(&mut route, &nth(2, Verdict::Development, "More snow"), &["unrouted"], &[]);
    case(&mut route, &nth(3, Verdict::Correction, "No snow"), &["unrouted"], &["unrouted"]);
}

#[test]
fn exit_ends_the_rules() {
    let mut route = compiled(
        "[[channel]]\nname = \"a\"\n[[channel]]\nname = \"b\"\n\
         [[rule]]\nname = \"1\"\nquery = \"snow\"\nchannels = [\"a\"]\nexit = true\n\
         [[rule]]\nname = \"2\"\nquery = \"*\"\nchannels = [\"b\"]\n",
    );
    let decision = case(&mut route, &nth(1, Verdict::New, "Snow falls"), &["a"], &["a"]);
    assert_eq!(decision.rules, ["1"]);
    let mut other = nth(1, Verdict::New, "Rain falls");
    other.decision.story = StoryId(2);
    case(&mut route, &other, &["b"], &["b"]);
}

#[test]
fn state_clauses_are_asked_of_the_story_after_the_item() {
    let rule = |query: &str| {
        format!("[[channel]]\nname = \"c\"\n[[rule]]\nquery = \"{query}\"\nchannels = [\"c\"]\n")
    };
    let matches = |query: &str, change: &dyn Fn(&mut Folded)| {
        let mut folded = nth(5, Verdict::Repeat, "Strike on Gaza");
        change(&mut folded);
        compiled(&rule(query)).decide(&folded).matched == ["c"]
    };
    let disputed = |folded: &mut Folded| folded.decision.state.disputed = true;
    let killed = |folded: &mut Folded| folded.decision.state.killed = true;
    let opening = |folded: &mut Folded| folded.decision.state.items = 1;
    let plain = |_: &mut Folded| {};
    assert!(matches("items:>=5", &plain) && !matches("items:>5", &plain));
    assert!(matches("publishers:[3 TO 5]", &plain) && !matches("NOT publishers:5", &plain));
    assert!(matches("disputed:true", &disputed) && !matches("disputed:true", &plain));
    assert!(matches("disputed:false", &plain) && matches("NOT disputed:true", &plain));
    assert!(matches("killed:true", &killed) && !matches("killed:true", &plain));
    assert!(matches("first:true", &opening) && !matches("first:true", &plain));
    assert!(matches("age:<10m", &plain) && !matches("age:<5m", &plain));
    assert!(matches("age:<=5m gaza", &plain));
    assert!(matches("snow OR items:5", &plain) && !matches("snow items:5", &plain));
    assert!(matches("NOT (gaza publishers:>=9)", &plain), "five are fewer than nine");
    assert!(!matches("NOT (gaza publishers:>=3)", &plain));
}

#[test]
fn a_restart_takes_over_what_was_decided() {
    let mut before = compiled(RULES);
    let mut after = compiled(RULES);
    for (n, text) in [(1, "Strike on Gaza"), (2, "Strike on strip")] {
        let folded = nth(n, Verdict::Repeat, text);
        let decision = before.decide(&folded);
        after.apply(&folded.prepared, &decision);
    }
    let third = nth(3, Verdict::Repeat, "Strike on strip");
    assert_eq!(before.decide(&third), after.decide(&third));
    assert_eq!(after.decide(&third).matched, ["first", "devs", "all", "big"]);
}

#[test]
fn a_correction_finds_the_channels_of_a_story_that_left_the_log() {
    let mut route = compiled(RULES);
    route.restore_carried(&carried_by(StoryId(1), &["big"], 0));
    let correction = nth(9, Verdict::Correction, "Earlier report was wrong");
    case(&mut route, &correction, &["unrouted"], &["big"]);
}

#[test]
fn reloaded_rules_see_later_items_only_and_unchanged_ones_keep_their_stories() {
    let mut route = compiled(RULES);
    let three = ["first", "devs", "all"];
    case(&mut route, &nth(1, Verdict::New, "Strike on Gaza"), &three, &three);
    let changed = config(&RULES.replace("gaza publishers:>=3", "strike publishers:>=2"));
    assert!(route.reload(&changed, &mut Diagnostics::default()));
    case(&mut route, &nth(2, Verdict::Repeat, "Two dead"), &three, &["all"]);
    let four = ["first", "devs", "all", "big"];
    case(&mut route, &nth(3, Verdict::Repeat, "Strike kills two"), &four, &["all", "big"]);
}

#[test]
fn a_bad_reload_leaves_the_rules_as_they_are() {
    let mut route = compiled(RULES);
    let mut problems = Diagnostics::default();
    let bad = config(&RULES.replace("gaza NOT film", "gaza NOT"));
    assert!(!route.reload(&bad, &mut problems));
    assert!(problems.has_errors());
    let three = ["first", "devs", "all"];
    case(&mut route, &nth(1, Verdict::New, "Strike on Gaza"), &three, &three);
}

#[test]
fn rejected_records_pass_through() {
    use crate::item::{Reject, RejectKind};
    let mut out = Vec::new();
    let rejected = Rejected {
        seq: Seq(4),
        received: minute(0),
        source: "s".to_owned(),
        reject: Reject::new(RejectKind::NoText, "It has no text.", 0, b""),
    };
    compiled(RULES).push(Err(rejected.clone().into()), minute(0), &mut out);
    assert!(matches!(&out[..], [Entry::Rejected(passed)] if *passed == rejected));
}

#[test]
fn what_a_source_held_before_it_was_added_floods_nobody() {
    use Verdict::{Correction, Development, New, Repeat};
    let three = ["first", "devs", "all"];
    let seen = |mut folded: Folded| {
        folded.prepared.item.seen = true;
        folded
    };
    let mut route = compiled(RULES);
    let first = seen(nth(1, New, "Strike on Gaza"));
    let decision = case(&mut route, &first, &three, &[]);
    let mut after = compiled(RULES);
    after.apply(&first.prepared, &decision);
    for route in [&mut route, &mut after] {
        case(route, &seen(nth(2, Development, "Two dead")), &three, &[]);
        case(route, &nth(2, Repeat, "Strike on Gaza"), &three, &["all"]);
        case(route, &nth(2, Development, "Two dead"), &three, &["devs", "all"]);
        case(route, &seen(nth(2, Correction, "One dead")), &three, &three);
    }
}

#[test]
fn a_kill_or_correction_reaches_readers_whose_channel_was_renamed_or_removed() {
    let matching = ["first", "devs", "all"];
    for verdict in [Verdict::Kill, Verdict::Correction] {
        for (carried, headline, channels) in [
            (&["old"][..], "Strike on Gaza", &matching[..]),
            (&["old"], "Mayor retires", &["unrouted"]),
            (&["old", "all"], "Mayor retires", &["all"]),
            (&["old", "all"], "Strike on Gaza", &matching),
            (&["unrouted"], "Mayor retires", &["unrouted"]),
        ] {
            let mut route = compiled(RULES);
            route.restore_carried(&carried_by(StoryId(1), carried, 0));
            let mut update = nth(2, verdict, headline);
            update.decision.evidence.of = Some(Seq(0));
            let found = route.decide(&update).channels;
            assert_eq!(found, channels, "{verdict} of {headline}, on {carried:?}");
        }
    }
}

#[test]
fn what_was_withdrawn_is_shown_to_nobody_who_was_not_shown_it() {
    let mut route = compiled(RULES);
    route.restore_carried(&carried_by(StoryId(1), &["first", "devs"], 0));
    let late = |verdict| {
        let mut late = nth(2, verdict, "Strike on Gaza");
        late.decision.state.killed = true;
        late
    };
    assert_eq!(route.decide(&late(Verdict::Repeat)).channels, [""; 0]);
    assert_eq!(route.decide(&late(Verdict::Revision)).channels, ["devs"]);
}
