//! What an item is to one that came before under its surest name: a repeat, a revision or out of date.

use jiff::Timestamp;
use smallvec::SmallVec;

use super::Fold;
use super::identity::{Known, Names, Rung};
use super::profile::Profile;
use crate::item::{Reject, RejectKind};
use crate::prepare::{Prepared, Rejected, version_time};
use crate::story::{Evidence, FoldDecision, StoryId, Verdict, embargo};

impl Fold {
    /// An item that came before under its surest name; `None` if it is other news under the uri of
    /// what was withdrawn.
    pub(super) fn known(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        names: &Names,
        known: Known,
    ) -> Option<Result<FoldDecision, Rejected>> {
        let version = known.age_of(prepared);
        let (older, newer) = (version.is_lt(), version.is_gt());
        // An older version is refused though its text be known; times alone are less to be trusted,
        // but for what is newer than it under an embargo.
        let surely = has_number(prepared, known) || self.held.has(known.seq);
        let surest = names.rungs.first();
        let reinstates = surest.is_some_and(|rung| self.takes_back(prepared, names, rung, known));
        // A newer version may go back to the words of one before the last, and then changes them.
        let same_text = surest.and_then(|surest| surest.exact).is_none_or(|exact| {
            let said = self.identities.get(&exact);
            said.is_some_and(|said| said.seq >= known.seq || !newer)
        });
        let (verdict, reason) = if same_text && !reinstates && !(older && surely) {
            (Verdict::Repeat, format!("The same item as {}, word for word.", known.seq))
        } else if older {
            return Some(Err(older_version(prepared, known)));
        } else if let Some(twin) = self.twin(prepared, names) {
            // Another feed has told of the change.
            (Verdict::Repeat, format!("The same item as {}, word for word.", twin.seq))
        } else if prepared.item.lifecycle && self.is_withdrawn(known) {
            return None;
        } else if reinstates {
            (Verdict::Revision, format!("Takes back the kill, item {}.", known.seq))
        } else {
            (Verdict::Revision, format!("The same item as {}, with changed text.", known.seq))
        };
        Some(Ok(self.again(prepared, profile, verdict, known, reason)))
    }

    /// A correction or kill, as `claim` says, that its provider has sent before, or that is older than
    /// what it would change; `None` if it is to be obeyed. Asked of its uri by its own source and by
    /// all sources of its provider.
    pub(super) fn resent(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        names: &Names,
        known: Option<Known>,
        claim: Verdict,
    ) -> Option<Result<FoldDecision, Rejected>> {
        let surest = names.rungs.first().zip(known);
        let anywhere = names.anywhere.as_ref();
        let anywhere = anywhere.and_then(|rung| Some((rung, self.known_as(&rung.name)?)));
        // Sources of one provider may number different items alike.
        let is_same = |known: &Known| surest.is_none_or(|(_, it)| it.story == known.story);
        let named = surest.into_iter().chain(anywhere.filter(|(_, known)| is_same(known)));
        let named = named.filter(|(_, known)| self.is_own(known, profile));
        let named: SmallVec<[(&Rung, Known); 2]> = named.collect();

        let older = named.iter().map(|(_, known)| *known).find(|known| {
            let trusted = claim == Verdict::Correction || has_number(prepared, *known);
            trusted && known.age_of(prepared).is_lt()
        });
        let said = |(rung, known): &(&Rung, Known)| {
            let said = self.has_claimed(prepared, rung, *known, claim)?;
            Some((*known, said))
        };
        // While what is newer is held, nothing older by its time alone may end that.
        let surely = |known: &Known| has_number(prepared, *known) || self.held.has(known.seq);
        if let Some(newer) = older.filter(surely) {
            return Some(Err(older_version(prepared, newer)));
        }
        if let Some((known, said)) = named.iter().find_map(said) {
            let what = if claim == Verdict::Kill { "kill" } else { "correction" };
            let reason = format!("The same {what} as item {}.", said.seq);
            return Some(Ok(self.again(prepared, profile, Verdict::Repeat, known, reason)));
        }
        older.map(|newer| Err(older_version(prepared, newer)))
    }

