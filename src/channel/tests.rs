use super::*;
use crate::item::Seq;
use crate::log::fault::Switch;
use crate::log::sample::{self, at, item, item_on, items, reject, timer};
use crate::log::{
    Change, ConfigChange, Digest, DigestEntry, Entry, Feedback, Gap, GapCause, Ruled, Shown,
};
use crate::story::{Ahead, Coming, Out, StoryId, StoryState, Verdict};

fn log_of(entries: &[Entry]) -> (tempfile::TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(dir.path(), &Switch::default()).unwrap();
    log.append(entries).unwrap();
    (dir, log)
}

async fn read(log: &Log, channels: &[&str]) -> Vec<Event> {
    let channels = channels.iter().copied();
    Subscription::new(log, channels, Position::FIRST).read().await.unwrap().events
}

#[track_caller]
fn ids(events: &[Event]) -> Vec<String> {
    let id = |event: &Event| match event {
        Event::Story(delivery) => delivery.id.clone(),
        Event::Digest(digest) => digest.id.clone(),
        Event::Rejected(refusal) => refusal.id.clone(),
        Event::Gap(lost) => format!("lost {}..{}", lost.from, lost.to),
    };
    events.iter().map(id).collect()
}

#[tokio::test]
async fn each_wanted_channel_gets_its_own_line() {
    let both = item_on(2, &["harbour", "weather"]);
    let entries = [item(1), both, item_on(3, &["sport"]), item_on(4, &[])];
    let (_dir, log) = log_of(&entries);
    let harbour = ids(&read(&log, &["harbour"]).await);
    assert_eq!(harbour, ["harbour/1", "harbour/2"]);
    let both = ids(&read(&log, &["weather", "harbour"]).await);
    assert_eq!(both, ["harbour/1", "harbour/2", "weather/2"]);
    assert!(read(&log, &["finance"]).await.is_empty());
}

