//! What stands behind a timer, a digest or a correction by hand in the log. An older version passes it over, and
//! what an older version wrote ends before it.

use jiff::Timestamp;
use serde::Serialize;

use super::frame::More;
use super::record::{Feedback, Ruled, Shown};
use crate::story::{Out, StoryState};

/// Stands for no story: one that ends before it begins.
const NONE: StoryState = StoryState {
    items: 0,
    publishers: 0,
    first: Timestamp::constant(1, 0),
    last: Timestamp::UNIX_EPOCH,
    disputed: false,
    killed: false,
};

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

    fn read<T>(behind: &impl Serialize, read: impl FnOnce(&mut More<'_>) -> T) -> T {
        let mut bytes = Vec::new();
        frame::seal(Kind::Timer, &[], &((), behind), &mut bytes).unwrap();
        let ((), mut more) = frame::open(&bytes, &[]).unwrap().read_more().unwrap();
        read(&mut more)
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
