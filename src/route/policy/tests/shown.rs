//! What is said of a story that was held back: how it stands when it is delivered.

use super::*;
use crate::log::Shown;

/// A channel `a`, whose first rule may have more keys, and a rule on the story with a label.
fn desk(policy: &str, rule: &str) -> Route {
    let text = format!(
        "[[publisher]]\nname = \"Alpha\"\nrank = 1\n[[publisher]]\nname = \"Beta\"\nrank = 2\n\
         [[channel]]\nname = \"a\"\n{policy}\n[[channel]]\nname = \"b\"\n\
         [[rule]]\nname = \"ships\"\nquery = \"ferry\"\nchannels = [\"a\"]\n{rule}\n\
         [[rule]]\nname = \"twice\"\nquery = \"publishers:>=2\"\nchannels = [\"b\"]\n\
         set = {{ labels = [\"two\"] }}\n"
    );
    let (config, problems) =
        Config::parse(File::new("wirefold.toml", text), std::path::Path::new("."));
    let config = config.unwrap_or_else(|| panic!("{problems}"));
    let mut problems = Diagnostics::default();
    Route::compile(&config, &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

/// What time lets go of a story until a minute: of each item its publishers, and rules and labels if
/// they are told anew.
fn told(mut route: Route, story: &[Comes], until: i64) -> Vec<String> {
    let story: Vec<_> = (0..).map(Seq).zip(story.iter().cloned()).collect();
    let mut log = Vec::new();
    tell(&mut route, &story, &mut log);
    pass(&mut route, until, &mut log);
    let words = |item: Seq, shown: &Option<Shown>| {
        let shown = shown.as_ref().expect("the story is in the window");
        assert!(!shown.uncovered && !shown.out.disputes);
        let ruled = shown.ruled.as_ref().map(|it| format!("{:?} {:?}", it.rules, it.labels));
        format!("{item}: {} {}", shown.out.state.publishers, ruled.unwrap_or_default())
    };
    let lines = log.iter().flat_map(|entry| match entry {
        Entry::Timer(timer) => vec![words(timer.item, &timer.shown)],
        Entry::Digest(digest) => {
            assert_eq!(digest.entries.len(), digest.shown.len());
            let stories = digest.entries.iter().zip(&digest.shown);
            stories.map(|(entry, shown)| words(entry.item, shown)).collect()
        }
        _ => Vec::new(),
    });
    lines.collect()
}

#[test]
fn who_told_it_meanwhile_counts_and_rules_on_the_story_hold() {
    let both = [item(0, 1, "Alpha"), item(1, 1, "Beta").publishers(2)];
    let expected = [r#"0: 2 ["ships", "twice"] ["two"]"#];
    // The item that completes the number lets another one go.
    let policy = "min_publishers = 2\ndeadline = \"1h\"\nprefer_rank_within = \"5m\"";
    assert_eq!(told(desk(policy, ""), &both, 120), expected);
    // Time does.
    let policy = "min_publishers = 3\ndeadline = \"1h\"\nprefer_rank_within = \"5m\"";
    assert_eq!(told(desk(policy, ""), &both, 120), expected);
    // Time lets several go.
    let policy = "quiet = \"00:00-06:30\"\ntimezone = \"UTC\"\nprefer_rank_within = \"5m\"";
    let others = [both, [item(2, 2, "Alpha"), item(3, 3, "Alpha")]].concat();
    let expected = [expected[0], r#"2: 1 ["ships"] []"#, r#"3: 1 ["ships"] []"#];
    assert_eq!(told(desk(policy, ""), &others, 600), expected);
}

#[test]
fn what_its_rule_sends_no_more_keeps_the_rules_that_sent_it() {
    let policy = "quiet = \"00:00-06:30\"\ntimezone = \"UTC\"";
    let rule = "schedule = { hours = \"00:00-06:00\", timezone = \"UTC\" }";
    let story = [item(0, 1, "Alpha"), item(1, 1, "Beta").publishers(2)];
    assert_eq!(told(desk(policy, rule), &story, 600), ["1: 2 "]);
}
