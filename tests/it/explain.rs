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
