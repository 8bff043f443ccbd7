use super::*;
use crate::item::Seq;
use crate::sink::testing;

fn delivery(story: u64, verdict: Verdict) -> Delivery {
    let killed = verdict == Verdict::Kill;
    let told = testing::delivery(&format!("Story {story}"));
    Delivery { verdict, story: StoryId(story), killed, ..told }
}

/// The headlines that a digest of at most two stories tells, and how many more there are.
#[track_caller]
fn case(deliveries: Vec<Delivery>, told: &[&str], more: usize) {
    let mut digest = Digest::new("harbour", 2);
    for delivery in deliveries {
        digest.add(&Event::Story(Box::new(delivery)));
    }
    let headlines: Vec<_> = digest.told().map(|story| story.headline.as_str()).collect();
    assert_eq!((headlines.as_slice(), digest.more), (told, more));
}

#[test]
fn what_was_taken_back_is_told_first_and_however_many_there_are() {
    let new = |story| delivery(story, Verdict::New);
    let disputed = Delivery { disputed: true, ..delivery(5, Verdict::Development) };
    case(vec![new(1), new(2), new(3)], &["Story 1", "Story 2"], 1);
    for last in [delivery(3, Verdict::Kill), delivery(3, Verdict::Correction)] {
        case(vec![new(1), new(2), last], &["Story 3", "Story 1", "Story 2"], 0);
    }
    case(
        vec![delivery(3, Verdict::Kill), delivery(4, Verdict::Correction), disputed, new(1)],
        &["Story 3", "Story 4", "Story 5"],
        1,
    );
}

#[test]
fn a_story_that_was_only_counted_is_listed_once_it_is_taken_back() {
    let mut digest = Digest::new("harbour", 1);
    for (story, verdict) in
        [(1, Verdict::New), (2, Verdict::New), (2, Verdict::Development), (2, Verdict::Kill)]
    {
        digest.add(&Event::Story(Box::new(delivery(story, verdict))));
    }
    let withdrawn = digest.told().next().unwrap();
    assert_eq!((withdrawn.headline.as_str(), withdrawn.new), ("Story 2", true));
    assert_eq!((withdrawn.sources.len(), withdrawn.more_sources, digest.more), (1, 2, 0));
}

/// The report of a story by a publisher, and what comes of it.
fn report(item: u64, publisher: &str, headline: &str, verdict: Verdict) -> Delivery {
    Delivery {
        verdict,
        item: Seq(item),
        publisher: Some(publisher.to_owned()),
        link: Some(format!("https://{publisher}.example/{item}")),
        ..testing::delivery(headline)
    }
}

fn digest_of(deliveries: Vec<Delivery>) -> Digest {
    let mut digest = Digest::new("harbour", 10);
    for delivery in deliveries {
        digest.add(&Event::Story(Box::new(delivery)));
    }
    digest
}

/// Publisher and headline of the sources of a story, and whether they withdraw it.
fn sources(story: &Story) -> Vec<(&str, &str, bool)> {
    let sources = story.sources.iter();
    sources.map(|it| (it.report.by.name(), it.headline.as_str(), it.withdrawn)).collect()
}

#[test]
fn what_one_publisher_withdraws_is_marked_and_the_story_told_as_the_others_have_it() {
    let kill = Delivery { of: Some(Seq(2)), ..report(3, "beta", "PM out, 31 dead", Verdict::Kill) };
    let told = vec![
        report(1, "alpha", "PM out", Verdict::New),
        report(2, "beta", "PM out, 31 dead", Verdict::Development),
        kill.clone(),
    ];
    let digest = digest_of(told);
    let story = &digest.stories[0];
    assert_eq!((story.headline.as_str(), story.withdrawn, story.killed), ("PM out", true, false));
    assert_eq!(story.link.as_deref(), Some("https://alpha.example/1"));
    let expected = [("alpha", "PM out", false), ("beta", "PM out, 31 dead", true)];
    assert_eq!(sources(story), expected);
    // The others' reports were in an earlier digest: what was withdrawn is marked, and no link
    // leads there.
    let digest = digest_of(vec![kill]);
    let story = &digest.stories[0];
    assert_eq!((story.headline.as_str(), story.withdrawn), ("PM out, 31 dead", true));
    assert_eq!((story.link.as_deref(), story.is_marked()), (None, true));
}

#[test]
fn what_a_family_told_is_withdrawn_under_whatever_name_it_does() {
    for (publisher, source) in [(Some("Beta Newswire"), "coast"), (None, "line")] {
        let kill = Delivery {
            family: 7,
            publisher: publisher.map(str::to_owned),
            source: source.to_owned(),
            ..report(3, "", "Do not use", Verdict::Kill)
        };
        let digest = digest_of(vec![
            report(1, "alpha", "PM out", Verdict::New),
            Delivery { family: 7, ..report(2, "beta", "PM out, 31 dead", Verdict::Development) },
            kill,
        ]);
        let by = publisher.unwrap_or(source);
        let expected = [("alpha", "PM out", false), (by, "Do not use", true)];
        assert_eq!(sources(&digest.stories[0]), expected);
        assert_eq!(digest.stories[0].headline, "PM out");
    }
}

