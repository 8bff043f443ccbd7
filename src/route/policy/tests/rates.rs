//! Rates and flood control.

use super::*;

#[test]
fn beyond_its_rate_a_channel_gets_a_digest_when_there_is_room() {
    let story: Vec<_> = (0..6).map(|n| item(10 * n, n as u64, "Alpha")).collect();
    let expected = [
        "0 0 delivered",
        "10 1 delivered",
        "20 2 held: rate until 60",
        "30 3 held: rate until 60",
        "40 4 held: rate until 60",
        "50 5 held: rate until 60",
        "60 digest since 20: 2x1 3x1 4x1 5x1, left out 0",
    ];
    case("rate = \"2/h\"", &story, 180, &expected);
}

#[test]
fn what_is_dropped_is_counted_and_told_on_the_channel() {
    let story = [
        item(0, 0, "Alpha"),
        item(10, 1, "Alpha"),
        item(20, 2, "Alpha"),
        item(30, 3, "Alpha"),
        item(70, 4, "Alpha"),
        item(71, 4, "Alpha").is(Verdict::Correction),
    ];
    let expected = [
        "0 0 delivered",
        "10 1 delivered",
        "20 2 dropped: rate",
        "30 3 dropped: rate",
        "60 digest since 20: , left out 2",
        "70 4 delivered",
        "71 5 delivered",
    ];
    case("rate = \"2/h\"\noverflow = \"drop\"", &story, 180, &expected);
}

#[test]
fn a_story_that_is_updated_without_end_keeps_to_its_own_rate() {
    let keys = "repeats = \"developments\"\nmax_updates = \"2/h\"";
    let mut story: Vec<_> =
        (1..6).map(|n| item(10 * n, 1, "Alpha").is(Verdict::Development)).collect();
    story.insert(0, item(0, 1, "Alpha"));
    story.push(item(55, 2, "Alpha"));
    let expected = [
        "0 0 delivered",
        "10 1 delivered",
        "20 2 delivered",
        "30 3 held: updates until 70",
        "40 4 held: updates until 70",
        "50 5 held: updates until 70",
        "55 6 delivered",
        "70 timer: 5 delivered",
    ];
    case(keys, &story, 180, &expected);
}

#[test]
fn an_update_that_is_withdrawn_while_it_waits_brings_back_none_that_was_shown() {
    let keys = "repeats = \"developments\"\nmax_updates = \"1/h\"";
    let story = [
        item(0, 1, "Alpha"),
        item(10, 1, "Alpha").is(Verdict::Development),
        item(20, 1, "Beta").publishers(2),
        item(30, 1, "Beta").publishers(1).is(Verdict::Kill),
    ];
    let expected =
        ["0 0 delivered", "10 1 delivered", "20 2 held: updates until 70", "30 3 delivered"];
    case(keys, &story, 180, &expected);
}

#[test]
fn updates_beyond_can_be_dropped_and_are_told_of() {
    let keys = "repeats = \"all\"\nmax_updates = \"1/h\"\noverflow = \"drop\"";
    let story = [
        item(0, 1, "Alpha"),
        item(10, 1, "Alpha").is(Verdict::Repeat),
        item(20, 1, "Alpha").is(Verdict::Repeat),
        item(30, 1, "Alpha").is(Verdict::Repeat),
    ];
    let expected = [
        "0 0 delivered",
        "10 1 delivered",
        "20 2 dropped: updates",
        "30 3 dropped: updates",
        "80 digest since 20: , left out 2",
    ];
    case(keys, &story, 180, &expected);
}

/// Why the digests of what happens say that they are.
fn reasons(keys: &str, happens: &[(i64, u64, Verdict)], until: i64) -> Vec<String> {
    let mut route = route(keys);
    let mut log = Vec::new();
    let story = happens.iter().map(|(at, story, verdict)| item(*at, *story, "Alpha").is(*verdict));
    let story: Vec<_> = (0..).map(Seq).zip(story).collect();
    tell(&mut route, &story, &mut log);
    pass(&mut route, until, &mut log);
    let digests = log.iter().filter_map(|entry| match entry {
        Entry::Digest(digest) => Some(digest.reason.clone()),
        _ => None,
    });
    digests.collect()
}

#[test]
fn a_digest_names_the_limit_that_was_passed() {
    use Verdict::{New, Repeat};
    let updates = "repeats = \"all\"\nmax_updates = \"1/h\"\noverflow = \"drop\"";
    let of_one = [(0, 1, New), (10, 1, Repeat), (20, 1, Repeat), (30, 1, Repeat)];
    assert_eq!(
        reasons(updates, &of_one, 180),
        ["More updates of a story than the channel takes: 2 deliveries were dropped."]
    );
    let of_many = [(0, 1, New), (10, 2, New)];
    assert_eq!(
        reasons("rate = \"1/h\"\noverflow = \"drop\"", &of_many, 180),
        ["More than the channel's rate: 1 delivery was dropped."]
    );
    let both = format!("{updates}\nrate = \"2/h\"");
    let of_both = [(0, 1, New), (10, 1, Repeat), (20, 1, Repeat), (30, 2, New)];
    assert_eq!(
        reasons(&both, &of_both, 180),
        ["More than the channel takes: 2 deliveries were dropped."]
    );
}

#[test]
fn the_digest_of_a_night_is_one_delivery_of_the_rate() {
    let keys = "quiet = \"00:00-06:00\"\nrate = \"1/h\"\noverflow = \"drop\"";
    let story = [item(10, 1, "Alpha"), item(20, 2, "Alpha"), item(365, 3, "Alpha")];
    let expected = [
        "10 0 held: quiet until 360",
        "20 1 held: quiet until 360",
        "360 digest since 10: 0x1 1x1, left out 0",
        "365 2 dropped: rate",
        "420 digest since 365: , left out 1",
    ];
    case(keys, &story, 600, &expected);
}

#[test]
fn more_than_a_channel_keeps_is_counted_not_kept() {
    let mut route = route("quiet = \"00:00-20:00\"");
    let mut log = Vec::new();
    let story: Vec<_> = (0..10_005).map(|n| (Seq(n), item(1, n, "Alpha"))).collect();
    tell(&mut route, &story, &mut log);
    assert_eq!(route.held(), 10_000);
    log.clear();
    pass(&mut route, 1_300, &mut log);
    let told: u64 = log
        .iter()
        .map(|entry| match entry {
            Entry::Digest(digest) => digest.entries.len() as u64 + digest.left_out,
            other => panic!("{other:?}"),
        })
        .sum();
    assert_eq!(told, 10_005);
}
