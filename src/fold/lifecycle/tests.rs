//! Whom a kill or a correction means, and whom it leaves alone.

use super::*;
use crate::fold::tests::{decide, fold, item};
use crate::item::Item;
use crate::story::{Folded, Past, StoryState};

/// An item of an agency, which may correct and kill.
fn wire_item(publisher: &str, hours: i64, headline: &str) -> Item {
    Item { lifecycle: true, ..item(publisher, hours, headline) }
}

/// An item with the slugline of many stories.
fn crisis(hours: i64, headline: &str) -> Item {
    let slugline = Some("NORLAND-CRISIS/".to_owned());
    Item { slugline, ..wire_item("Fjord Wire", hours, headline) }
}

/// A version of one item of an agency, by one of its lines.
fn sent(source: &str, version: u64, headline: &str) -> Item {
    Item {
        uri: Some("w:1".to_owned()),
        version: Some(version),
        source: source.to_owned(),
        ..wire_item("Fjord Wire", version as i64, headline)
    }
}

const GROUNDED: &str = "Ferry runs aground off Sandvik";

/// Tells a fold of an item as a log does in which its records are gone.
fn remember(fold: &mut Fold, folded: &Folded) {
    let Folded { prepared, decision, identities } = folded;
    let Known { event, version, .. } = Known::of(prepared, decision.story);
    let past = Past {
        state: decision.state,
        teller: Some(decision.teller),
        event,
        version,
        withdraws: decision.verdict == Verdict::Kill,
    };
    let (seq, received) = (prepared.seq, prepared.received);
    fold.restore_identity(identities, received, decision.story, seq, Some(&past));
}

/// What comes late, and what comes again.
mod late;

#[test]
fn a_kill_withdraws_the_item_whose_headline_it_repeats_whatever_else_has_its_slugline() {
    for (marker, verdict) in [("KILL", Verdict::Kill), ("CORRECTED", Verdict::Correction)] {
        let mut fold = fold();
        let first = decide(&mut fold, 0, crisis(0, GROUNDED)).decision.story;
        decide(&mut fold, 1, crisis(1, "Freedonia agrees to halt river toll collections"));
        let named = decide(&mut fold, 2, crisis(2, &format!("{marker}: {GROUNDED}"))).decision;
        assert_eq!((named.verdict, named.story, named.evidence.of), (verdict, first, Some(Seq(0))));
    }
}

#[test]
fn a_slugline_leads_to_a_story_only_as_long_as_no_other_has_it() {
    let mut fold = fold();
    let first = decide(&mut fold, 0, crisis(0, GROUNDED)).decision.story;
    let told = decide(&mut fold, 1, crisis(1, "CORRECTED: Vessel had 12 aboard")).decision;
    assert_eq!((told.verdict, told.story), (Verdict::Correction, first));
    decide(&mut fold, 2, crisis(2, "Freedonia agrees to halt river toll collections"));
    let killed = decide(&mut fold, 3, crisis(3, "KILL: Chess champion Ilvana retires")).decision;
    assert_eq!((killed.verdict, killed.evidence.of), (Verdict::Kill, None), "{killed:?}");
}

#[test]
fn what_was_killed_silences_neither_its_slugline_nor_its_headline() {
    let mut fold = fold();
    decide(&mut fold, 0, crisis(0, "Wheat ends higher in Sandvik"));
    let killed = decide(&mut fold, 1, crisis(1, "KILL: Wheat ends higher in Sandvik")).decision;
    assert_eq!((killed.verdict, killed.state.killed), (Verdict::Kill, true));
    let substitute = decide(&mut fold, 2, crisis(2, "Wheat ends slightly higher in Sandvik"));
    assert_eq!(substitute.decision.verdict, Verdict::New);
    for (seq, days) in [(3, 7), (4, 14)] {
        let next = decide(&mut fold, seq, crisis(days * 24, "Wheat ends higher in Sandvik"));
        assert_eq!(next.decision.verdict, Verdict::New, "{days} days later");
    }
}

#[test]
fn a_kill_without_a_target_waits_for_one_item_and_no_longer_than_the_window() {
    let kill = || wire_item("Fjord Wire", 0, &format!("KILL: {GROUNDED}"));
    let report = |hours| Item {
        body: Some(format!("{hours} hours on")),
        ..wire_item("Fjord Wire", hours, GROUNDED)
    };
    let mut fold = fold();
    let killed = decide(&mut fold, 0, kill()).decision;
    let awaited = decide(&mut fold, 1, report(1)).decision;
    assert_eq!((awaited.verdict, awaited.story), (Verdict::Repeat, killed.story));
    assert_eq!(decide(&mut fold, 2, report(30)).decision.verdict, Verdict::New, "used once");
    let mut fold = self::fold();
    decide(&mut fold, 0, kill());
    assert_eq!(decide(&mut fold, 1, report(97)).decision.verdict, Verdict::New, "too late");
}

