//! What is told about where an item went.

use super::*;

const RULES: &str = r#"
[[channel]]
name = "c"
[[channel]]
name = "d"
[[rule]]
name = "war"
query = "(gaza OR hamas OR isra*) NOT film"
channels = ["c"]
exit = true
[[rule]]
name = "late"
query = "strike"
channels = ["d"]
[[rule]]
name = "big"
query = "strike publishers:>=3"
channels = ["d"]
[[rule]]
name = "talks"
query = "gaza (talks OR \"peace plan\")"
channels = ["d"]
[[rule]]
name = "snow"
query = "snow ice"
channels = ["d"]
[[rule]]
name = "games"
query = "Lotteries"
channels = []
"#;

fn told(text: &str) -> Vec<String> {
    let traces = compiled(RULES).explain(&folded(headline(text)));
    traces.iter().map(ToString::to_string).collect()
}

#[test]
fn rules_are_told_with_the_words_that_decided() {
    assert_eq!(
        told("Strike on Gaza by Israelis"),
        [
            "`war` holds → c; by gaza in headline, isra* in headline",
            "`late` stands behind the exit of `war`; by strike in headline",
            "`big` nearly holds; by strike in headline; but the story does not have \
             `publishers:>=3`",
            "`talks` nearly holds; by gaza in headline; but no (talks OR \"peace plan\")",
        ]
    );
    assert_eq!(
        told("Gaza film"),
        [
            "`war` nearly holds; by gaza in headline; but excluded by film in headline",
            "`talks` nearly holds; by gaza in headline; but no (talks OR \"peace plan\")",
        ]
    );
    assert_eq!(told("A lottery"), ["`games` holds and drops it; by Lotteries in headline"]);
    assert_eq!(told("Rain"), Vec::<String>::new());
}

#[test]
fn what_is_told_agrees_with_what_is_decided() {
    for text in ["Strike on Gaza", "Gaza film", "Strike", "Snow and ice", "Gaza talks on film"] {
        let mut route = compiled(RULES);
        let folded = folded(headline(text));
        let held = |traces: Vec<RuleTrace>| -> Vec<String> {
            let holds = |trace: &RuleTrace| trace.outcome == Outcome::Holds;
            traces.into_iter().filter(holds).map(|trace| trace.rule).collect()
        };
        let before = held(route.explain(&folded));
        assert_eq!(route.decide(&folded).rules, before, "{text}");
        assert_eq!(held(route.explain(&folded)), before, "after the decision, {text}");
    }
}
