use std::path::Path;

use super::*;
use crate::config::{Config, File};
use crate::format::tests::options;
use crate::format::{Format, Options, parse};

fn decider(desk: &str) -> Decider {
    let (config, problems) = Config::parse(File::new("f", desk), Path::new("."));
    let config = config.unwrap_or_else(|| panic!("{problems}"));
    Decider::build(&config).unwrap().0
}

fn records(text: &str) -> Vec<Record> {
    parse(Format::Auto, text.as_bytes(), &Options { exported: true, ..options() })
}

/// The time now.
fn now() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// Lines of the replay of an export, under a rule that asks for the source `push`.
fn replayed(export: &str) -> Vec<Line> {
    let desk = "[[channel]]\nname = \"c\"\n[[rule]]\nquery = \"source:push\"\nchannels = [\"c\"]\n\
                [[source.tcp]]\nname = \"push\"\nlisten = \"127.0.0.1:0\"\n";
    replay(&mut decider(desk), records(export), now()).0
}

fn line(headline: &str, more: &str, source: &str, received: &str) -> String {
    format!(
        "{{\"headline\":\"{headline}\"{more},\
         \"wirefold\":{{\"source\":\"{source}\",\"received\":\"{received}\"}}}}\n"
    )
}

#[test]
fn an_item_without_a_headline_is_shown_by_what_its_body_says() {
    let body = "{\"body\":\"Squid blocks the harbour of Norland. Boats wait.\"}\n";
    assert_eq!(replayed(body)[0].headline.as_deref(), Some("Squid blocks the harbour of Norland"));
}

#[test]
fn an_exported_item_keeps_its_source_and_the_time_it_came() {
    let lines = replayed(
        &(line("Ferry runs aground off Elmsford", "", "push", "2026-03-01T07:00:00Z")
            + &line("Council votes on the night bus", "", "drop", "2026-03-01T08:00:00Z")),
    );
    assert_eq!(lines[0].channels, ["c"]);
    assert_eq!(lines[1].channels, ["unrouted"]);
}

#[test]
fn exported_items_are_replayed_in_the_order_they_came_and_not_in_that_of_their_own_times() {
    let own = |time: &str| format!(",\"uri\":\"a:1\",\"versioncreated\":\"2026-03-01T{time}:00Z\"");
    let headline = "Ferry runs aground off Elmsford";
    let lines = replayed(
        &(line(headline, &own("06:30"), "push", "2026-03-01T07:00:00Z")
            + &line(headline, &own("06:10"), "push", "2026-03-01T08:00:00Z")),
    );
    assert_eq!([lines[0].verdict, lines[1].verdict], ["New", "Repeat"]);
    assert_eq!(lines[1].of, Some(0), "the first that came is the first");
}

#[test]
fn any_time_of_receipt_is_lived_with() {
    let headline = "Ferry runs aground off Elmsford";
    for at in [Timestamp::MIN, Timestamp::MAX] {
        let lines = replayed(
            &(line(headline, "", "push", &at.to_string())
                + &line(headline, "", "push", "2026-03-01T08:00:00Z")),
        );
        assert_eq!(lines.len(), 2, "{at}");
    }
}

#[test]
fn an_agency_withdraws_what_it_sent_without_being_configured_to() {
    let message = |headline: &str| {
        format!(
            "\u{1}exa062 4 i 211 example 061\r\nHarbour/strike/\r\n\u{2}{headline} =\r\n   \
             Bergen (example) - Dockers voted.\r\n\u{3}231905 GMT Nov 26\r\n\u{4}\r\n"
        )
    };
    let headlines = ["Dockers vote to go on", "KILL: Dockers vote to go on"];
    let wire = headlines.map(message).concat();
    let records = parse(Format::Auto, wire.as_bytes(), &options());
    let (lines, _) = replay(&mut decider(""), records, now());
    assert_eq!([lines[0].verdict, lines[1].verdict], ["New", "Kill"]);
}

/// A desk whose channel is quiet at night and whose rule has this query.
fn night(query: &str) -> Decider {
    decider(&format!(
        "[[channel]]\nname = \"m\"\nquiet = \"22:00-06:30\"\n\
         [[rule]]\nname = \"r\"\nquery = \"{query}\"\nchannels = [\"m\"]\n"
    ))
}

#[test]
fn what_is_held_back_is_compared_like_all_else() {
    let ferry =
        "{\"headline\":\"Ferry runs aground\",\"versioncreated\":\"2026-03-01T23:00:00Z\"}\n";
    let bridge = "{\"headline\":\"Bridge opens\",\"versioncreated\":\"2026-03-02T09:00:00Z\"}\n";
    let compared = |text: &str| {
        let found = compare(&mut night("*"), &mut night("ferry"), records(text), now());
        (found.changed, found.items)
    };
    assert_eq!(
        compared(&format!("{ferry}{bridge}")),
        (1, 2),
        "the ferry falls due with the bridge"
    );
    assert_eq!(compared(ferry), (0, 1), "it is still held at the end");
}

#[test]
fn where_nothing_has_a_time_all_comes_now() {
    let timeless = "{\"headline\":\"Ferry runs aground\"}\n";
    let delivered = |text: &str| -> Vec<bool> {
        let lines = replay(&mut night("*"), records(text), now()).0;
        lines.iter().map(|line| !line.channels.is_empty()).collect()
    };
    assert_eq!(delivered(timeless), [true]);
    // What has a time tells that of the others, whatever the clock shows.
    let bridge = "{\"headline\":\"Bridge opens\",\"versioncreated\":\"2026-03-01T23:00:00Z\"}\n";
    assert_eq!(delivered(&format!("{timeless}{bridge}")), [false, false]);
}