#[test]
fn a_kill_finds_its_target_though_a_word_differs_but_none_of_another_provider() {
    for (publisher, of) in [("Fjord Wire", Some(Seq(0))), ("Coast Post", None)] {
        let mut fold = fold();
        let told = "Ferry with forty passengers runs aground off Sandvik harbour";
        decide(&mut fold, 0, wire_item("Fjord Wire", 0, told));
        let kill = "KILL: Ferry with forty passengers ran aground off Sandvik harbour";
        let killed = decide(&mut fold, 1, wire_item(publisher, 1, kill)).decision;
        assert_eq!((killed.verdict, killed.evidence.of), (Verdict::Kill, of), "{publisher}");
    }
}

#[test]
fn a_correction_or_kill_of_a_uri_comes_by_any_line_of_its_provider() {
    let mut fold = fold();
    let first = decide(&mut fold, 0, sent("ftp", 1, GROUNDED)).decision.story;
    let again = decide(&mut fold, 1, sent("line", 1, GROUNDED)).decision;
    assert_eq!((again.verdict, again.story), (Verdict::Repeat, first));
    for (version, headline, verdict) in [
        (2, "CORRECTED-Vessel had 12 aboard", Verdict::Correction),
        (3, "KILL-Vessel", Verdict::Kill),
    ] {
        let sent = decide(&mut fold, version, sent("line", version, headline)).decision;
        assert_eq!((sent.verdict, sent.story), (verdict, first), "{headline}");
    }
    let elsewhere =
        Item { publisher: Some("Dune Gazette".to_owned()), ..sent("line", 4, "KILL-Vessel") };
    assert_eq!(decide(&mut fold, 4, elsewhere).decision.evidence.of, None, "another provider");
}

#[test]
fn a_correction_or_kill_under_a_uri_of_its_own_acts_on_the_one_it_amends() {
    for (marker, verdict) in [("KILL", Verdict::Kill), ("CORRECTED", Verdict::Correction)] {
        let notice = |source: &str, amends: &str| Item {
            uri: Some("w:2".to_owned()),
            amends: Some(amends.to_owned()),
            ..sent(source, 2, &format!("{marker}: Cabinet to meet on budget"))
        };
        for source in ["ftp", "tcp"] {
            let mut fold = fold();
            let first = decide(&mut fold, 0, sent("ftp", 1, GROUNDED)).decision.story;
            let told = decide(&mut fold, 1, notice(source, "w:1")).decision;
            assert_eq!((told.verdict, told.story), (verdict, first), "{source}");
            assert_eq!(told.evidence.of, Some(Seq(0)), "{source}");
        }
        let mut fold = fold();
        decide(&mut fold, 0, sent("ftp", 1, GROUNDED));
        let stray = decide(&mut fold, 1, notice("ftp", "w:9")).decision;
        assert_eq!(stray.evidence.of, None, "{stray:?}");
    }
}

#[test]
fn a_kill_waits_for_the_item_it_amends() {
    let mut fold = fold();
    let notice = Item {
        uri: Some("w:2".to_owned()),
        amends: Some("w:1".to_owned()),
        ..sent("ftp", 2, "KILL: Cabinet to meet on budget")
    };
    let killed = decide(&mut fold, 0, notice).decision;
    assert_eq!((killed.verdict, killed.evidence.of), (Verdict::Kill, None));
    let late = decide(&mut fold, 1, sent("ftp", 1, GROUNDED)).decision;
    assert_eq!((late.verdict, late.story), (Verdict::Repeat, killed.story), "{late:?}");
}

#[test]
fn what_was_killed_is_not_news_when_another_line_of_its_provider_brings_it_late() {
    let mut fold = fold();
    decide(&mut fold, 0, sent("ftp", 1, GROUNDED));
    let killed = decide(&mut fold, 1, sent("ftp", 2, "KILL-Ferry")).decision;
    let late = decide(&mut fold, 2, sent("line", 1, GROUNDED)).decision;
    assert_eq!((late.verdict, late.story), (Verdict::Repeat, killed.story));
    let substitute = decide(&mut fold, 3, sent("line", 3, "Ferry passes Sandvik unharmed"));
    assert_eq!(substitute.decision.verdict, Verdict::New);
}

#[test]
fn sources_of_one_provider_may_number_their_items_alike() {
    let sent = |source: &str, headline: &str| Item {
        uri: Some("0123".to_owned()),
        source: source.to_owned(),
        ..wire_item("Fjord Wire", 0, headline)
    };
    let mut fold = fold();
    decide(&mut fold, 0, sent("sport", "Chess champion Ilvana retires"));
    let other = decide(&mut fold, 1, sent("world", GROUNDED)).decision;
    assert_eq!(other.verdict, Verdict::New);
}

