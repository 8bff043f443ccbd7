use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, Language, Marker, PubStatus, RejectKind, Subject};

const NITF: &str = include_str!("../../../tests/data/format/nitf.xml");

fn read(text: &str) -> Item {
    items(Format::Nitf, text.as_bytes()).remove(0)
}

#[test]
fn every_field_is_read() {
    assert_eq!(Format::detect(NITF.as_bytes()), Some(Format::Nitf));
    let item = read(NITF);
    assert_eq!((item.uri.as_deref(), item.version), (Some("ex.1"), Some(3)));
    assert_eq!(item.headline, "Harbour bridge & tunnel reopen");
    assert_eq!(item.body.as_deref(), Some("One Co.\nTwo\nthree."));
    assert_eq!(
        (item.byline.as_deref(), item.publisher.as_deref()),
        (Some("Ann Lee"), Some("The Example Press"))
    );
    assert_eq!(
        (item.slugline.as_deref(), item.ednote.as_deref()),
        (Some("Harbour"), Some("Adds quotes."))
    );
    assert_eq!(
        (item.located.as_deref(), item.places.as_slice()),
        (Some("OSLO"), ["Bergen, NOR".to_owned()].as_slice())
    );
    assert_eq!((item.urgency, item.language), (Some(2), Some(Language::ENGLISH)));
    assert_eq!(item.pubstatus, PubStatus::Withheld);
    let times =
        [item.versioncreated, item.firstcreated, item.embargoed].map(|t| t.map(|t| t.as_second()));
    assert_eq!(times, [Some(1_795_460_700), Some(1_795_453_200), Some(1_795_500_000)]);
    let subject = Subject { code: Some("04015001".into()), name: Some("waterway".into()) };
    assert_eq!(item.subjects, [subject]);
}

#[test]
fn what_is_missing_is_looked_for_elsewhere() {
    let bare = "<nitf><head><title>Title</title></head><body><body.content><p>BY ANN LEE</p><p>Text.</p></body.content></body></nitf>";
    let item = read(bare);
    assert_eq!((item.headline.as_str(), item.byline.as_deref()), ("Title", Some("ANN LEE")));
    assert_eq!((item.versioncreated, item.embargoed), (None, None));
}

#[test]
fn a_release_that_is_still_to_come_is_an_embargo_though_no_issue_is_dated() {
    let embargoed = |release: &str| {
        let text = format!(
            "<nitf><head><docdata><date.release norm=\"{release}\"/></docdata></head><body>\
             <body.head><hedline><hl1>Ferry sinks</hl1></hedline></body.head></body></nitf>"
        );
        read(&text).embargoed.map(|end| end.to_string())
    };
    let until = "2026-11-24T08:00:00Z";
    assert_eq!(embargoed(until).as_deref(), Some(until));
    assert_eq!(embargoed("2026-11-22T08:00:00Z"), None);
}

#[test]
fn a_document_that_is_cut_is_a_reject_where_it_breaks() {
    let cut = NITF.find("three").expect("the body");
    let records = parse(Format::Auto, &NITF.as_bytes()[..cut], &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut as u64)]);
}

#[test]
fn a_correction_is_marked_and_noted() {
    let corrected =
        NITF.replace("<ed-msg info=\"Adds quotes.\"/>", "<correction info=\"Mends a name.\"/>");
    let item = read(&corrected);
    assert_eq!(
        (item.markers.as_slice(), item.ednote.as_deref()),
        ([Marker::Corrected].as_slice(), Some("Mends a name."))
    );
    let killed = NITF.replace("\"embargoed\"", "\"killed\"");
    assert_eq!(read(&killed).pubstatus, PubStatus::Canceled);
}

#[test]
fn a_bare_dateline_and_the_kind_of_item_stand_in_for_what_is_not_coded() {
    let text = "<nitf baselang='nb-NO'><head><title>Bro åpner</title>\
        <meta name='NTBStikkord' content='bro-bergen'/><tobject tobject.type='Innenriks'>\
        <tobject.property tobject.property.type='Nyheter'/></tobject>\
        <docdata><du-key key='bro-1' version='2'/></docdata></head>\
        <body><body.head><dateline>Bergen</dateline></body.head>\
        <body.content><p>Tekst.</p></body.content></body></nitf>";
    let item = read(text);
    assert_eq!(
        (item.slugline.as_deref(), item.located.as_deref()),
        (Some("bro-bergen"), Some("Bergen"))
    );
    let scoped = "<nitf><head><title>Bridge</title><docdata><doc-scope scope='CITY'/></docdata>\
        </head><body><body.content><p>Text.</p></body.content></body></nitf>";
    assert_eq!(read(scoped).subjects[0].name.as_deref(), Some("CITY"));
    let names: Vec<_> =
        item.subjects.iter().filter_map(|subject| subject.name.as_deref()).collect();
    assert_eq!((names, item.version), (vec!["Innenriks", "Nyheter"], Some(2)));
}