    /// The correction or kill under a name that an item is again: the last that came under it, word for
    /// word, or the very version. Words say what is corrected; that something is withdrawn is said
    /// whatever the words. While it is under embargo nobody has been told, and the item takes its place.
    fn has_claimed(
        &self,
        prepared: &Prepared,
        rung: &Rung,
        known: Known,
        claim: Verdict,
    ) -> Option<Known> {
        let said = self.identities.get(&rung.claimed(claim))?;
        let same_words = rung.exact.is_none_or(|exact| {
            self.identities.get(&exact).is_some_and(|words| words.seq == said.seq)
        });
        let (is_last, same_version) = (said.seq >= known.seq, said.is_version_of(prepared));
        let again = match claim {
            Verdict::Kill => same_version || (is_last && same_words),
            _ => same_words && (same_version || is_last),
        };
        (again && !self.held.has(said.seq)).then_some(said)
    }

    /// Whether an item comes after the kill of what is known under a name, and so is told anew, be it
    /// in the same words: it is newer than all that has come under its uri.
    fn takes_back(&self, prepared: &Prepared, names: &Names, rung: &Rung, known: Known) -> bool {
        let is_newer = |known: Known| known.age_of(prepared).is_gt();
        if !prepared.item.lifecycle || !is_newer(known) {
            return false;
        }
        let anywhere = names.anywhere.as_ref().and_then(|rung| self.known_as(&rung.name));
        let is_newest = anywhere.is_none_or(|it| it.story != known.story || is_newer(it));
        let kill = || self.identities.get(&rung.claimed(Verdict::Kill));
        let is_killed = || kill().is_some_and(|kill| kill.seq == known.seq);
        is_newest && (self.is_withdrawn(known) || is_killed())
    }

    /// Whether what is known was withdrawn with all that was told of its story. Another provider's
    /// that is under embargo was not.
    fn is_withdrawn(&self, known: Known) -> bool {
        self.is_over(known.story) && !self.is_to_come(&known)
    }

    /// Whether all that was told of a story was withdrawn.
    pub(super) fn is_over(&self, story: StoryId) -> bool {
        self.stories.get(story).is_some_and(|story| story.killed && !story.waits())
    }

    /// An item of another name that was the last on the same page and had the same text.
    /// What comes after its kill is none.
    pub(super) fn twin(&self, prepared: &Prepared, names: &Names) -> Option<Known> {
        names.others().find_map(|rung| {
            let known = self.known_as(&rung.name)?;
            let said = self.identities.get(&rung.exact?)?;
            let last = said.seq >= known.seq;
            (last && !self.takes_back(prepared, names, rung, known)).then_some(known)
        })
    }

    /// The decision about an item that came before.
    pub(super) fn again(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        verdict: Verdict,
        known: Known,
        reason: String,
    ) -> FoldDecision {
        let evidence = Evidence { of: Some(known.seq), score: Some(1.0), ..self.because(reason) };
        self.decided(prepared, profile, verdict, known.story, evidence)
    }
}

impl Known {
    /// What is known of an item that joins a story.
    pub(super) fn of(prepared: &Prepared, story: StoryId) -> Known {
        let Prepared { seq, received, item, .. } = prepared;
        let event = version_time(item, *received).map(Timestamp::as_second);
        Known { seq: *seq, story, received: received.as_second(), event, version: item.version }
    }
}

/// Whether an item and what is known of it have numbers to compare.
fn has_number(prepared: &Prepared, known: Known) -> bool {
    prepared.item.version.and(known.version).is_some()
}

