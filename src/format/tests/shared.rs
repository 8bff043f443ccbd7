//! Opt-in: real wire data, which is not part of the project. Set `WIREFOLD_SHARED_DATA` to its
//! directory.

use std::path::PathBuf;

use super::*;
use crate::item::Marker;

/// A file of the shared data, or none when it is not asked for.
fn read(name: &str) -> Option<Vec<u8>> {
    let Some(directory) = std::env::var_os("WIREFOLD_SHARED_DATA") else {
        use std::io::Write;
        let note = format!("skipped: WIREFOLD_SHARED_DATA is not set, {name} was not read");
        writeln!(std::io::stderr(), "{note}").expect("stderr is open");
        return None;
    };
    let path = PathBuf::from(directory).join(name);
    Some(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

#[test]
fn the_seed_page_is_an_article_and_its_headlines() {
    let Some(page) = read("seed_wire.txt") else { return };
    assert_eq!(Format::detect(&page), Some(Format::List));
    let items = items(Format::Auto, &page);
    assert_eq!(items.len(), 1 + 15);
    let (article, headlines) = items.split_first().expect("an article");
    assert!(article.headline.starts_with("U.S. calls on Libya's Haftar"));
    assert_eq!(article.body.as_ref().map(|body| body.lines().count()), Some(10));
    let day = article.versioncreated.map(|t| t.to_string());
    assert_eq!(day.as_deref(), Some("2019-11-15T00:00:00Z"));
    for item in headlines {
        assert!(item.byline.is_some() && item.versioncreated.is_some(), "{item:?}");
        assert!(item.body.is_none() && item.headline.len() > 20, "{item:?}");
    }
}

#[test]
fn every_row_of_the_labelled_sets_is_an_item_with_its_time() {
    for (name, rows) in [
        ("stories_og2021_dev.tsv", 5254),
        ("stories_uci5pub_dev.tsv", 5673),
        ("replay_googlenews_en.tsv", 61478),
        ("route_reuters21578_dev.tsv", 18279),
    ] {
        let Some(bytes) = read(name) else { return };
        assert_eq!(Format::detect(&bytes), Some(Format::Tsv));
        let items = items(Format::Auto, &bytes);
        assert_eq!(items.len(), rows, "{name}");
        assert!(items.iter().all(|item| item.versioncreated.is_some()), "{name}");
    }
}

/// What an item holds, without its text.
fn summary(item: &Item) -> String {
    let mut parts = vec![format!("headline {}", item.headline.chars().count())];
    let mut add = |name: &str, value: Option<String>| {
        parts.extend(value.map(|value| format!("{name} {value}")));
    };
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    let length = |text: &Option<String>| text.as_ref().map(|text| text.chars().count().to_string());
    add("body", length(&item.body));
    add("byline", length(&item.byline));
    add("from", item.publisher.clone());
    add("language", item.language.map(|language| language.to_string()));
    add("at", time(item.versioncreated));
    add("first", time(item.firstcreated));
    add("embargo", time(item.embargoed));
    add("urgency", item.urgency.map(|urgency| urgency.to_string()));
    add("subjects", Some(item.subjects.len().to_string()).filter(|n| n != "0"));
    add("slugline", length(&item.slugline));
    add("ednote", length(&item.ednote));
    add("version", item.version.map(|version| version.to_string()));
    parts.extend(item.markers.iter().map(Marker::to_string));
    parts.push(format!("{:?} {:?}", item.time_quality, item.pubstatus));
    parts.join(", ")
}

/// Every file of the wire folder: name, format, and what it holds.
#[rustfmt::skip]
const WIRE: &[(&str, Format, &str)] = &[
    ("IPTC7901.txt", Format::Iptc7901, "headline 64, body 1028, byline 16, from dpa, at 2013-11-13T11:37:00Z, urgency 4, subjects 1, slugline 16, ednote 211, Zoned Usable"),
    ("aap.xml", Format::Nitf, "headline 44, body 1746, byline 8, from Australian Associated Press, at 2013-10-20T08:27:51Z, urgency 5, subjects 2, slugline 21, Zoned Usable"),
    ("afp.xml", Format::Newsml1, "headline 51, body 1415, from AFP, language en, at 2014-08-29T13:49:51Z, first 2014-08-29T13:49:51Z, urgency 4, subjects 5, slugline 11, version 1, Zoned Usable"),
    ("ana1.xml", Format::Newsml1, "headline 45, body 791, from ΑΠΕ-ΜΠΕ, language en, at 2018-04-04T14:58:59Z, first 2018-04-04T14:58:59Z, urgency 5, subjects 3, version 1, Zoned Usable"),
    ("anpa-1.tst", Format::Anpa, "headline 46, body 2728, byline 33, from AP, at 2013-11-13T15:09:00Z, urgency 1, subjects 1, slugline 23, ednote 15, Zoned Usable"),
    ("anpa-3.tst", Format::Anpa, "headline 25, body 4743, from AP, at 2013-11-13T07:13:00Z, urgency 3, subjects 1, slugline 25, Zoned Usable"),
    ("ansa-newsmlg2-text.xml", Format::NewsmlG2, "headline 54, body 478, from ansa.it, language it, at 2017-10-11T09:41:00Z, first 2017-10-11T09:41:00Z, urgency 5, subjects 2, version 1, Zoned Usable"),
    ("ap-nitf.xml", Format::Nitf, "headline 60, body 6363, byline 14, from The Associated Press, at 2015-12-10T19:10:44Z, ednote 23, Zoned Usable"),
    ("ap_anpa-1.tst", Format::Anpa, "headline 56, body 2334, byline 12, from AP, at 2016-02-20T03:37:00Z, urgency 4, subjects 1, slugline 10, ednote 45, LEAD 1, Zoned Usable"),
    ("ap_anpa-3.tst", Format::Anpa, "headline 26, body 37, from AP, at 2016-08-29T16:26:00Z, urgency 4, subjects 1, slugline 19, ednote 48, LEAD 1, Zoned Usable"),
    ("ap_anpa-5.tst", Format::Anpa, "headline 120, body 136, from AP, at 2017-06-29T23:50:00Z, urgency 2, subjects 1, slugline 11, BREAKING, Zoned Usable"),
    ("ap_anpa-7.tst", Format::Anpa, "headline 27, body 2148, byline 20, from AP, at 2019-09-04T10:29:00Z, urgency 4, subjects 1, slugline 23, ednote 15, Zoned Usable"),
    ("ap_media_text_item.json", Format::Ndjson, "headline 15, from AP, language en, at 2019-07-03T04:05:12Z, first 2019-07-03T04:05:12Z, urgency 4, subjects 6, slugline 15, version 0, Zoned Usable"),
    ("bbc-ninjs-text-test.json", Format::Ndjson, "headline 8, body 4, byline 8, language en, at 2018-05-28T16:40:08Z, first 2018-05-28T16:40:08Z, urgency 3, subjects 1, Unzoned Usable"),
    ("dpa_copyright.txt", Format::Iptc7901, "headline 9, body 314, from dpa, at 2017-06-24T22:00:00Z, urgency 4, subjects 1, slugline 9, Zoned Usable"),
    ("dpa_two_line.txt", Format::Iptc7901, "headline 68, body 568, from dpa, at 2018-11-21T21:01:00Z, urgency 3, subjects 1, slugline 14, ednote 75, BREAKING, Zoned Usable"),
    ("efe_nitf.xml", Format::Nitf, "headline 44, body 37, byline 5, from Agencia EFE, language en, at 2017-01-02T22:28:00Z, urgency 5, subjects 2, slugline 19, Zoned Usable"),
    ("ninjs1.json", Format::Ndjson, "headline 8, body 17, byline 14, from AAP, language fr, at 2017-08-24T04:38:34Z, first 2017-08-24T04:37:19Z, urgency 3, subjects 1, slugline 8, ednote 7, version 2, Zoned Usable"),
    ("ninjs3.json", Format::Ndjson, "headline 23, body 23, byline 25, from AAP, language en, at 2017-08-25T04:41:35Z, first 2017-08-18T02:57:43Z, urgency 3, subjects 1, slugline 23, version 3, Zoned Usable"),
    ("ninjs5.json", Format::Ndjson, "headline 57, body 1751, byline 17, from Reuters, at 2017-08-24T01:58:40Z, first 2017-07-03T01:38:13Z, urgency 3, subjects 1, slugline 15, version 4, Zoned Usable"),
    ("ninjs_embargoed.json", Format::Ndjson, "headline 41, body 5133, byline 43, from 360info, language en, at 2022-06-26T23:54:25Z, first 2022-06-20T23:20:35Z, embargo 2022-06-29T02:30:00Z, urgency 5, subjects 2, slugline 18, version 11, Zoned Usable"),
    ("nitf-fishing.xml", Format::Nitf, "headline 36, body 1212, byline 11, from XML Team Solutions, Inc., at 2002-02-25T19:30:00Z, first 2002-02-20T14:00:00Z, embargo 2002-02-26T14:30:00Z, urgency 3, subjects 3, slugline 27, ednote 251, Zoned Canceled"),
    ("pa1.xml", Format::Nitf, "headline 28, body 4086, from PA, at 2015-10-14T03:30:01Z, urgency 4, subjects 4, slugline 15, Zoned Usable"),
    ("pa3.xml", Format::Nitf, "headline 75, body 96, byline 34, from PA, at 2016-09-08T12:24:46Z, embargo 2016-09-08T23:01:00Z, urgency 4, subjects 1, slugline 13, ednote 59, Zoned Withheld"),
    ("reuters_KBN0FL0NM_version_10.xml", Format::NewsmlG2, "headline 54, body 124, byline 14, from reuters.com, language en, at 2014-07-17T00:24:11Z, first 2014-07-16T08:10:15Z, urgency 4, subjects 28, slugline 21, version 10, Zoned Usable"),
    ("reuters_L1N14N0FF_version_1542761538.xml", Format::NewsmlG2, "headline 77, from reuters.com, language en, at 2016-01-04T16:34:45Z, first 2016-01-04T16:34:45Z, urgency 3, subjects 50, slugline 39, version 1542761538, Zoned Canceled"),
    ("reuters_MTZXEE13ZXCZES_2.xml", Format::NewsmlG2, "headline 30, body 621, from reuters.com, language en, at 2018-01-03T20:13:08Z, first 2018-01-03T20:13:08Z, urgency 4, subjects 8, slugline 34, version 2, Zoned Usable"),
    ("scoop.xml", Format::NewsmlG2, "headline 95, body 2036, byline 14, from CL, language en, at 2016-01-12T12:35:40Z, urgency 5, version 3, Unzoned Usable"),
    ("snep.xml", Format::NewsmlG2, "headline 16, body 491, from reuters.com, language en, at 2013-03-04T11:40:31Z, first 2011-11-11T12:40:10Z, urgency 4, subjects 2, slugline 11, version 472094323, Zoned Usable"),
    ("stt_newsml_test.xml", Format::NewsmlG2, "headline 88, body 7727, from STT, language fi, at 2017-10-18T09:16:43Z, first 2017-12-19T08:33:04Z, urgency 3, subjects 2, ednote 23, version 4, Zoned Usable"),
    ("text.xml", Format::NewsmlG2, "headline 81, body 13, byline 10, from reuters.com, language en, at 2013-03-01T15:09:04Z, first 2013-03-01T15:09:04Z, urgency 3, subjects 12, slugline 30, ednote 14, version 263518268, Zoned Usable"),
];

#[test]
fn every_agency_file_yields_its_fields() {
    let mut wrong = Vec::new();
    for (name, format, expected) in WIRE {
        let Some(bytes) = read(&format!("wire/{name}")) else { return };
        assert_eq!(Format::detect(&bytes), Some(*format), "{name}");
        let items = items(Format::Auto, &bytes);
        let found: Vec<String> = items.iter().map(summary).collect();
        if found != [expected.to_string()] {
            wrong.push(format!("{name}: {found:#?}"));
        }
        assert_eq!(items, super::items(*format, &bytes), "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files of other agencies, to see what becomes of them: each gives at least one item with a
/// headline or a text, and what it holds is printed.
#[test]
fn files_of_ones_own_are_read() {
    let Some(directory) = std::env::var_os("WIREFOLD_WIRE_FILES") else {
        use std::io::Write;
        let note = "skipped: WIREFOLD_WIRE_FILES names no directory of files";
        return writeln!(std::io::stderr(), "{note}").expect("stderr is open");
    };
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut said = Vec::new();
    let mut empty = Vec::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        let bytes = std::fs::read(path).expect("a file");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let records = parse(Format::Auto, &bytes, &options());
        let told = |item: &Item| !item.headline.is_empty() || item.body.is_some();
        if !records.iter().flatten().any(told) {
            empty.push(format!("{name}: {records:#?}"));
        }
        for item in records.iter().flatten() {
            let Item { headline, byline, slugline, ednote, located, publisher, .. } = item;
            said.push(format!(
                "{name}: {}\n    {headline:?} by {byline:?} of {publisher:?}",
                summary(item)
            ));
            said.push(format!("    {slugline:?} at {located:?}, {ednote:?}, {:?}", item.subjects));
            said.push(format!("    {:?}", item.body));
        }
    }
    assert!(empty.is_empty(), "{}", empty.join("\n"));
    use std::io::Write;
    writeln!(std::io::stderr(), "{}", said.join("\n")).expect("stderr is open");
}

#[test]
fn no_cut_of_an_agency_file_is_silent() {
    for (name, format, _) in WIRE {
        let Some(bytes) = read(&format!("wire/{name}")) else { return };
        for cut in (1..bytes.len()).step_by(997) {
            let records = parse(*format, &bytes[..cut], &options());
            assert!(!records.is_empty(), "{name} cut at {cut}");
            assert!(records.iter().flatten().count() <= 1, "{name} cut at {cut}");
        }
    }
}
