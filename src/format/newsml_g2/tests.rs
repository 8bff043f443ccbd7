use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, Language, Marker, PubStatus, RejectKind, Subject, TimeQuality};

const MESSAGE: &str = include_str!("../../../tests/data/format/newsml-g2.xml");

fn read(text: &str) -> Vec<Item> {
    items(Format::NewsmlG2, text.as_bytes())
}

#[test]
fn every_field_is_read() {
    assert_eq!(Format::detect(MESSAGE.as_bytes()), Some(Format::NewsmlG2));
    let item = read(MESSAGE).remove(0);
    assert_eq!((item.uri.as_deref(), item.version), (Some("tag:example.org,2026:1"), Some(7)));
    assert_eq!(item.headline, "Harbour bridge & tunnel reopen");
    assert_eq!(item.body.as_deref(), Some("One.\nTwo three."));
    assert_eq!(
        (item.byline.as_deref(), item.publisher.as_deref()),
        (Some("Ann Lee"), Some("example.org"))
    );
    assert_eq!(
        (item.slugline.as_deref(), item.ednote.as_deref()),
        (Some("HARBOUR-BRIDGE"), Some("Adds quotes."))
    );
    assert_eq!((item.located.as_deref(), item.urgency), (Some("Bergen"), Some(3)));
    assert_eq!((item.language, item.pubstatus), (Language::parse("nb"), PubStatus::Withheld));
    assert_eq!(
        (item.time_quality, item.markers.as_slice()),
        (TimeQuality::Zoned, [Marker::Corrected].as_slice())
    );
    let times =
        [item.versioncreated, item.firstcreated, item.embargoed].map(|t| t.map(|t| t.as_second()));
    assert_eq!(times, [Some(1_795_460_700), Some(1_795_453_200), Some(1_795_500_000)]);
    let subject = Subject { code: Some("medtop:20000593".into()), name: Some("transport".into()) };
    assert_eq!((&item.subjects[0], item.places), (&subject, vec!["Norway".to_owned()]));
}

#[test]
fn a_message_holds_items_and_packages() {
    let items = read(MESSAGE);
    let headlines: Vec<_> = items.iter().map(|item| item.headline.as_str()).collect();
    assert_eq!(headlines, ["Harbour bridge & tunnel reopen", "Only a title", "Top stories"]);
    assert_eq!(
        (items[1].pubstatus, items[1].byline.as_deref()),
        (PubStatus::Canceled, Some("Bo Ek"))
    );
    assert_eq!(
        (items[1].body.as_deref(), items[1].publisher.as_deref()),
        (Some("By Bo Ek\nPlain."), Some("EX"))
    );
    assert_eq!(items[2].body.as_deref(), Some("One\nTwo"));
}

#[test]
fn prefixes_do_not_matter_and_a_bare_item_is_enough() {
    let text = "<n:newsItem xmlns:n='x' guid='1'><n:contentMeta><n:headline>One</n:headline></n:contentMeta></n:newsItem>";
    assert_eq!(Format::detect(text.as_bytes()), Some(Format::NewsmlG2));
    assert_eq!(read(text)[0].headline, "One");
}

#[test]
fn an_item_that_is_cut_is_a_reject_where_it_breaks() {
    let cut = MESSAGE.find("Two <b>").expect("the body");
    let records = parse(Format::Auto, &MESSAGE.as_bytes()[..cut], &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut as u64)]);
    let records = parse(Format::NewsmlG2, b"<newsMessage/>", &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
}

#[test]
fn a_picture_is_told_by_its_caption() {
    let text = "<newsItem guid='1'><itemMeta><itemClass qcode='ninat:picture'/></itemMeta><contentMeta>\
        <headline>Bridge</headline><description>The bridge at dawn.</description></contentMeta></newsItem>";
    assert_eq!(read(text)[0].body.as_deref(), Some("The bridge at dawn."));
}

