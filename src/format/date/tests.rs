use super::*;

fn dates(zone: &str, day_first: bool) -> Dates {
    Dates {
        zone: TimeZone::get(zone).expect("the zone exists"),
        received: "2026-11-23T20:00:00Z".parse().expect("a timestamp"),
        day_first,
    }
}

#[track_caller]
fn case(text: &str, expected: &str) {
    let moment = dates("UTC", false).parse(text).map(|m| m.time.to_string());
    assert_eq!(moment.as_deref(), Some(expected), "{text:?}");
}

#[track_caller]
fn zoned(text: &str, zone: &str, expected: &str, is_zoned: bool) {
    let moment = dates(zone, false).parse(text).map(|m| (m.time.to_string(), m.zoned));
    assert_eq!(moment, Some((expected.to_owned(), is_zoned)), "{text:?} in {zone}");
}

#[test]
fn every_common_spelling_of_a_date_is_read() {
    case("2026-11-23T19:05:45Z", "2026-11-23T19:05:45Z");
    case("2026-11-23T19:05:45.123456+01:00", "2026-11-23T18:05:45.123456Z");
    case("2026-11-23 19:05", "2026-11-23T19:05:00Z");
    case("2026-11-23 19:05:45 +0100", "2026-11-23T18:05:45Z");
    case("20261123T190545+0100", "2026-11-23T18:05:45Z");
    case("20261123T190545Z", "2026-11-23T19:05:45Z");
    case("20261123190545", "2026-11-23T19:05:45Z");
    case("20261123", "2026-11-23T00:00:00Z");
    case("2026-11-23", "2026-11-23T00:00:00Z");
    case("2026-11", "2026-11-01T00:00:00Z");
    case("2026/11/23 07:05", "2026-11-23T07:05:00Z");
    case("11/23/2026 07:05 PM", "2026-11-23T19:05:00Z");
    case("11/23/2026 12:05 AM", "2026-11-23T00:05:00Z");
    case("11/23/2026 12:05 p.m.", "2026-11-23T12:05:00Z");
    case("23.11.2026, 19:05", "2026-11-23T19:05:00Z");
    case("03.04.2026", "2026-04-03T00:00:00Z");
    case("23-Nov-2026 19:05", "2026-11-23T19:05:00Z");
    case("Nov 23, 2026 7:05pm", "2026-11-23T19:05:00Z");
    case("November 23, 2026 at 7:05 PM EST", "2026-11-24T00:05:00Z");
    case("Monday, 23rd November 2026", "2026-11-23T00:00:00Z");
    case("23 Sept. 2026", "2026-09-23T00:00:00Z");
    case("8 p.m. November 23, 2026", "2026-11-23T20:00:00Z");
    case("Nov 23, 2026 12 AM EST", "2026-11-23T05:00:00Z");
}

#[test]
fn mail_dates_are_read_with_the_slips_that_feeds_make() {
    case("Mon, 23 Nov 2026 19:05:45 +0100", "2026-11-23T18:05:45Z");
    case("Fri, 23 Nov 2026 19:05:45 GMT", "2026-11-23T19:05:45Z");
    case("Mon, 23 November 2026 19:05:45 EST", "2026-11-24T00:05:45Z");
    case("23 Nov 26 19:05 PDT", "2026-11-24T02:05:00Z");
    case("Mon, 23 Nov 2026 19:05:60 GMT", "2026-11-23T19:05:59Z");
    case("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24T00:00:00Z");
    case("Mon, 23 Nov 2026 19:05:45 +0100 (CET)", "2026-11-23T18:05:45Z");
    case("2026-11-23 19:05:45 +0100 CET", "2026-11-23T18:05:45Z");
    case("2026-11-23 19:05:45 +0000 UTC", "2026-11-23T19:05:45Z");
    case("Mon, 23 Nov 2026 19:05:45 GMT+2", "2026-11-23T17:05:45Z");
    case("Mon Nov 23 19:05:45 2026", "2026-11-23T19:05:45Z");
}

#[test]
fn a_named_zone_is_never_read_as_utc_by_mistake() {
    zoned("23 Nov 2026 19:05 CET", "UTC", "2026-11-23T18:05:00Z", true);
    zoned("23 Jul 2026 19:05 BST", "UTC", "2026-07-23T18:05:00Z", true);
    zoned("23 Nov 2026 19:05 XYZ", "America/New_York", "2026-11-24T00:05:00Z", false);
    zoned("23 Nov 2026 19:05", "America/New_York", "2026-11-24T00:05:00Z", false);
    zoned("23 Nov 2026 19:05 IST", "UTC", "2026-11-23T13:35:00Z", true);
    zoned("23 Nov 2026 19:05 IST", "Asia/Jerusalem", "2026-11-23T17:05:00Z", true);
}

