use jiff::SignedDuration;

use super::*;
use crate::channel::VERSION;
use crate::item::{RejectKind, Seq};
use crate::log::Position;
use crate::sink::testing;

fn delivery(minute: i64, verdict: Verdict, headline: &str) -> Delivery {
    let start: Timestamp = "2026-03-01T22:50:00Z".parse().unwrap();
    let at = start + SignedDuration::from_mins(minute);
    let publisher = Some("Coast Wire".to_owned());
    Delivery { verdict, publisher, received: at, event: at, ..testing::delivery(headline) }
}

/// The lines without their colours.
fn plain(events: Vec<Event>) -> String {
    let mut text = Text::new(TimeZone::UTC);
    let lines: Vec<_> = events.iter().map(|event| text.line(event)).collect();
    anstream::adapter::strip_str(&lines.join("\n")).to_string()
}

#[test]
fn a_desk_sees_time_channel_and_what_happened_at_a_glance() {
    let story = |delivery| Event::Story(Box::new(delivery));
    let refusal = Refusal {
        v: VERSION,
        id: "rejected/9".to_owned(),
        channel: "rejected".to_owned(),
        position: Position(9),
        item: Seq(9),
        source: "coast".to_owned(),
        received: "2026-03-02T00:10:00Z".parse().unwrap(),
        kind: RejectKind::NoText,
        reason: "There is no headline and no body.".to_owned(),
        offset: Some(812),
        text: String::new(),
    };
    let events = vec![
        story(delivery(0, Verdict::New, "Ferry strike is off, union says")),
        story(Delivery {
            disputes: true,
            disputed: true,
            items: 2,
            publishers: 2,
            publisher: Some("Harbour News".to_owned()),
            ..delivery(12, Verdict::Development, "Captains deny that ferry strike is off")
        }),
        story(Delivery {
            disputed: true,
            items: 3,
            publishers: 2,
            ..delivery(15, Verdict::Repeat, "Ferry strike off: union")
        }),
        story(Delivery {
            channel: "weather-and-tides".to_owned(),
            publisher: None,
            ..delivery(75, Verdict::New, "Storm surge expected on Tuesday")
        }),
        story(Delivery {
            killed: true,
            items: 4,
            ..delivery(76, Verdict::Kill, "KILL: Ferry strike is off")
        }),
        Event::Rejected(Box::new(refusal)),
        Event::Gap(Lost {
            v: VERSION,
            from: Position(11),
            to: Position(32),
            cause: GapCause::Trimmed,
        }),
    ];
    assert_eq!(
        plain(events),
        "\
Sunday, 1 March 2026
22:50  harbour   + new       Ferry strike is off, union says  Coast Wire · s3 · item 7
23:02  harbour   ? disputed  Captains deny that ferry strike is off  Harbour News · s3 · item 7 · 2 items, 2 sources
23:05  harbour   = repeat    Ferry strike off: union  Coast Wire · s3 · item 7 · 3 items, 2 sources · disputed
Monday, 2 March 2026
00:05  weather-and-tides  + new       Storm surge expected on Tuesday  coast · s3 · item 7
00:06  harbour           x killed    KILL: Ferry strike is off  Coast Wire · s3 · item 7 · 4 items, 1 source
00:10  rejected          ! no item   There is no headline and no body.  coast, byte 812
-- 21 records of the log were removed before they were delivered here (positions 11 to 31) --"
    );
}

#[test]
fn what_the_channel_never_told_of_is_new_to_its_reader_unless_it_corrects() {
    for (verdict, label) in [
        (Verdict::Repeat, "+ new"),
        (Verdict::Development, "+ new"),
        (Verdict::Correction, "! corrected"),
    ] {
        let delivery = Delivery { first: true, ..delivery(0, verdict, "Ferry strike is off") };
        let line = plain(vec![Event::Story(Box::new(delivery))]);
        assert!(line.contains(label), "{verdict}: {line}");
    }
}

#[test]
fn what_an_item_holds_cannot_drive_the_terminal() {
    let attack = "\x1b[2J\x1b]0;owned\x07 calm \u{202e}desrever\r\nfaked 13:58 line";
    let line = plain(vec![Event::Story(Box::new(Delivery {
        publisher: Some("Evil\x1b[31m Wire".to_owned()),
        ..delivery(0, Verdict::New, attack)
    }))]);
    assert_eq!(line.lines().count(), 2, "the date and one line: {line:?}");
    let visible = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(line.chars().all(visible), "{line:?}");
}

#[test]
fn a_digest_says_why_and_then_each_story() {
    let digest = Digest {
        v: VERSION,
        id: "harbour/9".to_owned(),
        channel: "harbour".to_owned(),
        position: Position(9),
        at: "2026-03-02T06:30:00Z".parse().unwrap(),
        since: "2026-03-01T22:50:00Z".parse().unwrap(),
        reason: "Quiet hours: 2 stories were held.".to_owned(),
        left_out: 0,
        stories: vec![
            delivery(0, Verdict::New, "Ferry strike is off"),
            delivery(90, Verdict::New, "Storm surge expected"),
        ],
    };
    assert_eq!(
        plain(vec![Event::Digest(Box::new(digest))]),
        "\
Monday, 2 March 2026
06:30  harbour   # digest    Quiet hours: 2 stories were held.
Sunday, 1 March 2026
22:50  harbour   + new       Ferry strike is off  Coast Wire · s3 · item 7
Monday, 2 March 2026
00:20  harbour   + new       Storm surge expected  Coast Wire · s3 · item 7"
    );
}