/// Refuses an item of which a newer version is known.
fn older_version(prepared: &Prepared, newer: Known) -> Rejected {
    let Prepared { seq, received, item, .. } = prepared;
    let reason = format!("Item {} is a newer version of this item.", newer.seq);
    let held = embargo::until(prepared, Verdict::Revision).is_some();
    let reject = Reject::of(RejectKind::OlderVersion, reason, item, held);
    Rejected { seq: *seq, received: *received, source: item.source.clone(), reject }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::Fold;
    use crate::fold::tests::{decide, fold, item};
    use crate::item::{Item, Seq};
    use crate::story::FoldDecision;

    /// An item of a feed, by its GUID, and its page.
    fn entry(uri: &str, link: &str, hours: i64, headline: &str) -> Item {
        let link = format!("https://fjord.example/{link}");
        Item { uri: Some(uri.to_owned()), link: Some(link), ..item("Fjord Wire", hours, headline) }
    }

    fn decided(fold: &mut Fold, seq: u64, item: Item) -> FoldDecision {
        decide(fold, seq, item).decision
    }

    #[test]
    fn items_of_one_page_are_different_ones() {
        let mut fold = fold();
        let headlines = [
            "Ferry runs aground off Sandvik",
            "Central bank raises its rate to 4%",
            "Chess champion Ilvana retires",
        ];
        for (seq, headline) in headlines.into_iter().enumerate() {
            let hours = 3 - seq as i64;
            let entry = entry(&format!("a:{seq}"), "live", hours, headline);
            assert_eq!(decided(&mut fold, seq as u64, entry).verdict, Verdict::New, "{headline}");
        }
    }

    #[test]
    fn a_page_that_two_feeds_list_is_a_repeat_whatever_they_call_it() {
        let mut fold = fold();
        let headline = "Ferry runs aground off Sandvik";
        for (seq, uri) in ["a:1", "b:1", "a:1", "b:1"].into_iter().enumerate() {
            let seen = decided(&mut fold, seq as u64, entry(uri, "ferry", 0, headline));
            let first = if seq == 0 { Verdict::New } else { Verdict::Repeat };
            assert_eq!(seen.verdict, first, "{seq}: {}", seen.evidence.reason);
        }
    }

    #[test]
    fn a_newer_version_may_go_back_to_earlier_words() {
        let mut fold = fold();
        let toll = |dead: u32| format!("Ferry sinks off Sandvik, {dead} dead");
        let mut verdict = |seq: u64, hours, dead| {
            decided(&mut fold, seq, entry("a:1", "ferry", hours, &toll(dead))).verdict
        };
        assert_eq!(verdict(1, 0, 12), Verdict::New);
        assert_eq!(verdict(2, 1, 120), Verdict::Revision);
        assert_eq!(verdict(3, 2, 12), Verdict::Revision, "it says something else than the last");
        assert_eq!(verdict(4, 2, 12), Verdict::Repeat);
        assert_eq!(verdict(5, 2, 120), Verdict::Repeat, "at one time a source only wavers");
    }

    #[test]
    fn one_wrong_time_in_the_future_does_not_make_later_versions_older_ones() {
        let mut fold = fold();
        let mut sent = |seq: u64, hours: i64, headline: &str| {
            let item = entry("a:1", "ferry", hours, headline);
            let received = crate::fold::tests::at(seq as i64);
            let prepared = crate::prepare::Prepare::new().prepare(crate::item::Arrival {
                seq: Seq(seq),
                received,
                source: item.source.clone(),
                record: Ok(item),
            });
            fold.decide(prepared.expect("an item")).0.map(|folded| folded.decision.verdict)
        };
        assert_eq!(sent(1, 300_000, "Ferry sinks off Sandvik, 12 dead").ok(), Some(Verdict::New));
        let edited = sent(2, 2, "Ferry sinks off Sandvik, 13 dead");
        assert_eq!(edited.ok(), Some(Verdict::Revision));
        let stale = sent(3, 1, "Ferry sinks off Sandvik, 11 dead");
        assert!(stale.is_err(), "{stale:?}");
    }

    #[test]
    fn an_edit_that_two_feeds_tell_of_is_told_once() {
        let edits = [
            "Ferry runs aground off Sandvik",
            "Ferry sinks off Sandvik",
            "Ferry sinks off Sandvik, captain held",
        ];
        let mut fold = fold();
        let (mut seq, mut found) = (0, Vec::new());
        for (hours, headline) in (0..).zip(edits) {
            for feed in ["a:1", "b:1"] {
                let listed = entry(feed, "ferry", hours, headline);
                found.push(decided(&mut fold, seq, listed).verdict);
                seq += 1;
            }
        }
        use Verdict::{New, Repeat, Revision};
        assert_eq!(found, [New, Repeat, Revision, Repeat, Revision, Repeat]);
    }
}
