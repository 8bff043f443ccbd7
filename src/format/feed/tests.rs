use std::collections::HashSet;

use crate::format::tests::{items, options, rejects};
use crate::format::{Format, Options, parse, read};
use crate::item::{Item, Language, PubStatus, RejectKind, Subject, TimeQuality};

const RSS: &str = include_str!("../../../tests/data/format/rss.xml");

const ATOM: &str = include_str!("../../../tests/data/format/atom.xml");

const RDF: &str = include_str!("../../../tests/data/format/rdf.xml");

const JSON: &str = include_str!("../../../tests/data/format/jsonfeed.json");

fn feed(text: &str) -> Vec<Item> {
    items(Format::Feed, text.as_bytes())
}

fn headlines(text: &str) -> Vec<String> {
    feed(text).into_iter().map(|item| item.headline).collect()
}

fn time(item: &Item) -> String {
    item.versioncreated.map(|time| time.to_string()).unwrap_or_default()
}

#[test]
fn auto_recognises_every_kind_of_feed() {
    for text in [RSS, ATOM, RDF, JSON] {
        assert_eq!(Format::detect(text.as_bytes()), Some(Format::Feed), "{text}");
    }
}

#[test]
fn rss_fills_every_field() {
    let items = feed(RSS);
    let item = &items[0];
    assert_eq!(item.headline, "Ferry & tram strike ends");
    assert_eq!(item.body.as_deref(), Some("One.\nTwo é."));
    assert_eq!(item.link.as_deref(), Some("https://example.org/news/1"));
    assert_eq!((item.uri.as_deref(), item.byline.as_deref()), (Some("news-1"), Some("Ann Lee")));
    assert_eq!(
        (item.publisher.as_deref(), item.language),
        (Some("Example News"), Some(Language::ENGLISH))
    );
    assert_eq!(
        (time(item).as_str(), item.time_quality),
        ("2026-11-24T00:05:45Z", TimeQuality::Zoned)
    );
    assert_eq!(item.subjects.len(), 2);
    let item = &items[1];
    assert_eq!(item.link.as_deref(), Some("https://example.org/news/2"));
    assert_eq!(
        (item.byline.as_deref(), item.publisher.as_deref()),
        (Some("Bo Ek"), Some("Agency"))
    );
    assert_eq!(item.time_quality, TimeQuality::Missing);
}

#[test]
fn atom_fills_every_field() {
    let items = feed(ATOM);
    let item = &items[0];
    assert_eq!(
        (item.headline.as_str(), item.body.as_deref()),
        ("Brücke offen", Some("Eins.\nZwei drei."))
    );
    assert_eq!(item.link.as_deref(), Some("https://example.org/a.html"));
    assert_eq!(item.uri.as_deref(), Some("tag:example.org,2026:1"));
    assert_eq!(item.byline.as_deref(), Some("Ann Lee, Bo Ek"));
    assert_eq!(
        (item.language, item.publisher.as_deref()),
        (Language::parse("de"), Some("Beispiel"))
    );
    assert_eq!(time(item), "2026-11-23T18:00:00Z");
    let subject = Subject { code: Some("verkehr".into()), name: Some("Verkehr".into()) };
    assert_eq!(item.subjects, [subject]);
    assert_eq!(items[1].headline, "Zweite Meldung");
}

#[test]
fn rdf_and_json_fill_their_fields() {
    let item = &feed(RDF)[0];
    assert_eq!(
        (item.uri.as_deref(), time(item).as_str()),
        (Some("https://example.org/1"), "2026-11-23T18:05:00Z")
    );
    assert_eq!((item.language, item.subjects.len()), (Language::parse("fr"), 1));
    let items = feed(JSON);
    let item = &items[0];
    assert_eq!((item.headline.as_str(), item.body.as_deref()), ("Seven & up", Some("Body")));
    assert_eq!(
        (item.uri.as_deref(), item.link.as_deref()),
        (Some("7"), Some("https://example.org/7"))
    );
    assert_eq!(
        (item.byline.as_deref(), time(item).as_str()),
        (Some("Ann Lee"), "2026-11-23T19:05:00Z")
    );
    assert_eq!((items[1].headline.as_str(), items[1].body.as_deref()), ("", Some("No title")));
}