#[tokio::test]
async fn what_a_channel_shows_first_of_a_story_is_marked_so_whatever_it_is_to_the_story() {
    let again = |seq, channels: &[&str]| {
        let mut entry = item_on(seq, channels);
        let Entry::Item { decision, .. } = &mut entry else { panic!("{entry:?}") };
        (decision.fold.story, decision.fold.verdict) = (StoryId(1), Verdict::Repeat);
        entry
    };
    let mut merging = again(4, &["night", "weather", "sport"]);
    let Entry::Item { decision, .. } = &mut merging else { panic!("{merging:?}") };
    decision.fold.merged = vec![StoryId(3)];
    let digest = Digest {
        at: at(5),
        channel: "desk".to_owned(),
        since: at(1),
        entries: vec![DigestEntry { story: StoryId(1), item: Seq(1), count: 1 }],
        left_out: 0,
        reason: "Quiet hours.".to_owned(),
        shown: Vec::new(),
    };
    let twice = [Entry::Digest(digest.clone()), Entry::Digest(digest)];
    let entries = [item(1), again(2, &["harbour", "night"]), item_on(3, &["weather"]), merging];
    let (_dir, log) = log_of(&[&entries[..], &twice].concat());
    let events = read(&log, &["harbour", "night", "weather", "sport", "desk"]).await;
    let told = events.iter().flat_map(Event::deliveries);
    let told: Vec<_> = told.map(|it| (it.id.as_str(), it.first, it.told_as())).collect();
    let (new, repeat) = (Verdict::New, Verdict::Repeat);
    let expected = [
        ("harbour/1", true, new),
        ("harbour/2", false, repeat),
        ("night/2", true, new),
        ("weather/3", true, new),
        ("night/4", false, repeat),
        // It carried story 3, which is story 1 now.
        ("weather/4", false, repeat),
        ("sport/4", true, new),
        ("desk/5/0", true, new),
        ("desk/6/0", false, new),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn only_links_of_the_web_are_passed_on() {
    for (link, passed) in [
        ("https://coast.example/1", true),
        ("HTTP://coast.example/1", true),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("coast.example/1", false),
    ] {
        let mut entry = item(1);
        let Entry::Item { item, .. } = &mut entry else { panic!("{entry:?}") };
        item.link = Some(link.to_owned());
        let (_dir, log) = log_of(&[entry]);
        let events = read(&log, &["harbour"]).await;
        let Event::Story(delivery) = &events[0] else { panic!("{events:?}") };
        assert_eq!(delivery.link.is_some(), passed, "{link}");
    }
}

#[tokio::test]
async fn what_withdraws_an_item_without_a_word_shows_its_headline_unless_that_was_held() {
    for (embargo, shown) in
        [(None, "Ferry 1 leaves the old harbour"), (Some(at(9)), "tag:example.org,2026:2")]
    {
        let (mut target, mut kill) = (item(1), item(2));
        if let Entry::Item { decision, .. } = &mut target {
            decision.embargo = embargo;
        }
        if let Entry::Item { item, .. } = &mut kill {
            item.headline = String::new();
        }
        let (_dir, log) = log_of(&[target, kill]);
        let events = read(&log, &["harbour"]).await;
        let Some(Event::Story(delivery)) = events.last() else { panic!("{events:?}") };
        assert_eq!(delivery.headline, shown);
    }
}

#[tokio::test]
async fn what_is_no_item_is_on_the_channel_rejected() {
    let (_dir, log) = log_of(&[item(1), reject(2)]);
    assert_eq!(ids(&read(&log, &[REJECTED]).await), ["rejected/2"]);
    assert_eq!(ids(&read(&log, &["harbour"]).await), ["harbour/1"]);
}

#[tokio::test]
async fn timers_and_corrections_by_hand_deliver_their_item() {
    let split = Feedback {
        at: at(4),
        change: Change::Split { from: StoryId(1), opens: StoryId(7) },
        channels: vec!["night".to_owned()],
        state: sample::state(4),
        rules: vec!["By hand".to_owned()],
        priority: Some(2),
        labels: vec!["hand".to_owned()],
        ..sample::split(1)
    };
    let change = Change::Merge { alias: StoryId(7), kept: StoryId(1) };
    let merge = Feedback { change, ..split.clone() };
    let mut opening = item(1);
    if let Entry::Item { decision, .. } = &mut opening {
        decision.fold.merged = vec![StoryId(5)];
    }
    let corrections = [split, merge].map(Entry::Feedback);
    let (_dir, log) = log_of(&[&[opening, timer(3, 1)][..], &corrections].concat());
    let events = read(&log, &["night"]).await;
    assert_eq!(ids(&events), ["night/2", "night/3", "night/4"]);
    let [Event::Story(first), Event::Story(second), Event::Story(third)] = events.as_slice() else {
        panic!()
    };
    let merged = [first, second, third].map(|delivery| &delivery.merged[..]);
    assert_eq!(merged, [&[StoryId(5)][..], &[], &[StoryId(7)]]);
    assert_eq!(first.headline, "Ferry 1 leaves the old harbour");
    assert_eq!((first.story, first.reason.as_str()), (StoryId(1), "The quiet hours are over."));
    assert_eq!((second.story, second.verdict), (StoryId(7), Verdict::New));
    assert_eq!((second.rules.join(" "), second.event), ("By hand".to_owned(), first.event));
    assert_eq!((second.priority, second.labels.join(" ")), (Some(2), "hand".to_owned()));
    assert_eq!(second.reason, "Taken out of story s1 by hand: a story of its own.");
}

#[tokio::test]
async fn what_a_schedule_delivers_names_the_rules_that_hold_then() {
    let mut late = timer(5, 1);
    let Entry::Timer(timer) = &mut late else { panic!("{late:?}") };
    let out = Out { state: StoryState { items: 3, ..sample::state(4) }, disputes: false };
    let ruled =
        Ruled { rules: vec!["Night".into()], priority: Some(1), labels: vec!["late".into()] };
    timer.shown = Some(Shown { out, ruled: Some(ruled), uncovered: false });
    let mut disputing = item_on(1, &[]);
    if let Entry::Item { decision, .. } = &mut disputing {
        decision.fold.disputes = true;
    }
    let (_dir, log) = log_of(&[disputing, late]);
    let events = read(&log, &["night"]).await;
    let [Event::Story(told)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((&told.rules[..], &told.labels[..]), (&["Night".into()][..], &["late".into()][..]));
    assert_eq!((told.priority, told.items, told.disputes), (Some(1), 3, true));
}

#[tokio::test]
async fn what_opened_a_story_that_others_told_before_is_delivered_late_as_a_development() {
    let mut late = timer(5, 2);
    let Entry::Timer(timer) = &mut late else { panic!("{late:?}") };
    timer.story = StoryId(1);
    let mut alone = late.clone();
    for (entry, items) in [(&mut late, 2), (&mut alone, 1)] {
        let Entry::Timer(timer) = entry else { panic!("{entry:?}") };
        let state = StoryState { items, ..sample::state(4) };
        timer.shown = Some(Shown::late(state, Ruled::default()));
    }
    let mut opening = item_on(2, &[]);
    if let Entry::Item { decision, .. } = &mut opening {
        (decision.fold.story, decision.fold.verdict) = (StoryId(2), Verdict::New);
    }
    let (_dir, log) = log_of(&[item_on(1, &[]), opening, late, alone]);
    let events = read(&log, &["night"]).await;
    let [Event::Story(merged), Event::Story(alone)] = events.as_slice() else { panic!() };
    assert_eq!((merged.story, merged.verdict, merged.items), (StoryId(1), Verdict::Development, 2));
    assert_eq!((alone.story, alone.verdict), (StoryId(1), Verdict::New));
}

#[tokio::test]
async fn a_digest_is_one_event_with_its_stories() {
    let entry = |n: u64| DigestEntry { story: StoryId(n), item: Seq(n), count: 1 };
    let ruled = Ruled { rules: vec!["Night".into()], ..Ruled::default() };
    let told = Shown::late(StoryState { items: 3, publishers: 2, ..sample::state(4) }, ruled);
    let digest = Digest {
        at: at(9),
        channel: "night".to_owned(),
        since: at(1),
        entries: vec![entry(2), entry(1), entry(77)],
        left_out: 4,
        reason: "Quiet hours.".to_owned(),
        shown: vec![None, Some(told)],
    };
    let (_dir, log) = log_of(&[item_on(1, &[]), item_on(2, &[]), Entry::Digest(digest)]);
    assert!(read(&log, &["harbour"]).await.is_empty());
    let events = read(&log, &["night"]).await;
    let [Event::Digest(digest)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((digest.id.as_str(), digest.at, digest.since), ("night/3", at(9), at(1)));
    let stories: Vec<_> =
        digest.stories.iter().map(|story| (story.id.as_str(), story.item.0)).collect();
    assert_eq!(stories, [("night/3/0", 2), ("night/3/1", 1)]);
    let counts = |n: usize| (digest.stories[n].items, digest.stories[n].publishers);
    assert_eq!((counts(0), counts(1)), ((1, 1), (3, 2)), "as it was and as it is told now");
    assert_eq!(digest.stories[1].rules, ["Night"]);
    assert_eq!(digest.left_out, 5, "what is gone is counted");
    assert_eq!(events[0].deliveries().len(), 2);
    assert_eq!(log.view().carried_by(StoryId(1)).unwrap().unwrap().channels, ["night"]);
}

#[tokio::test]
async fn links_lead_to_the_web_or_nowhere() {
    for (link, passed) in [
        ("https://example.org/a?b=c#d", true),
        ("HTTP://example.org", true),
        ("javascript:alert(1)", false),
        (" javascript:alert(1)", false),
        ("data:text/html,<script>", false),
        ("file:///etc/passwd", false),
        ("ftp://example.org/a", false),
        ("//example.org/a", false),
        ("/a", false),
        ("https://example.org/a\nb", false),
        ("https:///", false),
        ("", false),
    ] {
        let Entry::Item { seq, received, mut item, decision, identities } = item(1) else {
            unreachable!()
        };
        item.link = Some(link.to_owned());
        let entry = Entry::Item { seq, received, item, decision, identities };
        let (_dir, log) = log_of(&[entry]);
        let events = read(&log, &["harbour"]).await;
        let [Event::Story(delivery)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(delivery.link.is_some(), passed, "{link:?}");
    }
}

#[tokio::test]
async fn a_subscription_goes_on_where_it_stopped_and_waits_for_more() {
    let (_dir, log) = log_of(&items(1..700));
    let mut subscription = Subscription::new(&log, ["harbour"], Position(5));
    let mut seen = Vec::new();
    while !subscription.is_caught_up() {
        let page = subscription.read().await.unwrap();
        assert!(page.from < page.next);
        seen.extend(ids(&page.events));
    }
    assert_eq!(seen, (5..700).map(|n| format!("harbour/{n}")).collect::<Vec<_>>());
    let writer = log.clone();
    let more = tokio::task::spawn_blocking(move || writer.append(&items(700..702)).unwrap());
    subscription.wait().await;
    assert_eq!(ids(&subscription.read().await.unwrap().events), ["harbour/700", "harbour/701"]);
    assert_eq!(subscription.position(), more.await.unwrap().end);
}

/// The contract with programs: a change here is a change of [`VERSION`].
#[tokio::test]
async fn lines_are_json_with_these_keys_in_this_order() {
    let (_dir, log) = log_of(&[item(1), item(2), reject(3)]);
    let mut events = read(&log, &["harbour", REJECTED]).await;
    events.push(Event::Gap(Lost {
        v: VERSION,
        from: Position(4),
        to: Position(9),
        cause: GapCause::Trimmed,
    }));
    let lines: Vec<_> =
        events[1..].iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    assert_eq!(
        lines,
        [
            r#"{"type":"story","v":1,"id":"harbour/2","channel":"harbour","position":2,"verdict":"New","first":true,"story":"s2","merged":[],"item":2,"of":1,"headline":"Ferry 2 leaves the old harbour","byline":"A. Writer","publisher":"Coast Wire","source":"coast","received":"2026-03-01T06:00:02Z","event":"2026-03-01T06:00:02Z","link":null,"uri":"tag:example.org,2026:2","disputes":false,"disputed":false,"killed":false,"items":1,"publishers":1,"markers":[],"rules":["Ferries"],"priority":4,"labels":["sea"],"reason":"No earlier item tells this.","score":0.125}"#,
            r#"{"type":"rejected","v":1,"id":"rejected/3","channel":"rejected","position":3,"item":3,"source":"coast","received":"2026-03-01T06:00:03Z","kind":"no_text","reason":"There is no headline.","offset":17,"text":"<item/>"}"#,
            r#"{"type":"gap","v":1,"from":4,"to":9,"cause":"trimmed"}"#,
        ]
    );
}

#[tokio::test]
async fn what_comes_out_of_its_embargo_tells_of_the_story_with_it() {
    let mut held = item_on(1, &[]);
    let Entry::Item { decision, .. } = &mut held else { panic!("{held:?}") };
    let counted = |items| StoryState { items, publishers: items, ..sample::state(1) };
    decision.embargo = Some(at(5));
    decision.fold.state = counted(0);
    let to_come = [Coming { item: Seq(1), until: at(5), state: counted(1) }].into();
    decision.fold.ahead = Some(Box::new(Ahead { to_come, ..Ahead::default() }));
    let mut out = timer(5, 1);
    let state = StoryState { disputed: true, ..counted(3) };
    if let Entry::Timer(timer) = &mut out {
        let out = Out { state, disputes: true };
        timer.shown = Some(Shown { out, ruled: None, uncovered: true });
    }
    // The other is what a channel's policy lets go later.
    let (_dir, log) = log_of(&[held, out, timer(9, 1)]);
    let events = read(&log, &["night"]).await;
    let told = |event: &Event| match event {
        Event::Story(it) => (it.items, it.publishers, it.disputes, it.disputed),
        other => panic!("{other:?}"),
    };
    let told: Vec<_> = events.iter().map(told).collect();
    assert_eq!(told, [(3, 3, true, true), (1, 1, false, false)]);
    let verdict = |event: &Event| match event {
        Event::Story(it) => it.verdict,
        other => panic!("{other:?}"),
    };
    let verdicts: Vec<_> = events.iter().map(verdict).collect();
    assert_eq!(verdicts, [Verdict::Development, Verdict::New], "others told it first, or nobody");
}

fn noted(config: &str) -> Entry {
    Entry::Config(ConfigChange { at: at(3), config: config.to_owned(), model: String::new() })
}

/// Reads all there is, in pages.
async fn rest(subscription: &mut Subscription) -> Vec<String> {
    let mut all = Vec::new();
    while !subscription.is_caught_up() {
        all.extend(ids(&subscription.read().await.unwrap().events));
    }
    all
}

#[tokio::test]
async fn other_channels_count_from_the_record_on_that_notes_their_configuration() {
    let both = ["old", "new"];
    let entries = [item_on(1, &both), noted("b"), item_on(2, &both), noted("d"), item_on(3, &both)];
    let (_dir, log) = log_of(&entries);
    let mut subscription = Subscription::new(&log, ["old"], Position::FIRST);
    subscription.change("b".to_owned(), Position::FIRST, ["new"]);
    // Out of date before it took effect.
    subscription.change("c".to_owned(), Position::FIRST, ["other"]);
    subscription.change("d".to_owned(), Position::FIRST, both);
    assert_eq!(rest(&mut subscription).await, ["old/1", "new/3", "old/5", "new/5"]);
}

/// Somebody tried something and went back, while the reader was far behind.
#[tokio::test]
async fn a_configuration_that_was_there_before_counts_when_it_comes_again() {
    let both = ["old", "new"];
    let entries = [noted("a"), item_on(1, &both), noted("b"), item_on(2, &both), noted("a")];
    let (_dir, log) = log_of(&entries);
    log.append(&[item_on(3, &both)]).unwrap();
    let mut subscription = Subscription::new(&log, ["old"], Position::FIRST);
    subscription.change("b".to_owned(), Position(3), ["new"]);
    subscription.change("a".to_owned(), Position(4), ["old"]);
    assert_eq!(rest(&mut subscription).await, ["old/2", "new/4", "old/6"]);
}

#[test]
fn what_is_lost_may_have_noted_other_channels() {
    let change = |since| Handover {
        config: "b".to_owned(),
        since: Position(since),
        wanted: Wanted::all(["new"]),
    };
    let changes: VecDeque<_> = [change(3), change(5), change(9)].into();
    let gap = |to| Read::Gap(Gap { from: Position(1), to: Position(to), cause: GapCause::Trimmed });
    assert_eq!(Handover::passed(&changes, &gap(3)), (0, Position(3)));
    assert_eq!(Handover::passed(&changes, &gap(8)), (2, Position(8)));
}