#[test]
fn an_embargo_may_stand_in_the_note_alone() {
    let text = "<nitf><head><title>Study finds link</title><docdata>\
        <date.issue norm='20160908T120000+0100'/>\
        <ed-msg info='Embargoed until 0001 GMT Friday September 9 2016'/></docdata></head>\
        <body><body.content><p>Text.</p></body.content></body></nitf>";
    let until = read(text).embargoed.map(|at| at.to_string());
    assert_eq!(until.as_deref(), Some("2016-09-09T00:01:00Z"));
}

#[test]
fn the_city_of_a_dateline_is_its_place_and_the_revision_has_a_note() {
    let text = "<nitf><head><title>Bridge</title><revision-history norm='20260703T165136-0400' \
        comment='ADDS statement'/></head><body><body.head><dateline><location>\n<city>Bergen</city>\n\
        <state>Vestland</state>\n<country>Norway</country></location></dateline></body.head>\
        <body.content><p>Text.</p></body.content></body></nitf>";
    let item = read(text);
    assert_eq!(
        (item.located.as_deref(), item.ednote.as_deref()),
        (Some("Bergen"), Some("ADDS statement"))
    );
}

/// A document with these elements in its `docdata`, issued on the morning of 23 November 2026.
fn with_docdata(elements: &str) -> Item {
    read(&format!(
        "<nitf><head><title>Ferry sinks</title><docdata><doc-id id-string='t7'/><du-key version='2'/>\
         <date.issue norm='20261123T100000Z'/>{elements}</docdata></head><body><body.content>\
         <p>Text.</p></body.content></body></nitf>"
    ))
}

#[test]
fn a_release_that_cannot_be_read_withholds_the_item() {
    let status = |release: &str| {
        let item = with_docdata(release);
        assert_eq!(item.embargoed, None, "{release}");
        item.pubstatus
    };
    for release in [
        "<date.release norm='embargoed until further notice'/>",
        "<date.release norm='2026-11-30 at noon or so'/>",
        "<date.release>after the speech</date.release>",
    ] {
        assert_eq!(status(release), PubStatus::Withheld, "{release}");
    }
    for release in [
        "<date.release/>",
        "<date.release norm=''/>",
        "<date.release norm='00000000T000000Z'/>",
        "<date.release norm='immediate'/>",
        "<date.release norm='20261123T090000Z'/>",
    ] {
        assert_eq!(status(release), PubStatus::Usable, "{release}");
    }
    let until = with_docdata("<date.release>November 30, 2026 06:00 GMT</date.release>").embargoed;
    assert_eq!(until.map(|at| at.to_string()).as_deref(), Some("2026-11-30T06:00:00Z"));
}

#[test]
fn all_messages_to_editors_are_kept() {
    let item = with_docdata(
        "<ed-msg info='Adds quotes'/><ed-msg info='Embargoed until 0001 GMT Nov 30'/>",
    );
    assert_eq!(item.ednote.as_deref(), Some("Adds quotes\nEmbargoed until 0001 GMT Nov 30"));
    let until = item.embargoed.map(|at| at.to_string());
    assert_eq!(until.as_deref(), Some("2026-11-30T00:01:00Z"));
}

#[test]
fn a_correction_says_something_and_may_name_what_it_corrects() {
    for empty in ["<correction/>", "<correction info='' id-string=''/>"] {
        let item = with_docdata(empty);
        assert_eq!(
            (item.markers, item.uri.as_deref(), item.version),
            (vec![], Some("t7"), Some(2))
        );
    }
    let item = with_docdata("<correction id-string='t6'/>");
    assert_eq!(item.markers, [Marker::Corrected]);
    assert_eq!((item.uri.as_deref(), item.version), (Some("t7"), Some(2)), "it keeps its own id");
    assert_eq!(item.amends.as_deref(), Some("t6"));
    assert_eq!(with_docdata("<correction id-string='0' info=''/>").markers, []);
    let item = with_docdata("<correction id-string='t7' info='Mends a name.'/>");
    assert_eq!((item.uri.as_deref(), item.version), (Some("t7"), Some(2)));
    let item = with_docdata("<ed-msg info='CORRECTS name in para 2.'/>");
    assert_eq!(item.markers, [Marker::Corrected]);
}

#[test]
fn a_notice_that_cancels_another_document_is_its_kill() {
    let notice = |status: &str| {
        let text = format!(
            "<nitf><head><title>Ferry story withdrawn</title><docdata management-doc-idref='t6' \
             management-idref-status='{status}><doc-id id-string='t7'/></docdata></head></nitf>"
        );
        let item = read(&text);
        (item.uri.unwrap(), item.pubstatus)
    };
    assert_eq!(notice("canceled'"), ("t6".to_owned(), PubStatus::Canceled));
    assert_eq!(notice("usable'"), ("t7".to_owned(), PubStatus::Usable));
    let instead = notice("canceled' management-status='usable'");
    assert_eq!(instead, ("t7".to_owned(), PubStatus::Usable), "news that replaces other news");
}
