//! A decision without its reasons, which is what a start needs of it. Evidence is half of a record,
//! and a dozen small allocations; here it is passed over where it lies.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::record::{Decision, Withheld};
use crate::item::Seq;
use crate::story::{FoldDecision, StoryId, StoryState, Verdict};

/// [`Decision`], field by field.
#[derive(Deserialize)]
pub(super) struct Brief<'a> {
    item: Seq,
    #[serde(borrow)]
    fold: Fold<'a>,
    _rules: Passed<&'a str>,
    held: Vec<u64>,
    matched: Vec<String>,
    channels: Vec<String>,
    withheld: Vec<Withheld>,
    priority: Option<u8>,
    _labels: Passed<&'a str>,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    embargo: Option<Timestamp>,
}

/// [`FoldDecision`], field by field.
#[derive(Deserialize)]
struct Fold<'a> {
    verdict: Verdict,
    story: StoryId,
    state: StoryState,
    disputes: bool,
    #[serde(borrow)]
    _evidence: Reasons<'a>,
}

/// [`Evidence`](crate::story::Evidence), field by field.
type Reasons<'a> = (Option<Seq>, Option<f32>, f32, &'a str, Passed<Reason<'a>>, &'a str);

/// [`Share`](crate::story::Share), field by field.
type Reason<'a> = (&'a str, Option<f32>, f32);

impl From<Brief<'_>> for Decision {
    /// The decision with empty evidence, rules and labels.
    fn from(brief: Brief<'_>) -> Decision {
        let Brief { item, fold, held, matched, channels, withheld, priority, embargo, .. } = brief;
        let Fold { verdict, story, state, disputes, .. } = fold;
        Decision {
            item,
            fold: FoldDecision::bare(verdict, story, state, disputes),
            rules: Vec::new(),
            held,
            matched,
            channels,
            withheld,
            priority,
            labels: Vec::new(),
            embargo,
        }
    }
}

/// A list that is passed over.
struct Passed<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Passed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Passed(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Passed<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<T>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::fault::Switch;
    use crate::log::record::{Entry, Gate, Position, Record, Ruled, Shown};
    use crate::log::sample::{self, at, item, state};
    use crate::log::{Log, Read};
    use crate::story::{Ahead, Coming, Evidence, Out};

    #[test]
    fn a_window_has_all_of_a_record_but_its_reasons() {
        let mut full = item(3);
        let Entry::Item { decision, .. } = &mut full else { panic!("{full:?}") };
        let (channel, until) = ("night".to_owned(), Some(at(9)));
        decision.withheld = vec![Withheld { channel, gate: Gate::Quiet, until, urgent: true }];
        decision.embargo = Some(at(7));
        let coming = Coming { item: Seq(3), until: at(7), state: state(3) };
        let ahead = Ahead {
            until: Some(at(7)),
            ends: vec![Seq(1)],
            contradicts: vec![Seq(2)],
            to_come: [coming].into(),
        };
        decision.fold.ahead = Some(Box::new(ahead.clone()));
        let mut out = sample::timer(7, 3);
        let Entry::Timer(timer) = &mut out else { panic!("{out:?}") };
        let out_of_it = Out { state: state(3), disputes: true };
        let came = Shown { out: out_of_it, ruled: Some(Ruled::default()), uncovered: false };
        timer.shown = Some(came.clone());
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open_on(dir.path(), &Switch::default()).unwrap();
        log.append(&[item(1), full, sample::timer(4, 1), out]).unwrap();

        let window: Vec<_> = log.view().window(at(0)).unwrap().map(Result::unwrap).collect();
        let (mut whole, _) = log.view().read_from(Position::FIRST, 10, |_| true).unwrap();
        assert_eq!(whole.len(), 4);
        for read in &mut whole {
            let Read::Record(logged, _) = read else { panic!("{read:?}") };
            let Record::Decision(decision) = &mut logged.record else { continue };
            assert!(!decision.fold.evidence.shares.is_empty());
            decision.fold.evidence = Evidence::default();
            (decision.rules, decision.labels) = (Vec::new(), Vec::new());
        }
        assert_eq!(window, whole);
        let records = window.into_iter().map(|read| match read {
            Read::Record(logged, _) => logged.record,
            Read::Gap(gap) => panic!("{gap:?}"),
        });
        let behind = records.map(|record| match record {
            Record::Decision(decision) => (decision.fold.ahead.map(|it| *it), None),
            Record::Timer(timer) => (None, timer.shown),
            other => panic!("{other:?}"),
        });
        let expected = [(None, None), (Some(ahead), None), (None, None), (None, Some(came))];
        assert!(behind.eq(expected), "what stands behind a record is read as well");
    }
}