#[test]
fn one_slip_does_not_lose_the_other_entries() {
    let rss = |middle: &str| {
        format!(
            "<rss><channel><item><title>a</title></item>{middle}<item><title>c</title></item></channel></rss>"
        )
    };
    #[track_caller]
    fn case(text: &str, middle: &str) {
        assert_eq!(headlines(text), ["a", middle, "c"], "{text}");
    }
    case(&rss("<item><title>R&D & AT&T</title></item>"), "R&D & AT&T");
    case(&rss("<item><title>caf&eacute;&nbsp;bar</title></item>"), "café bar");
    case(&rss("<item><title>b</title><description><p>1 < 2 <br></description></item>"), "b");
    case(&rss("<item><title>b</title>"), "b");
    case(&rss("<item><title>b<link>x</link></item>"), "b");
    case(&rss("<item><title>b</title><description><![CDATA[x</description></item>"), "b");
    case(&rss("<item><title>b</title><a href=\"x></item>"), "b");
    case(&rss("<item><title>b\u{1}</title></item>"), "b\u{1}");
}

#[test]
fn a_cut_feed_keeps_its_whole_entries_and_rejects_the_cut_one() {
    let cut = RSS.find("<author>").expect("an author");
    let records = parse(Format::Feed, &RSS.as_bytes()[..cut], &options());
    assert!(records[0].is_ok());
    let second = RSS.rfind("<item>").expect("an item") as u64;
    assert_eq!(rejects(&records), [(RejectKind::Malformed, second)]);
    let cut = JSON.find("\"8\"").expect("an id");
    let records = parse(Format::Feed, &JSON.as_bytes()[..cut], &options());
    assert_eq!((records.len(), records[0].is_ok(), records[1].is_err()), (2, true, true));
}

#[test]
fn a_feed_that_ends_before_it_is_closed_is_told_from_a_whole_one() {
    for whole in [RSS, ATOM, RDF, JSON, "<rss/>", "<rss><channel></rss>", "<html><p>Sorry"] {
        assert!(!read(Format::Feed, whole.as_bytes(), &options()).cut, "{whole}");
    }
    for feed in [RSS, ATOM, RDF] {
        let between =
            ["</item>", "</entry>"].iter().find_map(|end| Some(feed.find(end)? + end.len()));
        for cut in [between.expect("an entry"), feed.rfind("<title").expect("a title")] {
            assert!(
                read(Format::Feed, &feed.as_bytes()[..cut], &options()).cut,
                "{}",
                &feed[..cut]
            );
        }
    }
    for cut in [JSON.find("\"8\"").expect("an id"), JSON.rfind(']').expect("an end")] {
        assert!(read(Format::Feed, &JSON.as_bytes()[..cut], &options()).cut, "{}", &JSON[..cut]);
    }
}

#[test]
fn links_are_relative_to_where_the_feed_came_from_if_it_names_no_base() {
    let base = Some("https://port.example/feeds/all.xml".to_owned());
    let options = Options { base, ..options() };
    #[track_caller]
    fn case(options: &Options, feed: &str, link: &str) {
        let records = parse(Format::Feed, feed.as_bytes(), options);
        assert_eq!(records[0].as_ref().unwrap().link.as_deref(), Some(link), "{feed}");
    }
    let rss = "<item><title>x</title><link>/news/1</link></item></channel></rss>";
    case(&options, &format!("<rss><channel>{rss}"), "https://port.example/news/1");
    case(
        &options,
        &format!("<rss><channel><link>https://other.example/</link>{rss}"),
        "https://other.example/news/1",
    );
    let atom = "<title>x</title><link href='a.html'/></entry></feed>";
    case(&options, &format!("<feed><entry>{atom}"), "https://port.example/feeds/a.html");
    let based = format!("<feed xml:base='/b/'><entry>{atom}");
    case(&options, &based, "https://port.example/b/a.html");
    let json = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"url\":\"/n\"}]}";
    case(&options, json, "https://port.example/n");
}

#[test]
fn a_json_feed_may_have_an_extension_with_items_of_its_own() {
    let json = "{\"_shop\":{\"items\":[{\"title\":\"Mug\"}]},\"author\":{\"name\":\"Ann Lee\"},\
        \"items\":[{\"title\":\"Ferry late\"}]}";
    let items = feed(json);
    assert_eq!((items.len(), items[0].headline.as_str()), (1, "Ferry late"));
    assert_eq!(items[0].byline.as_deref(), Some("Ann Lee"), "who wrote the feed wrote its items");
}

