//! What comes out of an embargo on a channel with a policy.

use super::*;

const FEW: &str = r#"
[[channel]]
name = "budget"
repeats = "all"
max_updates = "1/3h"
overflow = "drop"
[[rule]]
query = "budget"
channels = ["budget"]
"#;

/// It passes all gates, and uses up none.
#[test]
fn a_correction_that_comes_out_is_no_update_that_the_channel_counts() {
    for restarts in [false, true] {
        let mut desk = Desk::with(FEW);
        assert_eq!(desk.takes(0, version("Budget is 40 million", None)), ["1@budget"]);
        desk.takes(1, later("Budget is 41 million", Some(10), Verdict::Correction, 1));
        assert_eq!(desk.wakes(10), ["timer 2@budget"]);
        if restarts {
            desk.restarts();
        }
        let more = elsewhere("Budget is read again", Verdict::Development);
        assert_eq!(desk.takes(11, more), ["3@budget"], "restarts: {restarts}");
    }
}
