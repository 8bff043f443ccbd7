//! What a first delivery waits for.

use super::*;

const TWO: &str = "min_publishers = 2\ndeadline = \"20m\"";

#[test]
fn a_story_is_delivered_once_two_publishers_tell_it() {
    let story = [item(0, 1, "Alpha"), item(5, 1, "Beta").publishers(2), item(6, 1, "Beta")];
    case(TWO, &story, 60, &["0 0 held: publishers until 20", "5 1 delivered", "6 2"]);
}

#[test]
fn at_the_deadline_it_is_delivered_all_the_same() {
    let story = [item(0, 1, "Alpha"), item(5, 1, "Alpha")];
    let expected =
        ["0 0 held: publishers until 20", "5 1 held: publishers until 20", "20 timer: 1 delivered"];
    case(TWO, &story, 60, &expected);
}

#[test]
fn or_it_is_dropped_until_another_publisher_tells_it() {
    let keys = format!("{TWO}\nat_deadline = \"drop\"");
    let story = [item(0, 1, "Alpha"), item(30, 1, "Alpha"), item(40, 1, "Beta").publishers(2)];
    let expected = [
        "0 0 held: publishers until 20",
        "20 timer: 0 dropped: [\"publishers\"]",
        "30 1 held: publishers until 50",
        "40 2 delivered",
    ];
    case(&keys, &story, 90, &expected);
}

const RANKED: &str = "prefer_rank_within = \"5m\"";

#[test]
fn the_best_ranked_publisher_within_five_minutes_is_the_one_shown() {
    let story = [
        item(0, 1, "Gamma"),
        item(1, 1, "Beta").publishers(2),
        item(2, 1, "Nobody").publishers(3),
        item(3, 1, "Beta"),
        item(9, 1, "Alpha").publishers(4),
    ];
    let expected = [
        "0 0 held: rank until 5",
        "1 1 held: rank until 5",
        "2 2 held: rank until 5",
        "3 3 held: rank until 5",
        "5 timer: 1 delivered",
        "9 4",
    ];
    case(RANKED, &story, 60, &expected);
}

#[test]
fn the_best_of_all_is_waited_for_no_longer_than_it_takes_to_come() {
    let story = [item(0, 1, "Beta"), item(2, 1, "Alpha").publishers(2), item(3, 2, "Alpha")];
    let expected = ["0 0 held: rank until 5", "2 1 delivered", "3 2 delivered"];
    case(RANKED, &story, 60, &expected);
}

#[test]
fn the_best_ranked_is_shown_though_another_one_completes_the_number() {
    let keys = format!("{TWO}\n{RANKED}");
    let story = [item(0, 1, "Alpha"), item(9, 1, "Gamma").publishers(2)];
    let expected = ["0 0 held: publishers until 20", "9 timer: 0 delivered", "9 1"];
    case(&keys, &story, 60, &expected);
}

#[test]
fn a_correction_of_what_nobody_saw_takes_its_place_and_a_kill_withdraws_it() {
    let story = [
        item(0, 1, "Alpha"),
        item(1, 1, "Alpha").is(Verdict::Correction),
        item(2, 2, "Alpha"),
        item(3, 2, "Alpha").is(Verdict::Kill),
        item(4, 1, "Beta").publishers(2).disputes(),
    ];
    let expected = [
        "0 0 held: publishers until 20",
        "1 1 held: publishers until 20",
        "2 2 held: publishers until 22",
        "3 3 dropped: withdrawn",
        "4 4 delivered",
    ];
    case(TWO, &story, 60, &expected);
}

#[test]
fn a_correction_a_kill_and_a_dispute_of_what_was_shown_go_out_at_once() {
    let keys = format!("{TWO}\nrate = \"1/h\"\nquiet = \"00:10-06:00\"");
    let story = [
        item(0, 1, "Alpha").publishers(2),
        item(1, 1, "Alpha").is(Verdict::Correction),
        item(11, 1, "Beta").disputes(),
        item(12, 1, "Alpha").is(Verdict::Kill),
    ];
    let expected = ["0 0 delivered", "1 1 delivered", "11 2 delivered", "12 3 delivered"];
    case(&keys, &story, 400, &expected);
}
