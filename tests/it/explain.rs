//! `wirefold explain`: why.

use crate::support::Desk;

#[test]
fn two_headlines_are_explained_with_a_probability_and_a_threshold() {
    let said = Desk::new()
        .wirefold(&[
            "explain",
            "Norland agreed to cease night inspections - regional media",
            "Ministry source claims Norland did not agree to stop night inspections",
        ])
        .success();
    for expected in ["probability", "threshold", "disputed"] {
        assert!(said.out.contains(expected), "no {expected:?} in:\n{}", said.out);
    }
}

#[test]
fn a_single_word_that_is_no_number_is_bad_usage() {
    Desk::new().wirefold(&["explain", "headline"]).exited(2);
}

#[test]
fn one_object_tells_the_same_to_a_program() {
    let args = ["explain", "--json", "Dam at Elmsford opens", "Ferry aground off Port Selene"];
    let lines = Desk::new().wirefold(&args).success().lines();
    assert_eq!(lines[0]["same"], false);
    let number = |key: &str| lines[0][key].as_f64().unwrap();
    let shares = lines[0]["shares"].as_array().unwrap();
    let sum: f64 = shares.iter().map(|share| share["share"].as_f64().unwrap()).sum();
    let probability = 1.0 / (1.0 + (-(number("bias") + sum)).exp());
    assert!((probability - number("probability")).abs() < 1e-3, "{}", lines[0]);
    assert!(lines[0]["alternatives"][0]["feature"].is_string());
}

#[test]
fn that_languages_differ_is_said_on_the_page_and_in_the_object() {
    let pair = ["Singer cancels the Paris concert", "Der Sturm zwingt die Fähren in den Hafen"];
    let said = Desk::new().wirefold(&["explain", pair[0], pair[1]]).success();
    assert!(said.out.contains("different languages are not compared"), "{}", said.out);
    let lines = Desk::new().wirefold(&["explain", "--json", pair[0], pair[1]]).success().lines();
    assert_eq!(lines[0]["languages"][1], "de");
    assert_eq!(lines[0]["shares"].as_array().map(Vec::len), Some(0));
}
