use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, Language, Marker, PubStatus, RejectKind, Subject};

const NEWSML: &str = include_str!("../../../tests/data/format/newsml-1.xml");

fn read(text: &str) -> Item {
    items(Format::Newsml1, text.as_bytes()).remove(0)
}

#[test]
fn every_field_is_read() {
    assert_eq!(Format::detect(NEWSML.as_bytes()), Some(Format::Newsml1));
    let item = read(NEWSML);
    assert_eq!(
        (item.uri.as_deref(), item.version),
        (Some("urn:newsml:example.org:20261123:EX-1"), Some(2))
    );
    assert_eq!(item.headline, "Harbour bridge & tunnel reopen");
    assert_eq!(item.body.as_deref(), Some("One.\nTwo."));
    assert_eq!((item.byline.as_deref(), item.publisher.as_deref()), (Some("Ann Lee"), Some("EX")));
    assert_eq!(
        (item.slugline.as_deref(), item.ednote.as_deref()),
        (Some("Harbour"), Some("Adds quotes."))
    );
    assert_eq!(
        (item.located.as_deref(), item.places.as_slice()),
        (Some("Bergen"), ["Bergen, NOR".to_owned()].as_slice())
    );
    assert_eq!((item.urgency, item.language), (Some(3), Some(Language::ENGLISH)));
    assert_eq!(item.pubstatus, PubStatus::Withheld);
    let times =
        [item.versioncreated, item.firstcreated, item.embargoed].map(|t| t.map(|t| t.as_second()));
    assert_eq!(times, [Some(1_795_460_700), Some(1_795_453_200), Some(1_795_500_000)]);
    let soccer = Subject { code: Some("15054000".into()), name: Some("soccer".into()) };
    assert_eq!((item.subjects.len(), &item.subjects[1]), (2, &soccer));
}

#[test]
fn text_may_be_html_in_a_cdata_section() {
    let start = NEWSML.find("<nitf>").expect("nitf");
    let end = NEWSML
        .find("</DataContent></ContentItem></NewsComponent></NewsComponent>")
        .expect("an end");
    let html = format!("{}<![CDATA[<P>One.</P><P>Two.</P>]]>{}", &NEWSML[..start], &NEWSML[end..]);
    assert_eq!(read(&html).body.as_deref(), Some("One.\nTwo."));
}

#[test]
fn an_instruction_to_delete_is_a_kill() {
    let killed = NEWSML.replace("<Urgency", "<Instruction FormalName=\"Delete\"/><Urgency");
    assert_eq!(read(&killed).pubstatus, PubStatus::Canceled);
}

#[test]
fn an_item_that_is_cut_is_a_reject_where_it_breaks() {
    let cut = NEWSML.find("Two.").expect("the body");
    let records = parse(Format::Auto, &NEWSML.as_bytes()[..cut], &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut as u64)]);
}

#[test]
fn a_dateline_gives_the_place_where_no_metadata_does() {
    let text = "<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>Pont rouvert</HeadLine>\
        <DateLine>Strasbourg, 10 juil 2026 (EX)</DateLine></NewsLines></NewsComponent></NewsItem></NewsML>";
    assert_eq!(read(text).located.as_deref(), Some("Strasbourg"));
    let line = |line| read(&text.replace("Strasbourg, 10 juil 2026 (EX)", line)).located;
    assert_eq!(line("BERGEN, Norway").as_deref(), Some("BERGEN, Norway"));
    assert_eq!(line("January 21"), None);
}

/// An item whose components have roles and a text each.
fn parts(parts: &[(&str, &str)]) -> Item {
    let parts: String = parts
        .iter()
        .map(|(role, text)| {
            format!(
                "<NewsComponent><Role FormalName=\"{role}\"/><ContentItem><Format FormalName=\"\"/>\
                 <DataContent>{text}</DataContent></ContentItem></NewsComponent>"
            )
        })
        .collect();
    read(&format!("<NewsML><NewsItem><NewsComponent>{parts}</NewsComponent></NewsItem></NewsML>"))
}

#[test]
fn the_text_is_that_of_the_body_where_parts_have_roles() {
    let item = parts(&[("Title", "Bridge reopens"), ("Lead", ""), ("Body", "One.")]);
    assert_eq!(item.body.as_deref(), Some("One."));
    assert_eq!(parts(&[("Body", ""), ("Caption", "A bridge.")]).body.as_deref(), Some("A bridge."));
}

#[test]
fn text_within_complex_data_is_text_and_a_style_sheet_is_none() {
    let item = |kind: &str, mime: &str| {
        read(&format!(
            "<NewsML><NewsItem><NewsManagement><Urgency>2</Urgency></NewsManagement><NewsComponent>\
             <ContentItem><MediaType FormalName=\"{kind}\"/><MimeType FormalName=\"{mime}\"/>\
             <DataContent>One.</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"
        ))
    };
    let text = item("ComplexData", "text/vnd.IPTC.NITF");
    assert_eq!((text.body.as_deref(), text.urgency), (Some("One."), Some(2)));
    assert_eq!(item("Text", "image/jpeg").body, None);
}

