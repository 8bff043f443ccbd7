//! What an operator asks of a log: is it sound, how much is there, give me all of it.

use super::damage::damage;
use super::*;
use crate::log::store::{CARRIED, DECISIONS, IDENTITIES, INTAKE};

fn verify(log: &Log) -> (Verified, Vec<String>) {
    let mut faults = Vec::new();
    let verified = log.view().verify(|fault| faults.push(fault.to_owned())).unwrap();
    (verified, faults)
}

#[test]
fn a_sound_log_has_no_faults() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position::FIRST);
    log.append(&items(1..10)).unwrap();
    log.append(&[reject(10), timer(11, 3)]).unwrap();
    let (verified, faults) = verify(&log);
    assert_eq!(faults, [""; 0]);
    // One row of identities, nine stories, one cursor.
    assert_eq!(verified, Verified { records: 11, rows: 11, faults: 0 });
}

#[test]
fn every_damaged_record_and_row_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..10)).unwrap();
    damage(&log, DECISIONS, 2);
    damage(&log, INTAKE, 3);
    damage(&log, IDENTITIES, 1);
    damage(&log, CARRIED, 5);
    let (verified, faults) = verify(&log);
    assert_eq!((verified.records, verified.faults), (7, 4));
    let named = ["Record 2 of", "Intake record 3", "began with item 1", "channels of story 5"];
    for (fault, name) in faults.iter().zip(named) {
        assert!(fault.contains(name) && fault.contains("is damaged"), "{fault}");
    }
    assert!(faults[1].ends_with("Readers of `harbour` get a gap in its place."), "{}", faults[1]);
}

#[test]
fn stats_count_what_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let empty = log.view().stats().unwrap();
    assert_eq!((empty.records, empty.oldest, empty.newest), (0, None, None));
    log.attach("desk", Position::FIRST);
    log.append(&items(1..10)).unwrap();
    let stats = log.view().stats().unwrap();
    assert_eq!((stats.first, stats.end, stats.next_seq), (Position(1), Position(10), Seq(10)));
    assert_eq!((stats.records, stats.intake, stats.carried), (9, 9, 9));
    assert_eq!((stats.oldest, stats.newest), (Some(at(1)), Some(at(9))));
    assert_eq!((stats.bytes, stats.sinks), (log.size(), vec![("desk".to_owned(), Position(1))]));
    assert!(stats.file_bytes > stats.bytes);
    assert!(empty.remembered_bytes == 0 && stats.remembered_bytes > 9 * 16);
    log.append(&[reject(10), item(11), reject(12)]).unwrap();
    let stats = log.view().stats().unwrap();
    assert_eq!((stats.intake, stats.rejected), (12, 2));
}

#[test]
fn an_export_is_ninjs_with_what_was_decided() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&[item(1), reject(2), timer(3, 1)]).unwrap();
    let mut out = Vec::new();
    let exported = log.view().export(Position::FIRST, &mut out, |gap| panic!("{gap:?}")).unwrap();
    assert_eq!(exported, Exported { items: 1, damaged: 0 });
    assert_eq!(
        String::from_utf8(out).unwrap(),
        concat!(
            r#"{"uri":"tag:example.org,2026:1","headline":"Ferry 1 leaves the old harbour","#,
            r#""byline":"A. Writer","publisher":"Coast Wire","#,
            r#""versioncreated":"2026-03-01T06:00:01Z","pubstatus":"usable","wirefold":{"#,
            r#""seq":1,"position":1,"received":"2026-03-01T06:00:01Z","source":"coast","#,
            r#""verdict":"New","story":"s1","disputes":false,"disputed":false,"killed":false,"#,
            r#""items":1,"publishers":1,"rules":["Ferries"],"matched":["harbour"],"#,
            r#""channels":["harbour"],"priority":4,"labels":["sea"],"evidence":{"of":null,"score":0.125,"threshold":0.4,"#,
            r#""reason":"No earlier item tells this.","shares":[{"feature":"shared terms","#,
            r#""value":0.5,"share":0.25}],"model":"00112233aabbccdd"}}}"#,
            "\n"
        )
    );
}

#[test]
fn what_is_exported_is_read_back_for_replay_as_it_was_logged() {
    use crate::format::{Format, Options, parse, tests::options};
    use crate::item::{Item, Marker, PubStatus, Subject, TimeQuality};
    let kill = Item {
        version: Some(3),
        link: Some("https://example.org/1".to_owned()),
        headline: "KILL: what &amp;amp; and <b> are for".to_owned(),
        body: Some(" First line\n\nlast, x < y</p>".to_owned()),
        byline: Some("By Night".to_owned()),
        slugline: Some("Ferry-Harbour".to_owned()),
        ednote: Some("Two lines\nof <note> & more".to_owned()),
        located: Some("Oslo".to_owned()),
        language: crate::item::Language::parse("no"),
        firstcreated: Some(at(0)),
        embargoed: Some(at(50)),
        urgency: Some(2),
        subjects: vec![Subject { code: Some("medtop:1".to_owned()), name: None }],
        places: vec!["NO".to_owned()],
        pubstatus: PubStatus::Canceled,
        markers: vec![Marker::Kill, Marker::Lead(2)],
        lifecycle: true,
        ..Item::default()
    };
    let bare = Item { headline: "Ferry".to_owned(), seen: true, ..Item::default() };
    let timed =
        Item { time_quality: TimeQuality::Zoned, versioncreated: Some(at(9)), ..bare.clone() };
    let items = [kill, bare, timed].map(|item| Item { source: "coast".to_owned(), ..item });
    let entries: Vec<Entry> = (1..)
        .zip(&items)
        .map(|(seq, logged)| match item(seq) {
            Entry::Item { seq, received, decision, identities, .. } => {
                let item = Box::new(logged.clone());
                Entry::Item { seq, received, item, decision, identities }
            }
            other => other,
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&entries).unwrap();
    let mut out = Vec::new();
    log.view().export(Position::FIRST, &mut out, |gap| panic!("{gap:?}")).unwrap();
    let options = Options { exported: true, ..options() };
    let read = parse(Format::Auto, &out, &options).into_iter().map(Result::unwrap);
    let logged = (1..).zip(items).map(|(n, item)| Item { received: Some(at(n)), ..item });
    assert_eq!(read.collect::<Vec<_>>(), logged.collect::<Vec<_>>());
}

#[test]
fn what_became_of_an_item_later_is_found() {
    use crate::log::{Digest, DigestEntry};
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let entry = |n: u64| DigestEntry { story: StoryId(n), item: Seq(n), count: 1 };
    let digest = Digest {
        at: at(6),
        channel: "night".to_owned(),
        since: at(1),
        entries: vec![entry(3), entry(2)],
        left_out: 0,
        reason: "Quiet hours.".to_owned(),
        shown: Vec::new(),
    };
    log.append(&items(1..4)).unwrap();
    log.append(&[timer(4, 1), timer(5, 3), Entry::Digest(digest)]).unwrap();
    let later = |seq: u64| {
        let found = log.view().later_about(Seq(seq), Position(seq)).unwrap();
        found.iter().map(|logged| logged.position.0).collect::<Vec<_>>()
    };
    assert_eq!((later(1), later(2), later(3)), (vec![4], vec![6], vec![5, 6]));
    assert_eq!(verify(&log).1, [""; 0]);
}
