//! `wirefold replay`: one JSON line for every input record, in input order.

use serde_json::Value;

use crate::support::Desk;

const DENIAL: &str = "\
Harbour tariff talks page, 14 March 2026

Ministry source claims Norland did not agree to stop night inspections
  • By MERIDIAN WIRE
  • 03/14/2026 01:58 PM
Rovers keeper signs new contract until 2029
  • By SPORT BUREAU
  • 03/14/2026 10:50 AM
Norland agreed to cease night inspections - regional media
  • By RADIO EAST
  • 03/14/2026 09:45 AM
";

const KEYS: [&str; 11] = [
    "n", "uri", "headline", "verdict", "reason", "story", "of", "score", "disputed", "matched",
    "channels",
];

#[test]
fn two_reports_that_contradict_each_other_are_one_disputed_story() {
    let desk = Desk::new();
    desk.write("page.txt", DENIAL);
    let lines = desk.wirefold(&["replay", "--format", "list", "page.txt"]).success().lines();
    let find = |word: &str| -> Value {
        let has = |line: &&Value| line["headline"].as_str().is_some_and(|h| h.contains(word));
        lines.iter().find(has).expect(word).clone()
    };
    let (claim, denial, other) = (find("agreed to cease"), find("did not agree"), find("keeper"));
    assert_eq!(claim["verdict"], "New");
    assert_eq!(denial["verdict"], "Development");
    assert_eq!(denial["story"], claim["story"]);
    assert_eq!(denial["of"], claim["n"]);
    assert_eq!(denial["disputed"], true);
    assert_eq!(denial["channels"], serde_json::json!(["all"]), "nobody is left with half of it");
    assert_eq!(other["verdict"], "New");
    assert_ne!(other["story"], claim["story"]);
}

/// The page that the project began with, which is not part of it: `WIREFOLD_SHARED_DATA` is its folder.
#[test]
fn of_the_seed_page_the_two_reports_that_contradict_each_other_fold_and_nothing_else() {
    let Some(folder) = std::env::var_os("WIREFOLD_SHARED_DATA") else {
        return wirefold::terminal::note("skipped: WIREFOLD_SHARED_DATA is not set");
    };
    let page = std::path::Path::new(&folder).join("seed_wire.txt");
    let page = page.to_str().expect("a folder of that name");
    let lines = Desk::new().wirefold(&["replay", page]).success().lines();
    assert_eq!(lines.len(), 16);
    let folded: Vec<&Value> = lines.iter().filter(|line| line["verdict"] != "New").collect();
    let [denial] = folded[..] else { panic!("{folded:?}") };
    assert_eq!((&denial["verdict"], &denial["disputed"]), (&"Development".into(), &true.into()));
    let told =
        |line: &Value| line["headline"].as_str().is_some_and(|it| it.contains("targeted kill"));
    let of = denial["of"].as_u64().expect("it is of an item") as usize;
    assert!(told(denial) && told(&lines[of]), "{folded:?}");
}

#[test]
fn every_record_has_a_line_with_every_key_in_input_order() {
    let desk = Desk::new();
    desk.write("wire.ndjson", "{\"headline\":\"Dam reopens\"}\nnot json\n{\"headline\":\"\"}\n");
    let said = desk.wirefold(&["replay", "--format", "ndjson", "wire.ndjson"]).success();
    let lines = said.lines();
    assert_eq!(lines.len(), 3);
    for (n, line) in lines.iter().enumerate() {
        let keys: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = KEYS.to_vec();
        expected.sort_unstable();
        assert_eq!(keys, expected);
        assert_eq!(line["n"], n);
    }
    assert_eq!(lines[0]["verdict"], "New");
    for line in &lines[1..] {
        assert_eq!(line["verdict"], "Rejected");
        assert_eq!(line["story"], Value::Null);
        assert!(!line["reason"].as_str().unwrap().is_empty());
    }
    assert!(said.err.contains("2 rejected"), "{}", said.err);
}

#[test]
fn the_same_item_again_is_a_repeat_that_no_channel_carries() {
    let desk = Desk::new();
    let item = "{\"uri\":\"a:1\",\"headline\":\"Dam at Elmsford reopens after inspection\"}\n";
    desk.write("wire.ndjson", &item.repeat(2));
    let lines = desk.wirefold(&["replay", "wire.ndjson"]).success().lines();
    assert_eq!(lines[1]["verdict"], "Repeat");
    assert_eq!(lines[1]["of"], 0);
    assert_eq!(lines[1]["matched"], serde_json::json!(["all"]));
    assert_eq!(lines[1]["channels"], serde_json::json!([]));
}

#[test]
fn an_older_version_is_rejected_and_makes_no_room_for_another_one() {
    let desk = Desk::new();
    let item = |version: u32, aboard: u32| {
        format!(
            "{{\"uri\":\"a:1\",\"version\":\"{version}\",\"headline\":\"Ferry with {aboard} \
             aboard runs aground\"}}\n"
        )
    };
    desk.write("wire.ndjson", &(item(3, 200) + &item(1, 200) + &item(2, 150) + &item(4, 150)));
    let lines = desk.wirefold(&["replay", "wire.ndjson"]).success().lines();
    let verdicts: Vec<_> = lines.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["New", "Rejected", "Rejected", "Revision"]);
}

#[test]
fn a_file_that_is_not_there_is_a_failure_at_run_time() {
    let said = Desk::new().wirefold(&["replay", "nowhere.txt"]).exited(1);
    assert!(said.err.contains("nowhere.txt"), "{}", said.err);
}

#[test]
fn a_configuration_that_lies_around_is_not_used() {
    let desk = Desk::with("this is not TOML");
    desk.write("wire.ndjson", "{\"headline\":\"Dam reopens\"}\n");
    desk.wirefold(&["replay", "wire.ndjson"]).success();
}
