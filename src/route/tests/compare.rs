//! What other rules would change.

use super::*;

#[test]
fn changes_are_counted_by_kind_rule_and_channel() {
    let rules = |query: &str, channel: &str| {
        format!(
            "[[channel]]\nname = \"a\"\n[[channel]]\nname = \"b\"\n\
             [[rule]]\nname = \"snow\"\nquery = \"snow\"\nchannels = [\"{channel}\"]\n\
             [[rule]]\nname = \"war\"\nquery = \"{query}\"\nchannels = [\"a\"]\n"
        )
    };
    let mut before = compiled(&rules("gaza", "a"));
    let mut after = compiled(&rules("hamas", "b"));
    let mut comparison = Comparison::default();
    let texts = ["Snow falls", "Gaza burns", "Hamas talks", "Rain", "Gaza and Hamas"];
    for (story, text) in (1..).zip(texts) {
        let mut folded = folded(headline(text));
        folded.decision.story = StoryId(story);
        comparison.add(text, &before.decide(&folded), &after.decide(&folded));
    }
    let expected = "\
3 of 5 items change
newly routed: 1
    Hamas talks
lost: 1
    Gaza burns
moved a → b: 1
    Snow falls
+ rule war: 1
    Hamas talks
- rule war: 1
    Gaza burns
+ channel a: 1
    Hamas talks
+ channel b: 1
    Snow falls
+ channel unrouted: 1
    Gaza burns
- channel a: 2
    Snow falls
    Gaza burns
- channel unrouted: 1
    Hamas talks
";
    assert_eq!(comparison.to_string(), expected);
}
