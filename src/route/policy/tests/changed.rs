//! What is held back when the daemon stops and starts again with another configuration.

use super::*;

const HELD: &str = "min_publishers = 2\ndeadline = \"4h\"";

/// A route with another configuration, which has read back that story 1 is held on channel `a`.
fn started_with(text: &str) -> Route {
    let story = [(Seq(0), item(0, 1, "Alpha"))];
    let mut log = Vec::new();
    let mut before = route(HELD);
    tell(&mut before, &story, &mut log);
    assert_eq!(log.iter().map(line).collect::<Vec<_>>(), ["0 0 held: publishers until 240"]);
    let mut route = compiled(text);
    for entry in &log {
        let Entry::Item { decision, .. } = entry else { panic!("{entry:?}") };
        route.apply(&story[0].1.folded.prepared, decision);
    }
    route.restored(true);
    route
}

fn compiled(text: &str) -> Route {
    let (config, problems) =
        Config::parse(File::new("wirefold.toml", text), std::path::Path::new("."));
    let config = config.unwrap_or_else(|| panic!("{problems}"));
    Route::compile(&config, &mut Diagnostics::default()).unwrap()
}

/// Channels of each delivery in the first ten minutes after the start.
fn delivered(route: &mut Route) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    route.wake(at(5), &mut out);
    pass(route, 15, &mut out);
    let timers = out.into_iter().filter_map(|entry| match entry {
        Entry::Timer(timer) => Some(timer.channels),
        Entry::Config(_) => None,
        other => panic!("{other:?}"),
    });
    timers.collect()
}

fn desk(channel: &str, policy: &str) -> String {
    format!(
        "[[channel]]\nname = \"{channel}\"\n{policy}\n\
         [[rule]]\nquery = \"ferry\"\nchannels = [\"{channel}\"]\n"
    )
}

#[test]
fn what_no_policy_holds_back_any_more_goes_at_the_start() {
    for policy in ["", "rate = \"100/h\"", "min_publishers = 2\ndeadline = \"3m\""] {
        let mut route = started_with(&desk("a", policy));
        assert_eq!(delivered(&mut route), [["a"]], "{policy}");
        assert_eq!(route.held(), 0);
    }
    let mut route = started_with(&desk("a", "min_publishers = 2\ndeadline = \"5h\""));
    assert_eq!(delivered(&mut route), [[""; 0]], "two are still wanted, for longer now");
    assert_eq!(route.held(), 1);
}

#[test]
fn what_was_held_on_a_channel_that_is_no_more_goes_where_its_rules_send_it_now() {
    let mut route = started_with(&desk("b", ""));
    assert_eq!(delivered(&mut route), [["b"]]);
    // Where that holds it back, it waits there.
    let mut route = started_with(&desk("b", HELD));
    assert_eq!(delivered(&mut route), [[""; 0]]);
    assert_eq!(route.held(), 1);
    // Nobody asks for it any more.
    let mut route = started_with(&desk("b", "").replace("ferry", "squid"));
    assert_eq!(delivered(&mut route), [["unrouted"]]);
}

#[test]
fn what_a_reload_leaves_without_a_channel_goes_where_its_rules_send_it_now() {
    let mut route = route(HELD);
    let mut out = Vec::new();
    tell(&mut route, &[(Seq(0), item(0, 1, "Alpha"))], &mut out);
    let text = desk("b", "");
    let (config, _) = Config::parse(File::new("wirefold.toml", text), std::path::Path::new("."));
    assert!(route.reload(&config.unwrap(), &mut Diagnostics::default()));
    assert_eq!(delivered(&mut route), [["b"]]);
}

/// The channel has its name back before anybody was shown the story.
#[test]
fn what_a_channel_held_back_survives_a_name_that_it_had_for_a_while() {
    let story = [(Seq(0), item(0, 1, "Alpha"))];
    let mut log = Vec::new();
    tell(&mut route(HELD), &story, &mut log);
    for (text, expected) in [(desk("b", HELD), [""; 0].as_slice()), (desk("a", ""), &["a"])] {
        let mut route = compiled(&text);
        for entry in &log {
            match entry {
                Entry::Item { decision, .. } => route.apply(&story[0].1.folded.prepared, decision),
                Entry::Timer(timer) => route.apply_timer(timer),
                other => panic!("{other:?}"),
            }
        }
        route.restored(true);
        let before = log.len();
        route.wake(at(5), &mut log);
        let Some(Entry::Timer(timer)) = log.get(before) else { panic!("{log:?}") };
        assert_eq!(timer.channels, expected);
    }
}

/// What a policy holds for another time than the one before is held until then after a restart, too.
#[test]
fn a_wait_that_a_reload_makes_shorter_is_as_short_after_a_restart() {
    let story = [(Seq(0), item(0, 1, "Alpha"))];
    let mut log = Vec::new();
    let mut before = route(HELD);
    tell(&mut before, &story, &mut log);
    let shorter = "min_publishers = 2\ndeadline = \"30m\"";
    assert!(before.reload(&config(shorter), &mut Diagnostics::default()));
    pass(&mut before, 5, &mut log);
    assert_eq!(line(&log[1]), "0 timer: 0 held: publishers until 30");
    let mut route = restarted(shorter, &log, &story);
    let mut out = Vec::new();
    pass(&mut route, 40, &mut out);
    assert_eq!(out.iter().map(line).collect::<Vec<_>>(), ["30 timer: 0 delivered"]);
}

/// The night after its item has left what a start reads, a story still waits for the morning.
#[test]
fn what_waits_for_another_morning_is_found_by_the_record_that_says_so() {
    let story = [(Seq(0), item(60, 1, "Alpha"))];
    let quiet = "quiet = \"00:00-06:30\"";
    let mut log = Vec::new();
    let mut before = route(quiet);
    tell(&mut before, &story, &mut log);
    let night = 4 * 24 * 60 + 120;
    before.wake(at(night), &mut log);
    let morning = 4 * 24 * 60 + 390;
    assert_eq!(line(&log[1]), format!("{night} timer: 0 held: quiet until {morning}"));
    let mut route = restarted(quiet, &log[1..], &story);
    let mut out = Vec::new();
    pass(&mut route, morning, &mut out);
    assert_eq!(out.iter().map(line).collect::<Vec<_>>(), [format!("{morning} timer: 0 delivered")]);
}

#[test]
fn a_reload_that_changes_no_wait_writes_nothing_down() {
    for policy in [HELD, "quiet = \"00:00-06:30\"", "prefer_rank_within = \"4h\""] {
        let mut log = Vec::new();
        let mut route = route(policy);
        tell(&mut route, &[(Seq(0), item(0, 1, "Beta"))], &mut log);
        assert_eq!(route.held(), 1, "{policy}");
        assert!(route.reload(&config(policy), &mut Diagnostics::default()));
        pass(&mut route, 60, &mut log);
        assert_eq!((log.len(), route.held()), (1, 1), "{policy}");
    }
}
