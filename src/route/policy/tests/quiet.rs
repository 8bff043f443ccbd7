//! Quiet hours.

use super::*;

const NIGHT: &str = "quiet = \"22:00-06:30\"\ntimezone = \"UTC\"\nquiet_except = 'urgency:1'";
const H: i64 = 60;

#[test]
fn what_came_at_night_is_one_digest_in_the_morning() {
    let story = [
        item(21 * H, 1, "Alpha"),
        item(22 * H, 2, "Alpha"),
        item(23 * H, 3, "Alpha"),
        item(26 * H, 2, "Beta").publishers(2),
        item(31 * H, 4, "Alpha"),
    ];
    let expected = [
        "1260 0 delivered",
        "1320 1 held: quiet until 1830",
        "1380 2 held: quiet until 1830",
        "1560 3 held: quiet until 1830",
        "1830 digest since 1320: 3x2 2x1, left out 0",
        "1860 4 delivered",
    ];
    case(NIGHT, &story, 48 * H, &expected);
}

#[test]
fn a_single_story_is_delivered_as_itself() {
    let story = [item(23 * H, 1, "Alpha")];
    let expected = ["1380 0 held: quiet until 1830", "1830 timer: 0 delivered"];
    case(NIGHT, &story, 48 * H, &expected);
}

#[test]
fn what_is_urgent_passes_and_brings_its_story_along() {
    let story = [
        item(23 * H, 1, "Alpha"),
        item(24 * H, 1, "Beta").publishers(2).urgency(1),
        item(25 * H, 2, "Alpha").urgency(2),
    ];
    let expected = [
        "1380 0 held: quiet until 1830",
        "1440 1 delivered",
        "1500 2 held: quiet until 1830",
        "1830 timer: 2 delivered",
    ];
    case(NIGHT, &story, 48 * H, &expected);
}

#[test]
fn updates_wait_for_the_morning_and_a_correction_takes_their_place() {
    let keys = format!("{NIGHT}\nrepeats = \"developments\"");
    let story = [
        item(20 * H, 1, "Alpha"),
        item(20 * H + 1, 2, "Alpha"),
        item(23 * H, 1, "Beta").publishers(2),
        item(23 * H + 1, 2, "Beta").publishers(2),
        item(24 * H, 1, "Alpha").is(Verdict::Correction),
    ];
    let expected = [
        "1200 0 delivered",
        "1201 1 delivered",
        "1380 2 held: quiet until 1830",
        "1381 3 held: quiet until 1830",
        "1440 4 delivered",
        "1830 timer: 3 delivered",
    ];
    case(&keys, &story, 48 * H, &expected);
}

#[test]
fn what_one_publisher_withdraws_at_night_leaves_what_another_told_for_the_morning() {
    let story = [
        item(23 * H, 1, "Alpha"),
        item(24 * H, 1, "Beta").publishers(2),
        item(25 * H, 1, "Beta").publishers(1).is(Verdict::Kill),
        item(26 * H, 2, "Alpha"),
        item(26 * H + 1, 2, "Beta").publishers(2),
        item(26 * H + 2, 2, "Alpha").publishers(1).is(Verdict::Kill),
        item(26 * H + 3, 2, "Beta").publishers(0).is(Verdict::Kill),
    ];
    let expected = [
        "1380 0 held: quiet until 1830",
        "1440 1 held: quiet until 1830",
        "1500 2",
        "1560 3 held: quiet until 1830",
        "1561 4 held: quiet until 1830",
        "1562 5",
        "1563 6 dropped: withdrawn",
        "1830 timer: 0 delivered",
    ];
    case(NIGHT, &story, 48 * H, &expected);
}

#[test]
fn a_kill_of_what_was_shown_goes_out_and_leaves_what_waits_of_others() {
    let keys = format!("{NIGHT}\nrepeats = \"developments\"");
    let story = [
        item(20 * H, 1, "Beta"),
        item(23 * H, 1, "Alpha").publishers(2),
        item(24 * H, 1, "Beta").publishers(1).is(Verdict::Kill),
    ];
    let expected = [
        "1200 0 delivered",
        "1380 1 held: quiet until 1830",
        "1440 2 delivered",
        "1830 timer: 1 delivered",
    ];
    case(&keys, &story, 48 * H, &expected);
}