#[test]
fn a_publisher_that_tells_a_story_anew_after_it_withdrew_it_stands_by_that() {
    let digest = digest_of(vec![
        report(1, "alpha", "PM out", Verdict::New),
        report(2, "alpha", "PM out", Verdict::Kill),
        report(3, "alpha", "PM may be out", Verdict::Development),
    ]);
    let story = &digest.stories[0];
    assert_eq!((story.headline.as_str(), story.withdrawn), ("PM may be out", true));
    assert_eq!(sources(story), [("alpha", "PM out", true), ("alpha", "PM may be out", false)]);
}

#[test]
fn of_many_sources_the_first_and_the_newest_are_told() {
    let reports =
        (1..=20).map(|n| report(n, &format!("p{n}"), &format!("Told by {n}"), Verdict::New));
    let kill = Delivery { of: Some(Seq(2)), ..report(21, "p2", "Told by 2", Verdict::Kill) };
    let digest = digest_of(reports.chain([kill]).collect());
    let story = &digest.stories[0];
    let items: Vec<_> = story.sources.iter().map(|source| source.report.item.0).collect();
    assert_eq!(items, [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21]);
    assert_eq!((story.headline.as_str(), story.more_sources), ("Told by 20", 8));
}

#[test]
fn stories_that_turn_out_to_be_one_are_told_as_one() {
    let of = |story, delivery| Delivery { story: StoryId(story), ..delivery };
    let ferry = of(1, report(1, "alpha", "Ferry runs aground", Verdict::New));
    let lift = of(2, report(2, "beta", "Helicopters lift forty", Verdict::New));
    let both = of(1, report(3, "gamma", "Forty lifted off ferry", Verdict::Development));
    let both = Delivery { merged: vec![StoryId(2)], ..both };
    let other = of(4, report(4, "alpha", "Rates rise", Verdict::New));
    for (told, place, new) in [
        (vec![ferry.clone(), lift.clone(), other.clone(), both.clone()], 0, true),
        (vec![lift.clone(), other.clone(), ferry.clone(), both.clone()], 1, true),
        // What the other became was told before.
        (vec![lift.clone(), other.clone(), both.clone()], 0, true),
    ] {
        let count = told.len();
        let mut digest = digest_of(told);
        assert_eq!((digest.stories.len(), digest.more), (2, 0));
        let story = &digest.stories[place];
        assert_eq!((story.headline.as_str(), story.new), ("Forty lifted off ferry", new));
        assert_eq!(story.sources.len(), count - 1);
        assert!(story.sources.is_sorted_by_key(|source| source.report.item));
        // Both are found again.
        digest.add(&Event::Story(Box::new(of(4, report(9, "beta", "Rates", Verdict::New)))));
        let kill = Delivery { killed: true, ..of(1, report(8, "gamma", "Lifted", Verdict::Kill)) };
        digest.add(&Event::Story(Box::new(kill)));
        let told: Vec<_> = digest.told().map(|story| story.headline.as_str()).collect();
        assert_eq!(told, ["Lifted", "Rates"]);
    }
}

#[test]
fn a_story_that_is_only_counted_is_counted_once_with_what_it_turned_out_to_be() {
    let of = |story, delivery| Delivery { story: StoryId(story), ..delivery };
    let new = |story| of(story, report(story, "alpha", "Told", Verdict::New));
    let update = |story| of(story, report(9, "beta", "Both", Verdict::Development));
    let merging = |kept, alias| Delivery { merged: vec![StoryId(alias)], ..update(kept) };
    for (told, more, sources) in [
        (vec![new(1), new(2), merging(1, 2)], 0, 1),
        (vec![new(2), new(1), merging(1, 2)], 0, 1),
        (vec![new(3), new(1), new(2), merging(1, 2)], 1, 0),
        (vec![new(3), new(2), merging(1, 2)], 1, 0),
    ] {
        let mut digest = Digest::new("harbour", 1);
        told.into_iter().for_each(|it| digest.add(&Event::Story(Box::new(it))));
        let story = &digest.stories[0];
        assert_eq!((digest.stories.len(), digest.more, story.more_sources), (1, more, sources));
    }
}

#[test]
fn what_was_only_counted_is_no_silence() {
    let mut digest = Digest::new("harbour", 10);
    assert!(digest.is_empty());
    let left_out = crate::channel::Digest {
        v: crate::channel::VERSION,
        id: "harbour/8".to_owned(),
        channel: "harbour".to_owned(),
        position: crate::log::Position(8),
        at: jiff::Timestamp::UNIX_EPOCH,
        since: jiff::Timestamp::UNIX_EPOCH,
        reason: "Beyond the rate of the channel.".to_owned(),
        left_out: 3,
        stories: Vec::new(),
    };
    digest.add(&Event::Digest(Box::new(left_out)));
    assert!(!digest.is_empty());
    assert_eq!(digest.more, 3);
}