#[test]
fn american_names_without_a_season_follow_the_clock() {
    zoned("November 23, 2026 6:00 p.m. ET", "UTC", "2026-11-23T23:00:00Z", true);
    zoned("July 23, 2026 6:00 p.m. Eastern Time", "UTC", "2026-07-23T22:00:00Z", true);
    zoned("23 Jul 2026 09:00 PT", "UTC", "2026-07-23T16:00:00Z", true);
    zoned("23 Jul 2026 09:00 local time", "UTC", "2026-07-23T09:00:00Z", false);
}

#[test]
fn months_and_days_may_be_of_other_languages() {
    case("lun, 23 nov 2026 19:05:45 +0100", "2026-11-23T18:05:45Z");
    case("Mi, 23 Dez 2026 19:05 +0100", "2026-12-23T18:05:00Z");
    case("mar, 24 nov. 2026 07:05", "2026-11-24T07:05:00Z");
    case("23 de outubro de 2026", "2026-10-23T00:00:00Z");
    case("23 Août 2026", "2026-08-23T00:00:00Z");
    case("10. Oktober 2026", "2026-10-10T00:00:00Z");
    case("05-MAG-26 19:05", "2026-05-05T19:05:00Z");
    case("terça-feira, 23 fev 2027, 07:05", "2027-02-23T07:05:00Z");
    case("Montag 23. November 2026", "2026-11-23T00:00:00Z");
    case("23 ноября 2026 10:00", "2026-11-23T10:00:00Z");
    case("2026年11月23日 10:00", "2026-11-23T10:00:00Z");
}

#[test]
fn a_time_of_day_may_be_told_by_the_word_for_its_hours() {
    case("23. November 2026, 10.00 Uhr", "2026-11-23T10:00:00Z");
    case("23.11.26, 6 Uhr", "2026-11-23T06:00:00Z");
    case("23 nov. 2026 10h00", "2026-11-23T10:00:00Z");
    case("23 NOVEMBRE 2026 06H30 GMT", "2026-11-23T06:30:00Z");
    case("Nov 23, 2026 12.01am", "2026-11-23T00:01:00Z");
    case("Nov 23, 2026 6.30 p.m. EST", "2026-11-23T23:30:00Z");
    case("20261123T100000,500Z", "2026-11-23T10:00:00.5Z");
    case("2026-11-23 10:00:00,500", "2026-11-23T10:00:00.5Z");
}

#[test]
fn a_number_above_twelve_tells_the_day_and_otherwise_the_source_does() {
    case("11/12/2026", "2026-11-12T00:00:00Z");
    case("13/11/2026", "2026-11-13T00:00:00Z");
    let european = dates("UTC", true);
    let read = |text| european.parse(text).map(|m| m.time.to_string());
    assert_eq!(read("11/12/2026").as_deref(), Some("2026-12-11T00:00:00Z"));
    assert_eq!(read("11/23/2026").as_deref(), Some("2026-11-23T00:00:00Z"));
}

#[test]
fn a_date_without_a_year_is_the_nearest_one() {
    case("23 Nov 1905", "1905-11-23T00:00:00Z");
    case("Nov 20 19:05", "2026-11-20T19:05:00Z");
    case("31 Dec", "2026-12-31T00:00:00Z");
    case("2 Jan", "2027-01-02T00:00:00Z");
    let january =
        Dates { received: "2027-01-03T00:00:00Z".parse().unwrap(), ..dates("UTC", false) };
    let read = january.parse("31 Dec").map(|m| m.time.to_string());
    assert_eq!(read.as_deref(), Some("2026-12-31T00:00:00Z"));
}

#[test]
fn a_time_alone_belongs_to_the_day_of_its_page() {
    let dates = dates("UTC", false);
    let day = Date::new(2026, 11, 23).unwrap();
    let read = |text| dates.time_of_day(text, day).map(|m| m.time.to_string());
    assert_eq!(read("08:15 PM").as_deref(), Some("2026-11-23T20:15:00Z"));
    assert_eq!(read("11/15/2019 08:15 PM"), None);
    assert_eq!(dates.parse("08:15 PM"), None);
}

#[test]
fn what_is_not_a_date_is_not_read() {
    let long = "1 ".repeat(100);
    let not_dates = [
        "",
        "   ",
        "today",
        "soon",
        "1",
        "2026",
        "13/13/2026",
        "32 Nov 2026",
        "2026-02-30",
        "25:00",
        "2026-11-23T25:00:00Z",
        "11/23/2026 storm",
        "May",
        "S&P 500",
        "12 monkeys",
        "9/11",
        "Storm, 23 dead",
        "Sunday, 12",
        "Olympics, July 2028",
        long.as_str(),
    ];
    for text in not_dates.iter().filter(|text| **text != "9/11") {
        assert_eq!(dates("UTC", false).parse(text), None, "{text:?}");
    }
}
