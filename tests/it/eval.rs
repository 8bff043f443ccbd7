//! `wirefold eval`: figures, drawings and what they look like.

use crate::support::Desk;

const STORIES: &str = "\
time\tsource\tlang\tstory\theadline
2026-03-01T08:00:00Z\tFjord\teng\tdam\tDam at Elmsford opens after ten years of work
2026-03-01T08:10:00Z\tCoast\teng\tdam\tElmsford dam opens after ten years of work
2026-03-01T08:20:00Z\tFjord\teng\tdam\tElmsford opens its dam after ten years
2026-03-01T09:00:00Z\tCoast\teng\tferry\tFerry with 212 aboard runs aground off Port Selene
2026-03-01T09:10:00Z\tFjord\teng\tferry\tPort Selene: ferry with 212 aboard aground
2026-03-01T10:00:00Z\tFjord\teng\tother\tBakery of Tarn wins national bread prize
";

const PAIRS: &str = "\
time_a\ttime_b\tlabel\theadline_a\theadline_b
2026-03-01T08:00:00Z\t2026-03-01T09:00:00Z\t1\tDam at Elmsford opens\tElmsford dam opens today
2026-03-01T08:00:00Z\t2026-03-02T09:00:00Z\t0\tDam at Elmsford opens\tFerry runs aground
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("stories.tsv", STORIES);
    desk.write("pairs.tsv", PAIRS);
    desk
}

#[test]
fn one_object_a_file_has_the_documented_keys() {
    let lines = desk().wirefold(&["eval", "--json", "stories.tsv", "pairs.tsv"]).success().lines();
    assert_eq!(lines.len(), 2);
    let stories = ["items", "stories_gold", "stories_found", "b3_p", "b3_r", "b3_f1", "pair_f1"];
    for key in stories.iter().chain(&["candidate_recall"]) {
        assert!(lines[0][key].is_number(), "{key}: {}", lines[0]);
    }
    assert_eq!(lines[0]["items"], 6);
    assert_eq!(lines[0]["stories_gold"], 3);
    for key in ["pairs", "positives", "precision", "recall", "f1", "false_merges", "auc"] {
        assert!(lines[1][key].is_number(), "{key}: {}", lines[1]);
    }
    assert_eq!(lines[1]["pairs"], 2);
    assert_eq!(lines[1]["calibration"]["bins"].as_array().unwrap().len(), 10);
}

#[test]
fn a_sweep_is_drawn_in_eighty_columns_and_as_svg() {
    let desk = desk();
    let said = desk.wirefold(&["eval", "--sweep", "--svg", "curve.svg", "stories.tsv"]).success();
    assert!(said.out.contains("best threshold") && said.out.contains("recall"), "{}", said.out);
    let wide = said.out.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
    let drawing = desk.read("curve.svg");
    assert!(drawing.starts_with("<svg") && drawing.contains("stories.tsv: best F1"), "{drawing}");
}

#[test]
fn several_files_are_a_row_each() {
    let said = desk().wirefold(&["eval", "stories.tsv", "pairs.tsv"]).success();
    let first = |name: &str| said.out.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((first("stories "), first("stories.tsv")), (1, 1), "{}", said.out);
    assert_eq!((first("pairs "), first("pairs.tsv")), (1, 1), "{}", said.out);
    assert_eq!(said.out.lines().count(), 4, "{}", said.out);
}

#[test]
fn progress_is_told_on_standard_error_when_asked_for() {
    let desk = desk();
    assert_eq!(desk.wirefold(&["eval", "stories.tsv"]).success().err, "");
    let said = desk.wirefold(&["eval", "--progress", "stories.tsv"]).success();
    assert!(said.err.contains("stories.tsv: replay"), "{}", said.err);
}

#[test]
fn labels_that_cannot_be_read_name_their_line() {
    let desk = desk();
    desk.write("bad.tsv", "time\tstory\theadline\nnoon\ts1\tDam opens\n");
    let said = desk.wirefold(&["eval", "bad.tsv"]).exited(1);
    assert!(said.err.contains("bad.tsv, line 2"), "{}", said.err);
}

#[test]
fn contradictions_are_measured_on_stances() {
    let desk = Desk::new();
    desk.write(
        "stances.tsv",
        "claim\tstance\theadline\n\
         c1\tfor\tGiant squid found in city fountain\n\
         c1\tfor\tPolice find giant squid in city fountain\n\
         c1\tagainst\tGiant squid in city fountain is a hoax\n",
    );
    let said = desk.wirefold(&["eval", "--disputed", "--json", "stances.tsv"]).success().lines();
    assert_eq!(said[0]["pairs"], 3);
    assert_eq!(said[0]["precision"], 1.0);
    assert_eq!(said[0]["recall"], 1.0);
    let said = desk.wirefold(&["eval", "--disputed", "stances.tsv"]).success();
    assert!(said.out.contains("claims found"), "{}", said.out);
    desk.wirefold(&["eval", "--disputed", "--sweep", "stances.tsv"]).exited(2);
}

#[test]
fn a_drawing_is_made_when_nobody_reads_and_a_place_for_it_is_tried_first() {
    let desk = desk();
    desk.unread(&["eval", "--svg", "curve.svg", "stories.tsv"]).success();
    assert!(desk.read("curve.svg").starts_with("<svg"));
    let said = desk.wirefold(&["eval", "--svg", "gone/curve.svg", "missing.tsv"]).exited(1);
    assert!(said.err.contains("cannot write gone/curve.svg"), "{}", said.err);
}

#[test]
fn desk_tests_that_fail_do_so_also_when_nobody_reads() {
    let desk = Desk::with(
        "[[channel]]\nname = \"all\"\n\n[[rule]]\nname = \"r\"\nquery = \"*\"\nchannels = [\"all\"]\n\n\
         [[test]]\nname = \"wrong\"\nitems = [{ at = \"2026-03-01T08:00:00Z\", headline = \"Dam opens\", \
         expect = { verdict = \"Repeat\" } }]\n",
    );
    desk.unread(&["test", "-c", "wirefold.toml", "--junit", "report.xml"]).exited(1);
    assert!(desk.read("report.xml").contains("<testsuite"));
}