#[test]
fn a_comment_on_a_component_is_a_note_and_may_tell_the_embargo() {
    let text = "<NewsML><NewsItem><Comment FormalName=\"Version\">1.0</Comment><NewsManagement>\
        <ThisRevisionCreated>20250602T114650+0100</ThisRevisionCreated>\
        <Status FormalName=\"Embargoed\"/></NewsManagement><NewsComponent>\
        <NewsLines><HeadLine>FAIR OPENS</HeadLine></NewsLines>\
        <Contributor><Comment FormalName=\"Office\">XY</Comment></Contributor>\
        <NewsComponent><Comment> Embargoed to 0001 Tuesday June 03 </Comment></NewsComponent>\
        </NewsComponent></NewsItem></NewsML>";
    let item = read(text);
    assert_eq!(item.ednote.as_deref(), Some("Embargoed to 0001 Tuesday June 03"));
    assert_eq!(item.pubstatus, PubStatus::Withheld);
    // The year is that of the item, whenever it is read.
    let until = item.embargoed.map(|until| until.to_string());
    assert_eq!(until.as_deref(), Some("2025-06-03T00:01:00Z"));
}

#[test]
fn an_identifier_without_a_number_names_no_item() {
    let text = "<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId/>\
        <PublicIdentifier>urn:newsml:www.example.org</PublicIdentifier></NewsIdentifier>\
        </Identification></NewsItem></NewsML>";
    assert_eq!(read(text).uri, None);
    let numbered = text.replace("www.example.org", "example.org:20261123:7:1");
    assert_eq!(read(&numbered).uri.as_deref(), Some("urn:newsml:example.org:20261123:7:1"));
}

#[test]
fn an_advisory_line_is_a_note_and_the_version_may_be_a_correction() {
    let text = |line: &str, version: &str| {
        format!(
            "<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>Bridge reopens</HeadLine>\
             <NewsLine><NewsLineType FormalName=\"AdvisoryLine\"/><NewsLineText>{line}</NewsLineText>\
             </NewsLine></NewsLines><DescriptiveMetadata><Property FormalName=\"Version\" \
             Value=\"{version}\"/></DescriptiveMetadata></NewsComponent></NewsItem></NewsML>"
        )
    };
    let item = read(&text("Para 4 to say Monday", "Correction"));
    assert_eq!(item.ednote.as_deref(), Some("Para 4 to say Monday"));
    assert_eq!(item.markers, [Marker::Corrected]);
    assert_eq!(read(&text("CORRECTS para 4", "")).markers, [Marker::Corrected]);
    assert_eq!(read(&text("ADDS quotes, corrects nothing", "Update")).markers, []);
}

#[test]
fn a_change_of_status_at_a_time_that_cannot_be_read_withholds_the_item() {
    let at = |time: &str| {
        let text = NEWSML.replace("20261124T060000Z", time).replace("\"Embargoed\"", "\"Usable\"");
        let item = read(&text);
        (item.embargoed.is_some(), item.pubstatus)
    };
    assert_eq!(at("20261124T060000Z"), (true, PubStatus::Usable));
    assert_eq!(at("tomorrow noon"), (false, PubStatus::Withheld));
    assert_eq!(at(""), (false, PubStatus::Usable));
}

#[test]
fn any_of_several_instructions_may_rectify() {
    let twice = "<Instruction FormalName=\"Update\"/><Instruction FormalName=\"Rectify\"/><Urgency";
    assert_eq!(read(&NEWSML.replace("<Urgency", twice)).markers, [Marker::Corrected]);
}

#[test]
fn of_components_in_several_languages_that_of_the_item_is_taken() {
    let text = "<NewsML><NewsItem xml:lang='en'><NewsComponent>\
        <NewsComponent xml:lang='fr'><NewsLines><HeadLine>Le pont rouvre</HeadLine></NewsLines>\
        <ContentItem><DataContent><p>Le pont.</p></DataContent></ContentItem></NewsComponent>\
        <NewsComponent xml:lang='en'><NewsLines><HeadLine>Bridge reopens</HeadLine></NewsLines>\
        <ContentItem><DataContent><p>The bridge.</p></DataContent></ContentItem></NewsComponent>\
        </NewsComponent></NewsItem></NewsML>";
    let item = read(text);
    assert_eq!(
        (item.headline.as_str(), item.body.as_deref()),
        ("Bridge reopens", Some("The bridge."))
    );
    let french = read(&text.replace("NewsItem xml:lang='en'", "NewsItem xml:lang='fr'"));
    assert_eq!(french.headline, "Le pont rouvre");
}
