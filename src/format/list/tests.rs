use jiff::tz::TimeZone;

use crate::format::tests::{items, options};
use crate::format::{Format, Options, Parser, parse};
use crate::item::{Item, TimeQuality};

const PAGE: &str = include_str!("../../../tests/data/format/list.txt");

fn page(text: &str) -> Vec<Item> {
    items(Format::List, text.as_bytes())
}

/// Headline, byline and time of each item, an empty text for what is missing.
#[track_caller]
fn case(text: &str, expected: &[(&str, &str, &str)]) {
    let found: Vec<_> = page(text)
        .into_iter()
        .map(|item| {
            let time = item.versioncreated.map(|t| t.to_string()).unwrap_or_default();
            (item.headline, item.byline.unwrap_or_default(), time)
        })
        .collect();
    let found: Vec<_> =
        found.iter().map(|(h, b, t)| (h.as_str(), b.as_str(), t.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_headline_is_held_until_the_input_is_still_and_an_article_beyond_that() {
    let mut parser = Parser::new(Format::List, options());
    let mut out = Vec::new();
    let mut told = |text: &str, flush: bool| {
        parser.feed(text.as_bytes(), &mut out);
        if flush {
            parser.flush(&mut out);
        }
        out.drain(..).map(|record| record.unwrap().headline).collect::<Vec<_>>()
    };
    assert!(told("Ferry sinks\nHalf a", false).is_empty());
    assert_eq!(told("", true), ["Ferry sinks"]);
    assert_eq!(told(" line\n", true), ["Half a line"]);
    assert!(told("• By Ann Lee\n", true).is_empty());
    assert!(told(" date 2026-11-23 Harbour desk\nTitle\nText.\n", true).is_empty());
}

#[test]
fn an_article_and_its_headlines_are_told_apart() {
    case(
        PAGE,
        &[
            ("Port strike enters second week", "", "2026-11-22T00:00:00Z"),
            ("Harbour bridge reopens after storm", "EXAMPLE NEWS", "2026-11-23T19:05:00Z"),
            ("Minister says tunnel will open in May", "Ann Lee", "2026-11-23T01:58:00Z"),
        ],
    );
    let items = page(PAGE);
    let body = "Dockers at the northern port voted on Sunday to go on with their strike.\n\
                The operator called the vote \"regrettable\".";
    assert_eq!(items[0].body.as_deref(), Some(body));
    assert_eq!(items[1].publisher.as_deref(), Some("EXAMPLE NEWS"));
    assert_eq!(
        (items[2].publisher.as_deref(), items[2].time_quality),
        (None, TimeQuality::Unzoned)
    );
}

#[test]
fn an_article_without_a_date_line_is_known_by_its_prose() {
    let prose = "The council of the old town decided after a long night of talks that the market \
                 will keep its place by the river for at least ten more years.";
    case(
        &format!("Council keeps market\n\n{prose}\n{prose}\nRain expected\n- 23/11/2026 07:05\n"),
        &[("Council keeps market", "", ""), ("Rain expected", "", "2026-11-23T07:05:00Z")],
    );
}

#[test]
fn bullets_of_any_kind_and_none_are_understood() {
    let expected = [("Rain expected", "Ann Lee", "2026-11-23T19:05:00Z")];
    for page in [
        "Rain expected\n* By Ann Lee\n* 11/23/2026 07:05 PM\n",
        "Rain expected\n- By Ann Lee\n- 2026-11-23 19:05\n",
        "Rain expected\n· 23.11.2026 19:05\n· By Ann Lee\n",
        "- Rain expected\n  By Ann Lee\n  2026-11-23T19:05:00Z\n",
        "Rain expected\n\n• By Ann Lee • 11/23/2026 07:05 PM\n",
        "Rain expected\nBy Ann Lee | Updated: Nov 23, 2026 7:05 PM",
        "Rain expected\r\n\r\n  • By: Ann Lee\r\n  • 23 November 2026 19:05\r\n",
    ] {
        case(page, &expected);
    }
}

#[test]
fn missing_bylines_and_times_cost_only_themselves() {
    case(
        "One\n• 11/23/2026 07:05 PM\nTwo\n• By Ann Lee\nThree\nFour\n",
        &[
            ("One", "", "2026-11-23T19:05:00Z"),
            ("Two", "Ann Lee", ""),
            ("Three", "", ""),
            ("Four", "", ""),
        ],
    );
}

#[test]
fn a_time_below_a_headline_is_none_though_its_day_is_missing_or_a_word() {
    for (written, expected) in [
        ("Yesterday, 11:15 AM", "2026-11-22T11:15:00Z"),
        ("yesterday 11:15", "2026-11-22T11:15:00Z"),
        ("Today, 12:01 AM", "2026-11-23T00:01:00Z"),
        ("10:00 AM", "2026-11-23T10:00:00Z"),
        ("10:00 PM", "2026-11-22T22:00:00Z"),
        ("2 hours ago", "2026-11-23T18:00:00Z"),
        ("5 mins ago", "2026-11-23T19:55:00Z"),
        ("an hour ago", "2026-11-23T19:00:00Z"),
    ] {
        let page = format!("Ferry sinks\n• By A Lee\n• {written}\n\nBank raises rate\n• By B\n");
        case(&page, &[("Ferry sinks", "A Lee", expected), ("Bank raises rate", "B", "")]);
    }
}

#[test]
fn headlines_that_look_like_bylines_or_dates_stay_headlines() {
    case(
        "By the numbers: what the storm cost\n9/11 memorial to be widened\nMay 1\n",
        &[
            ("By the numbers: what the storm cost", "", ""),
            ("9/11 memorial to be widened", "", ""),
            ("May 1", "", ""),
        ],
    );
}

#[test]
fn one_unmistakable_date_tells_the_order_of_the_page() {
    case(
        "One\n• 04/03/2026 10:00\nTwo\n• 23/03/2026 10:00\n",
        &[("One", "", "2026-03-04T10:00:00Z"), ("Two", "", "2026-03-23T10:00:00Z")],
    );
    case(
        "One\n• 04/03/2026 10:00\nTwo\n• 03/23/2026 10:00\n",
        &[("One", "", "2026-04-03T10:00:00Z"), ("Two", "", "2026-03-23T10:00:00Z")],
    );
}

#[test]
fn a_date_between_headlines_dates_the_times_below_it() {
    case(
        "Monday, 23 November 2026\nOne\n• 07:05 PM\nTwo\n• 06:00\n",
        &[("One", "", "2026-11-23T19:05:00Z"), ("Two", "", "2026-11-23T06:00:00Z")],
    );
}

#[test]
fn times_are_in_the_zone_of_the_source() {
    let timezone = TimeZone::get("Asia/Jerusalem").expect("the zone exists");
    let records = parse(Format::List, PAGE.as_bytes(), &Options { timezone, ..options() });
    let time = records[1].as_ref().ok().and_then(|item| item.versioncreated);
    assert_eq!(time.map(|t| t.to_string()).as_deref(), Some("2026-11-23T17:05:00Z"));
}

#[test]
fn an_item_is_out_as_soon_as_its_block_is_complete() {
    let mut parser = Parser::new(Format::List, options());
    let mut out = Vec::new();
    parser.feed(b"One\n  \xE2\x80\xA2 By Ann Lee\n", &mut out);
    assert_eq!(out.len(), 0);
    parser.feed(b"  \xE2\x80\xA2 11/23/2026 07:05 PM\n", &mut out);
    assert_eq!(out.len(), 1);
    parser.feed(b"Two\nThree\n", &mut out);
    assert_eq!(out.len(), 2);
    parser.finish(&mut out);
    assert_eq!(out.len(), 3);
}

#[test]
fn an_endless_article_is_one_reject_and_the_page_goes_on() {
    let mut text = "date 2026-11-23\n".to_owned();
    text.push_str(&"All of this is a paragraph.\n".repeat(20));
    let options = Options { max_record: 300, ..options() };
    let records = parse(Format::List, text.as_bytes(), &options);
    assert_eq!(records.iter().filter(|r| r.is_err()).count(), 1);
}
