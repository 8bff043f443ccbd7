//! What stands behind a decision, a timer, a digest or a correction by hand in the log. An older version passes it
//! over, and what an older version wrote ends before it.

use jiff::Timestamp;
use serde::Serialize;

use super::frame::More;
use super::record::{Feedback, Ruled, Shown};
use crate::story::{Ahead, FoldDecision, Out, StoryState};

/// Stands for no story: one that ends before it begins.
const NONE: StoryState = StoryState {
    items: 0,
    publishers: 0,
    first: Timestamp::constant(1, 0),
    last: Timestamp::UNIX_EPOCH,
    disputed: false,
    killed: false,
};

/// Of a [`Decision`](super::record::Decision). Where nothing is ahead, that is said by an empty one: for
/// older versions that is the same, and they read on as if it were there.
pub(super) fn of_decision(fold: &FoldDecision) -> impl Serialize + '_ {
    let ahead = fold.ahead.as_deref().cloned().unwrap_or_default();
    (fold.nearness, &fold.merged, ahead, fold.teller)
}

/// Adds what [`of_decision`] gave. At first there was nothing, then what is known beside who told it, and an
/// `ahead` only where there was one.
pub(super) fn decision(more: &mut More<'_>, fold: &mut FoldDecision) {
    fold.nearness = more.next().flatten();
    fold.merged = more.next().unwrap_or_default();
    let ahead = more.next::<Ahead>().filter(|ahead| *ahead != Ahead::default());
    fold.ahead = ahead.map(Box::new);
    fold.teller = more.next().unwrap_or_default();
}

/// Of a [`Timer`](super::record::Timer).
pub(super) fn of_timer(shown: &Shown) -> impl Serialize {
    let Shown { out, ruled, uncovered } = shown;
    (out, ruled, uncovered)
}

/// What [`of_timer`] gave. At first it was only the story as an item comes out of its embargo.
pub(super) fn timer(more: &mut More<'_>) -> Option<Shown> {
    let out: Out = more.next()?;
    let ruled = more.next::<Option<Ruled>>().flatten();
    Some(Shown { out, ruled, uncovered: more.next().unwrap_or(true) })
}

/// Of a [`Digest`](super::record::Digest).
pub(super) fn of_digest(shown: &[Option<Shown>]) -> impl Serialize {
    shown.iter().map(|shown| shown.as_ref().map(of_timer)).collect::<Vec<_>>()
}

/// What [`of_digest`] gave.
pub(super) fn digest(more: &mut More<'_>) -> Vec<Option<Shown>> {
    let shown: Vec<Option<(Out, Option<Ruled>, bool)>> = more.next().unwrap_or_default();
    let shown = shown.into_iter();
    shown.map(|it| it.map(|(out, ruled, uncovered)| Shown { out, ruled, uncovered })).collect()
}

/// Behind all of these: which of the deliveries are the first of their story.
pub(super) fn firsts(more: &mut More<'_>) -> Vec<bool> {
    more.next().unwrap_or_default()
}

/// Of a correction.
pub(super) fn of_feedback(feedback: &Feedback) -> impl Serialize {
    let Feedback { left, priority, labels, .. } = feedback;
    (left.unwrap_or(NONE), priority, labels)
}

/// `feedback` with what [`of_feedback`] gave. At first it was only the story that an item was split
/// off, where there was one.
pub(super) fn feedback(more: &mut More<'_>, feedback: Feedback) -> Feedback {
    let left = more.next().filter(|left| *left != NONE);
    let priority = more.next::<Option<u8>>().flatten();
    Feedback { left, priority, labels: more.next().unwrap_or_default(), ..feedback }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::frame::{self, Kind};
    use crate::log::sample;
    use crate::story::{StoryId, Teller};

    fn read<T>(behind: &impl Serialize, read: impl FnOnce(&mut More<'_>) -> T) -> T {
        let mut bytes = Vec::new();
        frame::seal(Kind::Timer, &[], &((), behind), &mut bytes).unwrap();
        let ((), mut more) = frame::open(&bytes, &[]).unwrap().read_more().unwrap();
        read(&mut more)
    }

    fn with(behind: &impl Serialize, bare: &FoldDecision) -> FoldDecision {
        let mut fold = bare.clone();
        read(behind, |more| decision(more, &mut fold));
        fold
    }

    #[test]
    fn a_decision_of_any_version_is_read_by_any_version() {
        let item = sample::item(3);
        let crate::log::Entry::Item { decision: sampled, .. } = item else { panic!("{item:?}") };
        let merged = vec![StoryId(5)];
        let until = Some(sample::at(9));
        let waits = Some(Box::new(Ahead { until, ..Ahead::default() }));
        let unknown = Teller::default();
        let bare = FoldDecision { nearness: None, teller: unknown, ..sampled.fold.clone() };
        for ahead in [None, waits] {
            let fold = FoldDecision { merged: merged.clone(), ahead, ..sampled.fold.clone() };
            assert_ne!(fold.teller, unknown);
            assert_eq!(with(&of_decision(&fold), &bare), fold);
            // Before, with and without something ahead.
            let more = (fold.nearness, &fold.merged);
            let before = match &fold.ahead {
                None => with(&more, &bare),
                Some(ahead) => with(&(more, ahead), &bare),
            };
            assert_eq!(before, FoldDecision { teller: unknown, ..fold.clone() });
            // And as the version before reads what this one writes.
            let (nearness, merged, ahead) = read(&of_decision(&fold), |more| {
                (more.next::<Option<f32>>(), more.next::<Vec<StoryId>>(), more.next::<Ahead>())
            });
            assert_eq!((nearness.flatten(), merged), (fold.nearness, Some(fold.merged)));
            assert_eq!(ahead, Some(fold.ahead.map_or(Ahead::default(), |ahead| *ahead)));
        }
        // A log of the first version says nothing.
        let ahead = Some(Box::new(Ahead { until, ..Ahead::default() }));
        let full = FoldDecision { merged, ahead, ..sampled.fold.clone() };
        assert_eq!(with(&(), &full), FoldDecision { merged: Vec::new(), ahead: None, ..bare });
    }

    #[test]
    fn what_an_older_version_wrote_is_read() {
        let out = Out { state: sample::state(3), disputes: true };
        let shown = Shown { out, ruled: None, uncovered: true };
        assert_eq!(read(&(), timer), None);
        assert_eq!(read(&out, timer), Some(shown.clone()));

        assert_eq!(read(&(), digest), []);
        let both = [Some(shown), None];
        assert_eq!(read(&of_digest(&both), digest), both);

        let Feedback { left, .. } = read(&(), |more| feedback(more, sample::split(1)));
        assert_eq!(left, None);
        let Feedback { left, .. } = read(&out.state, |more| feedback(more, sample::split(1)));
        assert_eq!(left, Some(out.state));
    }
}
