//! What waits when a person corrects the fold.

use super::*;
use crate::feedback::{Ask, Corrected, Parted, Request};
use crate::story::Course;

const H: i64 = 60;
const NIGHT: &str = "quiet = \"22:00-06:30\"\ntimezone = \"UTC\"\nrepeats = \"developments\"\nquiet_except = 'urgency:1'";

/// What fold answers when an item opens story 2, and `latest` is left of story 1.
fn parted(latest: u64) -> Corrected {
    let Comes { folded, .. } = item(0, 1, "Alpha");
    let course = Course { state: folded.decision.state, to_come: Box::default() };
    let left = Some((Some(Seq(latest)), course.clone()));
    let (from, opens) = (StoryId(1), StoryId(2));
    Corrected::Split(Parted { from, left, opens, course, held: false, family: 0 })
}

/// Items of a story come, and at a minute the `nth` is split off it: what is delivered of it then, also
/// after a restart before the split and after it.
fn split(story: &[Comes], nth: usize, minute: i64, latest: u64) -> Vec<String> {
    let story: Vec<_> = (0..).map(Seq).zip(story.iter().cloned()).collect();
    let mut log = Vec::new();
    let mut whole = route(NIGHT);
    tell(&mut whole, &story, &mut log);
    let mut prepared = story[nth].1.folded.prepared.clone();
    prepared.seq = Seq(nth as u64);
    let (seq, received, source) = (prepared.seq, prepared.received, String::new());
    let record = Ok(prepared.item.clone());
    let item = Box::new(Arrival { seq, received, source, record });
    let ask = Ask::Split { story: StoryId(1), item };
    let request = Request {
        prepared: Some(Box::new(prepared)),
        corrected: Some(parted(latest)),
        ..Request::new(ask, at(minute))
    };
    let corrects = |mut route: Route| {
        let (mut split, mut out) = (Vec::new(), Vec::new());
        let request = crate::feedback::Aside::Feedback(Box::new(request.clone()));
        route.push(Err(request), at(minute), &mut split);
        let [Entry::Feedback(feedback)] = &split[..] else { panic!("{split:?}") };
        let mut later = restarted(NIGHT, &log, &story);
        later.apply_feedback(feedback, Some(parted(latest)));
        pass(&mut route, 48 * H, &mut out);
        let mut again = Vec::new();
        pass(&mut later, 48 * H, &mut again);
        let lines = |out: &[Entry]| out.iter().map(line).collect::<Vec<_>>();
        assert_eq!(lines(&out), lines(&again), "after a restart");
        lines(&out)
    };
    let expected = corrects(restarted(NIGHT, &log, &story));
    assert_eq!(corrects(whole), expected, "after a restart");
    expected
}

#[test]
fn an_update_that_is_split_off_while_it_waits_brings_back_none_that_was_shown() {
    let shown = [item(20 * H, 1, "Beta"), item(23 * H, 1, "Alpha").publishers(2)];
    assert_eq!(split(&shown, 1, 24 * H, 0), Vec::<String>::new());
    let others = [
        item(20 * H, 1, "Beta"),
        item(23 * H, 1, "Gamma").publishers(2),
        item(23 * H + 1, 1, "Alpha").publishers(3),
        item(23 * H + 2, 1, "Alpha").publishers(3).is(Verdict::Repeat),
    ];
    assert_eq!(split(&others, 2, 24 * H, 3), ["1830 timer: 1 delivered"]);
}

#[test]
fn of_a_story_that_was_not_shown_the_latest_waits_in_place_of_what_is_split_off() {
    let story = [item(23 * H, 1, "Beta"), item(23 * H + 1, 1, "Alpha").publishers(2)];
    assert_eq!(split(&story, 1, 24 * H, 0), ["1830 timer: 0 delivered"]);
}