#[test]
fn all_notes_are_kept_and_a_slugline_may_tell_the_version() {
    let text = "<newsItem guid='1'><itemMeta><edNote role='private'>For the desk.</edNote>\
        <edNote role='public'>For all.</edNote></itemMeta><contentMeta>\
        <subject qcode='a:1'/><subject qcode='a:1'/>\
        <slugline>BC-US--Earns-Harbour, 2nd Ld-Writethru</slugline>\
        <headline>Harbour earns more</headline></contentMeta></newsItem>";
    let item = read(text).remove(0);
    assert_eq!(item.ednote.as_deref(), Some("For the desk.\nFor all."));
    assert_eq!((item.markers.as_slice(), item.subjects.len()), ([Marker::Lead(2)].as_slice(), 1));
    // The label that all takes of the story share.
    assert_eq!(item.slugline.as_deref(), Some("BC-US--Earns-Harbour"));
}

#[test]
fn what_a_page_repeats_above_the_text_is_not_of_the_text() {
    let text = "<newsItem guid='1'><contentMeta><headline>Bridge reopens</headline></contentMeta>\
        <contentSet><inlineXML><html><body><header><ul><li>Bridges</li></ul>\
        <h1>Bridge reopens</h1><p class='byline'>By Ann Lee</p></header>\
        <section><p>Bergen (ex) - One.</p><p>Two.</p></section></body></html></inlineXML>\
        </contentSet></newsItem>";
    assert_eq!(read(text)[0].body.as_deref(), Some("Bergen (ex) - One.\nTwo."));
}

#[test]
fn a_package_may_list_titles() {
    let text = "<packageItem guid='1'><itemMeta/><contentMeta><headline>Top</headline></contentMeta>\
        <groupSet><group><itemRef><itemClass qcode='ninat:text'/><title>One</title></itemRef>\
        <itemRef><itemClass qcode='ninat:picture'/><title>No</title></itemRef></group></groupSet>\
        </packageItem>";
    assert_eq!(read(text)[0].body.as_deref(), Some("One"));
}

#[test]
fn a_planning_item_is_an_advisory() {
    let text = "<planningItem guid='1'><itemMeta><itemClass qcode='plinat:newscoverage'/></itemMeta>\
        <contentMeta><headline>Council meets</headline><description>It meets at noon.</description>\
        </contentMeta><newsCoverageSet><newsCoverage><planning><headline>Photo</headline></planning>\
        </newsCoverage></newsCoverageSet></planningItem>";
    assert_eq!(Format::detect(text.as_bytes()), Some(Format::NewsmlG2));
    let item = read(text).remove(0);
    assert_eq!(
        (item.headline.as_str(), item.body.as_deref(), item.markers.as_slice()),
        ("Council meets", Some("It meets at noon."), [Marker::Advisory].as_slice())
    );
}

#[test]
fn an_embargo_without_a_readable_end_is_an_open_one() {
    let status = |embargoed: &str| {
        let text = format!(
            "<newsItem guid=\"tag:example.org,2026:9\"><itemMeta>{embargoed}</itemMeta>\
             <contentMeta><headline>Ferry sinks</headline></contentMeta></newsItem>"
        );
        let item = read(&text).remove(0);
        assert_eq!(item.embargoed, None);
        item.pubstatus
    };
    let nil =
        "<embargoed xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>";
    assert_eq!(status(nil), PubStatus::Withheld);
    assert_eq!(status("<embargoed>noon on the last day</embargoed>"), PubStatus::Withheld);
    assert_eq!(status("<embargoed/>"), PubStatus::Usable);
}

#[test]
fn of_several_languages_that_of_the_item_is_taken_and_of_names_the_english_one() {
    let text = "<newsItem guid='1' xml:lang='en'><contentMeta>\
        <headline xml:lang='fr'>Le pont rouvre</headline><headline xml:lang='en'>Bridge reopens</headline>\
        <subject qcode='a:1'><name xml:lang='fr'>ponts</name><name xml:lang='en-GB'>bridges</name></subject>\
        </contentMeta><contentSet><inlineXML xml:lang='fr'><p>Le pont.</p></inlineXML>\
        <inlineXML xml:lang='en'><p>The bridge.</p></inlineXML></contentSet></newsItem>";
    let item = read(text).remove(0);
    assert_eq!(
        (item.headline.as_str(), item.body.as_deref()),
        ("Bridge reopens", Some("The bridge."))
    );
    assert_eq!(item.subjects[0].name.as_deref(), Some("bridges"));
    let french = read(&text.replace("guid='1' xml:lang='en'", "guid='1' xml:lang='fr'")).remove(0);
    assert_eq!(french.headline, "Le pont rouvre");
}