#[test]
fn what_a_channel_was_shown_does_not_come_again_in_place_of_an_update_that_is_withdrawn() {
    let keys = format!("{NIGHT}\nrepeats = \"developments\"");
    let story = [
        item(20 * H, 1, "Beta"),
        item(23 * H, 1, "Alpha").publishers(2),
        item(24 * H, 1, "Alpha").publishers(1).is(Verdict::Kill),
        item(24 * H + 1, 2, "Alpha").urgency(1),
        item(24 * H + 2, 2, "Gamma").publishers(2),
        item(24 * H + 3, 2, "Beta").publishers(3),
        item(24 * H + 4, 2, "Beta").publishers(3).is(Verdict::Development),
        item(24 * H + 5, 2, "Beta").publishers(2).is(Verdict::Kill),
    ];
    let expected = [
        "1200 0 delivered",
        "1380 1 held: quiet until 1830",
        "1440 2 delivered",
        "1441 3 delivered",
        "1442 4 held: quiet until 1830",
        "1443 5 held: quiet until 1830",
        "1444 6 held: quiet until 1830",
        "1445 7 delivered",
        "1830 timer: 4 delivered",
    ];
    case(&keys, &story, 48 * H, &expected);
}

#[test]
fn a_kill_that_is_sent_again_takes_the_place_of_nothing_that_waits() {
    let keys = format!("{NIGHT}\nrepeats = \"all\"");
    let story = [
        item(20 * H, 1, "Alpha"),
        item(23 * H, 1, "Beta").publishers(2),
        item(24 * H, 1, "Alpha").publishers(2).again(),
    ];
    let expected =
        ["1200 0 delivered", "1380 1 held: quiet until 1830", "1440 2", "1830 timer: 1 delivered"];
    case(&keys, &story, 48 * H, &expected);
}

#[test]
fn quiet_hours_are_those_of_their_zone_and_follow_its_clocks() {
    // 2026-03-29, 01:00 UTC: clocks in Berlin go forward, the night is an hour shorter.
    let keys = "quiet = \"22:00-06:30\"\ntimezone = \"Europe/Berlin\"";
    let night = 26 * 24 * H + 22 * H;
    let morning = 27 * 24 * H + 4 * H + 30;
    let story = [item(night, 1, "Alpha")];
    let held = format!("{night} 0 held: quiet until {morning}");
    let expected = [held.as_str(), &format!("{morning} timer: 0 delivered")];
    case(keys, &story, 28 * 24 * H, &expected);
}

#[test]
fn a_digest_is_of_a_bounded_size() {
    let story: Vec<_> = (0..120).map(|n| item(22 * H + n, n as u64, "Alpha")).collect();
    let mut route = route(NIGHT);
    let mut log = Vec::new();
    let story: Vec<_> = (0..).map(Seq).zip(story).collect();
    tell(&mut route, &story, &mut log);
    log.clear();
    pass(&mut route, 48 * H, &mut log);
    let sizes: Vec<_> = log
        .iter()
        .map(|entry| match entry {
            Entry::Digest(digest) => digest.entries.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, [50, 50, 20]);
}

#[test]
fn a_policy_that_is_taken_away_lets_everything_go() {
    let mut route = route(NIGHT);
    let mut out = Vec::new();
    tell(&mut route, &[(Seq(0), item(23 * H, 1, "Alpha"))], &mut out);
    assert!(route.reload(&config(""), &mut Diagnostics::default()));
    out.clear();
    let Comes { minute, mut folded } = item(23 * H + 5, 2, "Alpha");
    folded.prepared.seq = Seq(1);
    route.push(Ok(folded), at(minute), &mut out);
    let lines: Vec<_> = out.iter().map(line).collect();
    assert_eq!(lines, ["1385 timer: 0 delivered", "1385 1 delivered"]);
    assert_eq!(route.held(), 0);
}

#[test]
fn an_exception_that_asks_for_the_story_is_refused() {
    let text = config(NIGHT.replace("urgency:1", "publishers:>=2").as_str());
    let mut problems = Diagnostics::default();
    assert!(Route::compile(&text, &mut problems).is_none());
    let report = problems.render(false);
    assert!(report.contains("asked of the item alone"), "{report}");
    assert!(report.contains("wirefold.toml:14:17"), "{report}");
}
