use super::*;
use crate::item::{Item, Reject, RejectKind};

fn item(guid: &str, link: &str, headline: &str) -> Record {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (uri, link) = (some(guid), some(link));
    Ok(Item { uri, link, headline: headline.to_owned(), ..Item::default() })
}

/// A list of `n` entries whose GUIDs and links are made from a pattern.
fn list(n: usize, guid: &str, link: &str) -> Vec<Record> {
    let fill = |pattern: &str, n: usize| pattern.replace('#', &n.to_string());
    (0..n).map(|n| item(&fill(guid, n), &fill(link, n), &format!("Headline {n}"))).collect()
}

#[test]
fn an_entry_is_submitted_once_and_again_when_its_text_changes() {
    let first = Known::default().sift(list(3, "g#", "l#"));
    assert_eq!(first.fresh.len(), 3);
    let mut next = list(4, "g#", "l#");
    next[1].as_mut().unwrap().headline = "Headline 1, corrected".to_owned();
    let next = first.known.sift(next);
    let headlines: Vec<_> =
        next.fresh.iter().map(|item| item.as_ref().unwrap().headline.as_str()).collect();
    assert_eq!(headlines, ["Headline 1, corrected", "Headline 3"]);
    assert!(next.known.sift(list(4, "g#", "l#")).fresh.is_empty(), "even when it flaps back");
}

#[test]
fn an_edit_that_is_taken_back_later_is_submitted_and_what_a_cache_has_kept_is_not() {
    let toll = |hour: i64, dead: u32| {
        let mut entry = item("g", "l", &format!("Ferry sinks, {dead} dead"));
        let time = Timestamp::from_second(hour * 3_600).unwrap();
        entry.as_mut().unwrap().versioncreated = Some(time);
        vec![entry]
    };
    let known = Known::default().sift(toll(1, 12)).known;
    let sifted = known.sift(toll(2, 120));
    assert_eq!(sifted.fresh.len(), 1);
    let cached = sifted.known.sift(toll(1, 12));
    assert!(cached.fresh.is_empty(), "a cache");
    assert!(cached.known.sift(toll(2, 120)).fresh.is_empty(), "and back");
    let stored = postcard::to_allocvec(&sifted.known).unwrap();
    let mut known: Known = postcard::from_bytes(&stored).unwrap();
    assert!(known.sift(toll(3, 12)).fresh.is_empty(), "kept by an earlier version");
    known.set_times(&sifted.known.times());
    let sifted = known.sift(toll(3, 12));
    assert_eq!(sifted.fresh.len(), 1, "taken back");
    assert!(sifted.known.sift(toll(4, 12)).fresh.is_empty(), "a new time is no new text");
}

#[test]
fn entries_that_a_server_drops_and_lists_again_are_still_known() {
    let known = Known::default().sift(list(10, "g#", "l#")).known;
    let known = known.sift(list(2, "g#", "l#")).known;
    assert!(known.sift(list(10, "g#", "l#")).fresh.is_empty());
}

#[test]
fn guids_made_anew_at_every_fetch_are_given_up() {
    let known = Known::default().sift(list(5, "a#", "l#")).known;
    let sifted = known.sift(list(6, "b#", "l#"));
    assert_eq!(sifted.fell, Some("GUIDs are made anew at every fetch"));
    assert_eq!(sifted.fresh.len(), 1, "only the entry that is new");
    let item = sifted.fresh[0].as_ref().unwrap();
    assert_eq!((item.uri.as_deref(), item.link.as_deref()), (None, Some("l5")));
    let again = sifted.known.sift(list(6, "c#", "l#"));
    assert!(again.fresh.is_empty() && again.fell.is_none(), "it stays down and is told once");
}

#[test]
fn a_guid_or_a_link_shared_by_different_entries_is_given_up() {
    let sifted = Known::default().sift(list(5, "same", "l#"));
    assert_eq!((sifted.known.rung(), sifted.fresh.len()), (Rung::Link, 5));
    let sifted = Known::default().sift(list(5, "same", "same"));
    assert_eq!(sifted.known.rung(), Rung::Text, "GUID and link name the whole feed");
    let nameless = |item: &Item| item.uri.is_none() && item.link.is_none();
    assert!(sifted.fresh.iter().flatten().all(nameless));
    let sifted = Known::default().sift(list(5, "", "same"));
    assert_eq!((sifted.known.rung(), sifted.fresh.len()), (Rung::Text, 5));
}