#[test]
fn a_kill_withdraws_a_story_only_when_all_who_told_it_have_withdrawn_it() {
    let mut fold = fold();
    let told = |publisher, hours| wire_item(publisher, hours, GROUNDED);
    let kill = |publisher, hours| wire_item(publisher, hours, &format!("KILL: {GROUNDED}"));
    let first = decide(&mut fold, 0, told("Fjord Wire", 0)).decision;
    decide(&mut fold, 1, told("Dune Gazette", 1));
    let mut is = |seq, item| {
        let decision = decide(&mut fold, seq, item).decision;
        let StoryState { publishers, killed, .. } = decision.state;
        (decision.verdict, decision.story == first.story, publishers, killed)
    };
    assert_eq!(is(2, kill("Dune Gazette", 2)), (Verdict::Kill, true, 1, false));
    assert_eq!(is(3, kill("Dune Gazette", 3)), (Verdict::Kill, true, 1, false), "once more");
    assert_eq!(is(4, told("Coast Post", 4)), (Verdict::Repeat, true, 2, false));
    assert_eq!(is(5, told("Dune Gazette", 5)), (Verdict::Repeat, true, 3, false), "it came back");
    assert_eq!(is(6, kill("Coast Post", 6)), (Verdict::Kill, true, 2, false));
    assert_eq!(is(7, kill("Fjord Wire", 7)), (Verdict::Kill, true, 1, false));
    assert_eq!(is(8, kill("Dune Gazette", 8)), (Verdict::Kill, true, 0, true));
    assert_eq!(is(9, told("Coast Post", 9)), (Verdict::New, false, 1, false), "news again");
}

#[test]
fn who_has_withdrawn_what_is_known_after_a_restart() {
    let told = |publisher, hours| wire_item(publisher, hours, GROUNDED);
    let kill = |publisher, hours| wire_item(publisher, hours, &format!("KILL: {GROUNDED}"));
    let (mut whole, mut restarted, mut remembered) = (fold(), fold(), fold());
    for (seq, item) in [told("Fjord Wire", 0), told("Dune Gazette", 1), kill("Dune Gazette", 2)]
        .into_iter()
        .enumerate()
    {
        let folded = decide(&mut whole, seq as u64, item);
        restarted.apply(&folded.prepared, &folded.decision);
        remember(&mut remembered, &folded);
    }
    for mut fold in [whole, restarted, remembered] {
        let last = decide(&mut fold, 3, kill("Fjord Wire", 3)).decision;
        assert_eq!((last.state.publishers, last.state.killed), (0, true));
    }
}

#[test]
fn a_kill_of_one_source_leaves_what_another_sent_without_a_publisher() {
    let sent = |source: &str, hours, headline: &str| Item {
        publisher: None,
        source: source.to_owned(),
        ..wire_item("", hours, headline)
    };
    let kill = format!("KILL: {GROUNDED}");
    for (source, of) in [("w1", Some(Seq(0))), ("w2", None)] {
        let mut fold = fold();
        decide(&mut fold, 0, sent("w1", 0, GROUNDED));
        let killed = decide(&mut fold, 1, sent(source, 1, &kill)).decision;
        assert_eq!((killed.verdict, killed.evidence.of), (Verdict::Kill, of), "{source}");
    }
}

#[test]
fn a_correction_is_one_though_another_agency_told_the_story_in_closer_words() {
    let mut fold = fold();
    let first = "Gunman opens fire at Sandvik mall, six dead";
    let story = decide(&mut fold, 0, wire_item("Fjord Wire", 0, first)).decision.story;
    let closer = "Six killed in Sandvik shopping centre shooting";
    let other = decide(&mut fold, 1, wire_item("Dune Gazette", 1, closer)).decision;
    assert_eq!(other.story, story, "{:?}", other.evidence);
    let fixed = "CORRECTED: Four killed in Sandvik shopping centre shooting";
    let fixed = decide(&mut fold, 2, wire_item("Fjord Wire", 2, fixed)).decision;
    assert_eq!((fixed.verdict, fixed.story), (Verdict::Correction, story));
}

#[test]
fn other_news_under_the_uri_of_what_was_killed_is_news() {
    let sent = |version, headline: &str| Item {
        uri: Some("w:1".to_owned()),
        version: Some(version),
        ..wire_item("Fjord Wire", version as i64, headline)
    };
    let mut fold = fold();
    decide(&mut fold, 0, sent(1, GROUNDED));
    let killed = decide(&mut fold, 1, sent(2, &format!("KILL: {GROUNDED}"))).decision;
    let again = decide(&mut fold, 2, sent(2, GROUNDED)).decision;
    assert_eq!((again.verdict, again.story), (Verdict::Repeat, killed.story));
    let substitute = decide(&mut fold, 3, sent(3, "Ferry passes Sandvik unharmed")).decision;
    assert_eq!(substitute.verdict, Verdict::New);
}