#[test]
fn atom_is_read_whatever_its_prefix_and_entries_have_the_author_of_the_feed() {
    let atom = "<ns0:feed xmlns:ns0='http://www.w3.org/2005/Atom'><ns0:title>Port</ns0:title>\
        <ns0:author><ns0:name>Ann Lee</ns0:name></ns0:author>\
        <ns0:entry><ns0:id>1</ns0:id><ns0:title>Ferry late</ns0:title></ns0:entry></ns0:feed>";
    let item = &feed(atom)[0];
    assert_eq!((item.headline.as_str(), item.uri.as_deref()), ("Ferry late", Some("1")));
    assert_eq!(
        (item.publisher.as_deref(), item.byline.as_deref()),
        (Some("Port"), Some("Ann Lee"))
    );
}

#[test]
fn markup_in_a_title_is_no_part_of_it() {
    let title = |title: &str| {
        headlines(&format!("<rss><channel><item><title>{title}</title></item></channel></rss>"))
    };
    assert_eq!(title("Ferry<br/>late"), ["Ferry late"]);
    assert_eq!(title("&amp;lt;b&amp;gt;Ferry&amp;lt;/b&amp;gt; late"), ["Ferry late"]);
    assert_eq!(title("Acme &amp;lt;ACM&amp;gt; up"), ["Acme <ACM> up"]);
}

#[test]
fn a_guid_that_says_in_capitals_that_it_is_no_link_is_none() {
    let rss = "<rss><channel><item><title>x</title>\
        <guid isPermaLink='False'>https://port.example/1</guid></item></channel></rss>";
    assert_eq!(feed(rss)[0].link, None);
}

#[test]
fn offsets_of_rejects_are_those_of_the_bytes_in_any_charset() {
    let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><title>\xE9\xE8</title><item><title>x";
    let records = parse(Format::Feed, latin, &options());
    let at = latin.windows(6).position(|w| w == b"<item>").expect("an item") as u64;
    assert_eq!(rejects(&records), [(RejectKind::Malformed, at)]);
}

#[test]
fn an_empty_feed_is_no_record_and_a_page_is_no_feed() {
    assert_eq!(feed("<rss><channel><title>x</title></channel></rss>"), []);
    let records = parse(Format::Feed, b"<html><body>503</body></html>", &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
}

#[test]
fn an_overlong_entry_costs_only_itself() {
    let options = Options { max_record: 400, ..options() };
    let records = parse(Format::Feed, RSS.as_bytes(), &options);
    assert_eq!(records.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn feed_rs_reads_the_same_from_well_formed_feeds() {
    for text in [RSS, ATOM, RDF] {
        let theirs = feed_rs::parser::parse(text.as_bytes()).expect("well formed");
        let ours = feed(text);
        assert_eq!(ours.len(), theirs.entries.len());
        for (ours, theirs) in ours.iter().zip(&theirs.entries) {
            let links: HashSet<_> = theirs.links.iter().map(|link| link.href.trim()).collect();
            let link = ours
                .link
                .as_deref()
                .map(|link| link.replace("https://example.org/news/1", "/news/1"));
            // A permanent guid is a link to us only.
            assert!(
                links.is_empty()
                    || link.is_none_or(|l| links.iter().any(|their| l.ends_with(their))),
                "{links:?}"
            );
            let time = theirs.updated.or(theirs.published).map(|time| time.timestamp());
            assert_eq!(ours.versioncreated.map(|t| t.as_second()), time, "{}", ours.headline);
            let title = theirs.title.as_ref().map(|t| t.content.as_str()).unwrap_or_default();
            let first = |text: &str| text.split_whitespace().next().map(str::to_owned);
            if text == RSS {
                assert_eq!(first(&ours.headline), first(title));
            }
        }
    }
}

#[test]
fn a_wordpress_export_is_a_feed_with_drafts() {
    let wxr = "<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>Blog</title>\
        <wp:wxr_version>1.2</wp:wxr_version><item><title>One</title><wp:status>publish</wp:status></item>\
        <item><title>Two</title><wp:status>draft</wp:status></item></channel></rss>";
    let status: Vec<PubStatus> = feed(wxr).iter().map(|item| item.pubstatus).collect();
    assert_eq!(status, [PubStatus::Usable, PubStatus::Withheld]);
}