#[test]
fn a_break_in_a_headline_parts_its_words() {
    let text = "<newsItem guid='1'><contentMeta><headline>Bridge<br/>reopens</headline></contentMeta></newsItem>";
    assert_eq!(read(text)[0].headline, "Bridge reopens");
}

#[test]
fn signals_and_classes_may_be_told_by_uri_or_literal() {
    let markers = |signal: &str| {
        let text = format!(
            "<newsItem guid='1'><itemMeta><signal {signal}/></itemMeta><contentMeta>\
             <headline>Bridge reopens</headline></contentMeta></newsItem>"
        );
        read(&text).remove(0).markers
    };
    let vocabulary = "http://cv.iptc.org/newscodes/signal";
    assert_eq!(markers(&format!("uri='{vocabulary}/correction'")), [Marker::Corrected]);
    assert_eq!(markers(&format!("uri='{vocabulary}/kill'")), [Marker::Kill]);
    assert_eq!(markers("literal='kill'"), [Marker::Kill]);
    assert_eq!(markers("qcode='edStat:C'"), [Marker::Corrected]);
    assert_eq!(markers("qcode='hand:kill'"), []);
    let text = "<newsItem guid='1'><itemMeta><itemClass uri='http://cv.iptc.org/newscodes/ninature/picture'/>\
        </itemMeta><contentMeta><headline>Bridge</headline><description>The bridge at dawn.</description>\
        </contentMeta></newsItem>";
    assert_eq!(read(text)[0].body.as_deref(), Some("The bridge at dawn."));
}

#[test]
fn a_link_names_what_a_notice_under_another_guid_amends() {
    let amends = |link: &str| {
        let text = format!(
            "<newsItem guid='2'><itemMeta><signal qcode='sig:correction'/><link {link}/></itemMeta>\
             <contentMeta><headline>Bridge reopens</headline></contentMeta></newsItem>"
        );
        read(&text).remove(0).amends
    };
    let iptc = "http://cv.iptc.org/newscodes/itemrelation";
    assert_eq!(amends("rel='irel:previousVersion' residref='1'").as_deref(), Some("1"));
    assert_eq!(amends(&format!("reluri='{iptc}/replaces' residref='1'")).as_deref(), Some("1"));
    for other in ["rel='irel:seeAlso' residref='1'", "rel='irel:replaces'", "residref='1'"] {
        assert_eq!(amends(other), None, "{other}");
    }
}

#[test]
fn a_note_to_editors_may_take_an_item_back() {
    let markers = |note: &str| {
        let text = format!(
            "<newsItem guid='1'><itemMeta><edNote>{note}</edNote></itemMeta><contentMeta>\
             <headline>Bridge reopens</headline></contentMeta></newsItem>"
        );
        read(&text).remove(0).markers
    };
    assert_eq!(markers("KILL: the story is false, do not use"), [Marker::Kill]);
    assert_eq!(markers("KILL paragraph 3"), []);
}

#[test]
fn a_note_that_corrects_makes_a_correction() {
    let markers = |note: &str| {
        let text = format!(
            "<newsItem guid='1'><itemMeta><edNote>{note}</edNote></itemMeta><contentMeta>\
             <headline>Bridge reopens</headline></contentMeta></newsItem>"
        );
        read(&text).remove(0).markers
    };
    assert_eq!(markers("CORRECTS name of the mayor in para 3"), [Marker::Corrected]);
    assert_eq!(markers("Eds: Corrects spelling."), [Marker::Corrected]);
    assert_eq!(markers("Adds that the minister was correct"), []);
    assert_eq!(markers("Correctional officers react, para 5"), []);
}