#[test]
fn a_few_odd_entries_are_no_proof() {
    let mut items = list(8, "g#", "l#");
    items[1].as_mut().unwrap().uri = Some("g0".to_owned());
    assert_eq!(Known::default().sift(items).known.rung(), Rung::Guid);
    let sifted = Known::default().sift(list(8, "g#", "home"));
    assert_eq!(sifted.known.rung(), Rung::Guid, "good GUIDs make up for one link");
}

#[test]
fn two_entries_that_share_a_guid_are_told_apart_by_their_links() {
    let both = || {
        let mut items = list(8, "g#", "l#");
        items[1].as_mut().unwrap().uri = Some("g0".to_owned());
        items
    };
    let sifted = Known::default().sift(both());
    let uris: Vec<_> =
        sifted.fresh.iter().flatten().map(|item| item.uri.as_deref().unwrap_or("-")).collect();
    assert_eq!(uris, ["-", "-", "g2", "g3", "g4", "g5", "g6", "g7"]);
    assert!(sifted.known.sift(both()).fresh.is_empty());
    let mut alone = both();
    alone.truncate(1);
    assert!(sifted.known.sift(alone).fresh.is_empty(), "one of them is no longer listed");
    let known = Known::default().sift(list(1, "g#", "l#")).known;
    let fresh = known.sift(both()).fresh;
    assert_eq!(fresh.len(), 7, "the first was known when it was alone");
}

#[test]
fn links_made_anew_at_every_fetch_are_given_up_when_they_are_it_twice() {
    for guid in ["#?sid=", ""] {
        let list = |n, sid: u32| {
            let guid = if guid.is_empty() { String::new() } else { format!("{guid}{sid}") };
            list(n, &guid, &format!("#?sid={sid}"))
        };
        let known = Known::default().sift(list(5, 1)).known;
        let once = known.sift(list(6, 2));
        assert_eq!((once.fresh.len(), once.fell), (1, None), "the site may have moved");
        assert!(once.known.sift(list(6, 2)).fresh.is_empty(), "and stays there");
        let twice = once.known.sift(list(7, 3));
        assert_eq!(twice.fell, Some("links are made anew at every fetch"));
        assert_eq!((twice.known.rung(), twice.fresh.len()), (Rung::Text, 1));
        let again = twice.known.sift(list(7, 4));
        assert!(again.fresh.is_empty() && again.fell.is_none());
    }
}

#[test]
fn the_same_headlines_of_another_day_are_other_entries() {
    let day = |day: i64| {
        let mut items = list(4, &format!("{day}-#"), &format!("{day}-#"));
        for item in items.iter_mut().flatten() {
            item.versioncreated = Timestamp::from_second(day * 86_400).ok();
        }
        items
    };
    let known = Known::default().sift(day(1)).known;
    let sifted = known.sift(day(2));
    assert_eq!((sifted.fresh.len(), sifted.fell), (4, None));
}

#[test]
fn links_with_a_session_are_no_fault_where_guids_are_good() {
    let mut known = Known::default().sift(list(5, "g#", "#?sid=0")).known;
    for sid in 1..5 {
        let sifted = known.sift(list(5, "g#", &format!("#?sid={sid}")));
        assert!(sifted.fresh.is_empty() && sifted.fell.is_none());
        known = sifted.known;
    }
}

#[test]
fn a_list_that_is_short_or_empty_once_makes_nothing_forgotten() {
    for n in [300, MOST + 500] {
        let known = Known::default().sift(list(n, "g#", "l#")).known;
        let known = known.sift(Vec::new()).known;
        assert!(known.sift(list(n, "g#", "l#")).fresh.is_empty(), "{n}");
    }
}

#[test]
fn all_that_is_listed_is_known_however_much_it_is() {
    let known = Known::default().sift(list(MOST + 500, "g#", "l#")).known;
    assert_eq!(known.sift(list(MOST + 501, "g#", "l#")).fresh.len(), 1);
}

#[test]
fn what_cannot_be_read_is_submitted_once_as_well() {
    let bad = || vec![Err(Reject::new(RejectKind::NoText, "empty", 7, b"<item/>"))];
    let first = Known::default().sift(bad());
    assert_eq!(first.fresh.len(), 1);
    assert!(first.known.sift(bad()).fresh.is_empty());
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut known = Known::default();
    for n in 0..5 {
        known = known.sift(list(1_000, &format!("{n}-#"), &format!("{n}-#"))).known;
    }
    assert_eq!(known.entries.len(), MOST);
}