#[test]
fn a_kill_that_came_first_waits_for_its_uri_whatever_the_headline() {
    let mut fold = fold();
    let of = |headline: &str| Item {
        uri: Some("f:1".to_owned()),
        ..wire_item("Fjord Wire", 1, headline)
    };
    decide(&mut fold, 0, of("KILL: Do not use this item"));
    let late = decide(&mut fold, 1, of(GROUNDED)).decision;
    assert_eq!((late.verdict, late.evidence.of), (Verdict::Repeat, Some(Seq(0))), "{late:?}");
}

#[test]
fn a_substitute_without_a_time_is_news_too() {
    let mut fold = fold();
    let of = |headline: &str| Item {
        uri: Some("f:1".to_owned()),
        versioncreated: None,
        ..wire_item("Fjord Wire", 0, headline)
    };
    decide(&mut fold, 0, of(GROUNDED));
    decide(&mut fold, 1, of(&format!("KILL: {GROUNDED}")));
    let other = decide(&mut fold, 2, of("Wheat ends higher in Sandvik")).decision;
    assert_eq!(other.verdict, Verdict::New, "{other:?}");
}

#[test]
fn a_kill_without_a_word_finds_its_target_by_uri() {
    let cancel = |source: &str, version| Item {
        headline: String::new(),
        pubstatus: crate::item::PubStatus::Canceled,
        ..sent(source, version, "")
    };
    let mut fold = fold();
    let told = decide(&mut fold, 0, sent("ftp", 1, GROUNDED)).decision.story;
    decide(&mut fold, 1, wire_item("Fjord Wire", 1, "Freedonia agrees to halt river tolls"));
    let killed = decide(&mut fold, 2, cancel("line", 2)).decision;
    assert_eq!((killed.verdict, killed.story, killed.state.killed), (Verdict::Kill, told, true));
    let mut fold = self::fold();
    let early = decide(&mut fold, 0, cancel("ftp", 2)).decision;
    assert_eq!((early.verdict, early.evidence.of), (Verdict::Kill, None));
    let late = decide(&mut fold, 1, sent("line", 1, GROUNDED)).decision;
    assert_eq!((late.verdict, late.story), (Verdict::Repeat, early.story));
}

#[test]
fn a_kill_that_does_not_name_its_provider_is_of_that_of_its_uri() {
    let mut fold = fold();
    let told = decide(&mut fold, 0, sent("ftp", 1, GROUNDED)).decision.story;
    let pubstatus = crate::item::PubStatus::Canceled;
    let bare = |source: &str| Item { pubstatus, publisher: None, ..sent(source, 2, "") };
    let elsewhere = decide(&mut fold, 1, bare("line")).decision;
    assert_eq!((elsewhere.verdict, elsewhere.evidence.of), (Verdict::Kill, None));
    let killed = decide(&mut fold, 2, bare("ftp")).decision;
    assert_eq!((killed.verdict, killed.story, killed.state.killed), (Verdict::Kill, told, true));
}

#[test]
fn a_kill_without_a_word_ends_an_embargo() {
    let mut fold = fold();
    let end = crate::fold::tests::at(24);
    let held = Item { embargoed: Some(end), ..sent("ftp", 1, GROUNDED) };
    decide(&mut fold, 0, held);
    let pubstatus = crate::item::PubStatus::Canceled;
    let killed = decide(&mut fold, 1, Item { pubstatus, ..sent("ftp", 2, "") }).decision;
    assert_eq!(killed.verdict, Verdict::Kill);
    assert_eq!(killed.ahead.expect("it ends one").ends, [Seq(0)]);
}

#[test]
fn a_kill_without_a_name_in_the_words_of_an_earlier_one_means_the_last_report() {
    let mut fold = fold();
    let bare = |hours, headline: &str| Item {
        uri: None,
        versioncreated: None,
        ..wire_item("Fjord Wire", hours, headline)
    };
    let first = decide(&mut fold, 0, wire_item("Fjord Wire", 0, "Stocks end higher")).decision;
    let killed = decide(&mut fold, 1, bare(1, "KILL: Stocks end higher")).decision;
    assert_eq!((killed.verdict, killed.story), (Verdict::Kill, first.story));
    let next = decide(&mut fold, 2, wire_item("Fjord Wire", 90, "Stocks end higher")).decision;
    assert_eq!(next.verdict, Verdict::New);
    let killed = decide(&mut fold, 3, bare(91, "KILL: Stocks end higher")).decision;
    assert_eq!((killed.verdict, killed.story), (Verdict::Kill, next.story));
}
