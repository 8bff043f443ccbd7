//! The decision about one item.

use smallvec::{SmallVec, smallvec};

use super::candidates::Found;
use super::chain::sent_anew;
use super::disputed::contradict;
use super::identity::Names;
use super::model::{Ends, odds, probability};
use super::novelty::novelty;
use super::profile::Profile;
use super::read_ahead::read_ahead;
use super::similarity::Side;
use super::stories::{Part, Story};
use super::trace::{Candidate, Trace};
use super::{Fold, weight, window::Live};
use crate::prepare::{Prepared, Rejected};
use crate::story::{Ahead, Evidence, FoldDecision, StoryId, Verdict, embargo};

/// How many members speak for a story.
const MEMBERS: usize = 3;

/// How much the log-odds of joining grow with the natural logarithm of a story's live members: what
/// many items tell will be told again. Judged by leaving stories out of the training: see
/// docs/models.md.
const CROWD: f32 = 0.06;

/// More live members than this say no more than so many.
const LARGEST_CROWD: u32 = 50;

/// A story as seen from an item: its compared members, the likeliest first.
pub(super) struct Choice {
    pub(super) story: StoryId,
    /// Indices into the trace.
    pub(super) members: SmallVec<[usize; 4]>,
    /// Probability that the item tells it, of its size nothing known.
    pub(super) score: f32,
    /// What a story of its size must score to be joined.
    pub(super) needs: f32,
    /// Log-odds that it scores above what it needs.
    pub(super) margin: f32,
}

impl Choice {
    fn of(story: StoryId, best: usize) -> Choice {
        Choice { story, members: smallvec![best], score: 0.0, needs: 1.0, margin: 0.0 }
    }
}

impl Fold {
    /// Asks, in this order: is it a correction or a kill, does its name tell what it is, do the words
    /// of its page, and at last whether it is like others.
    pub(super) fn decision(
        &mut self,
        prepared: &Prepared,
        profile: &Profile,
        names: &Names,
        found: &Found,
    ) -> (Result<FoldDecision, Rejected>, Trace) {
        let mut trace = Trace { touched: found.touched, ..Trace::default() };
        let known = names.rungs.first().and_then(|surest| self.known_as(&surest.name));
        if let Some(outcome) = self.lifecycle(prepared, profile, names, known, found) {
            return (outcome, trace);
        }
        if let Some(known) = known
            && let Some(again) = self.known(prepared, profile, names, known)
        {
            return (again, trace);
        }
        if let Some(twin) = self.twin(prepared, names) {
            let reason = format!("The page of item {}, word for word.", twin.seq);
            return (Ok(self.again(prepared, profile, Verdict::Repeat, twin, reason)), trace);
        }
        trace.foreign = found.foreign.and_then(|place| {
            let live = self.window.get(place)?;
            Some((live.seq, live.profile.language?))
        });
        (trace.candidates, trace.ends) = self.compare(profile, &found.places);
        let decision = self.similar(prepared, profile, &trace);
        (Ok(decision), trace)
    }

    /// What an item is held against, each with the probability that both tell one story.
    pub(super) fn compare(&self, profile: &Profile, places: &[u32]) -> (Vec<Candidate>, Ends) {
        let frequencies = self.window.frequencies();
        let side = Side::new(profile, Some(frequencies));
        let compare = |place: &u32| {
            let live = self.window.get(*place)?;
            let values = self.scorer.within(&side, &live.profile, frequencies);
            let (seq, story) = (live.seq, self.stories.resolve(live.story));
            Some(Candidate { seq, story, probability: 0.0, place: *place, values })
        };
        let read = |place: &u32| {
            let live = self.window.get(*place)?;
            Some(live.profile.terms.first()?.id)
        };
        read_ahead(places.iter().filter_map(read));
        let mut candidates = Vec::with_capacity(places.len());
        candidates.extend(places.iter().filter_map(compare));
        let (probabilities, ends) =
            self.scorer.probabilities(candidates.iter().map(|it| &it.values));
        for (candidate, probability) in candidates.iter_mut().zip(probabilities) {
            candidate.probability = probability;
        }
        (candidates, ends)
    }

    /// The stories among the candidates, the likeliest first; the older one on a tie.
    pub(super) fn choices(&self, candidates: &[Candidate]) -> Vec<Choice> {
        // What was withdrawn is told by nobody any more: another report of it is news.
        let is_told = |story| self.stories.get(story).is_none_or(|story| !story.killed);
        let told = (0..candidates.len()).filter(|at| is_told(candidates[*at].story));
        let mut order: SmallVec<[usize; 16]> = told.collect();
        order.sort_unstable_by(|a, b| {
            let (a, b) = (&candidates[*a], &candidates[*b]);
            b.probability.total_cmp(&a.probability).then(b.place.cmp(&a.place))
        });
        let mut choices: Vec<Choice> = Vec::new();
        for at in order {
            let story = candidates[at].story;
            match choices.iter_mut().find(|choice| choice.story == story) {
                Some(choice) => choice.members.push(at),
                None => choices.push(Choice::of(story, at)),
            }
        }
        let threshold = odds(self.threshold);
        for choice in &mut choices {
            let live = self.stories.get(choice.story).map_or(1, |story| story.live.max(1));
            let speakers = MEMBERS.min(live as usize);
            let chance = |at: &usize| candidates[*at].probability;
            let sum: f32 = choice.members.iter().take(speakers).map(chance).sum();
            // Members that were not even candidates count as nothing; the best counts twice.
            choice.score = (chance(&choice.members[0]) + sum / speakers as f32) / 2.0;
            let needs = threshold - CROWD * weight::ln(live.min(LARGEST_CROWD) as f32);
            choice.needs = probability(needs);
            choice.margin = odds(choice.score) - needs;
        }
        choices.sort_by(|a, b| b.margin.total_cmp(&a.margin).then(a.story.cmp(&b.story)));
        choices
    }

    /// Joins the likeliest story or opens one.
    fn similar(&self, prepared: &Prepared, profile: &Profile, trace: &Trace) -> FoldDecision {
        let choices = self.choices(&trace.candidates);
        // What a person said of these words counts for more than what they look like.
        let parted = self.parted_twin(profile, trace);
        let best = match parted.map(|at| &trace.candidates[at]) {
            Some(twin) => choices.iter().find(|it| it.story == twin.story).zip(parted),
            None => choices.first().map(|it| (it, it.members[0])),
        };
        let joins = |choice: &Choice| parted.is_some() || choice.margin >= 0.0;
        let Some((choice, nearest)) = best.filter(|(choice, _)| joins(choice)) else {
            let reason = match best {
                None if trace.candidates.is_empty() => no_candidate(profile, trace),
                None => "All that is like it was withdrawn.".to_owned(),
                Some((choice, nearest)) => format!(
                    "The nearest story, {}, with item {}, scores {:.2} and needs {:.2}.",
                    choice.story, trace.candidates[nearest].seq, choice.score, choice.needs
                ),
            };
            return self.opens(prepared, profile, reason);
        };
        let candidate = &trace.candidates[nearest];
        let of = candidate.seq;
        let speaks = |at: &&usize| {
            parted == Some(**at) || trace.candidates[**at].probability >= self.threshold
        };
        let tied = if parted.is_some() { Vec::new() } else { self.tied(prepared, &choices) };
        let members = [choice].into_iter().chain(tied.iter().copied());
        let members = members.flat_map(|choice| &choice.members).filter(speaks);
        let members: Vec<&Live> =
            members.filter_map(|at| self.window.get(trace.candidates[*at].place)).collect();
        // On a wire it is the next day's report.
        if prepared.item.lifecycle && parted.is_none() && sent_anew(prepared, profile, &members) {
            let reason = format!("The words of item {of}, sent anew on another day.");
            return self.opens(prepared, profile, reason);
        }
        let contradicted = members.iter().filter(|live| contradict(profile, &live.profile));
        let (held, counted): (Vec<&Live>, Vec<&Live>) =
            contradicted.partition(|live| self.held.has(live.seq));
        let disputes = !counted.is_empty();
        let before = self.together(choice, &tied);
        let (verdict, what) =
            novelty(prepared, profile, &before, &members, disputes, !tied.is_empty());
        let mut reason = match parted {
            Some(_) => format!("Word for word item {of}, which was split off by hand: {what}."),
            None => format!("Tells the story of item {of}: {what}."),
        };
        let mut merged: Vec<StoryId> = tied.iter().map(|it| it.story).collect();
        merged.push(choice.story);
        merged.sort_unstable();
        // Numbers of stories grow, so the smallest is the oldest.
        let story = merged.remove(0);
        for alias in &merged {
            reason.push_str(&format!(" Story {alias} is {story} now."));
        }
        let evidence = Evidence {
            of: Some(of),
            score: Some(candidate.probability),
            shares: self.scorer.evidence(&candidate.values, &trace.ends, nearest),
            threshold: choice.needs,
            ..self.because(reason)
        };
        let part = Part::of(prepared, verdict);
        let mut decision = decided(prepared, profile, verdict, story, &before, part, evidence);
        decision.merged = merged;
        decision.disputes = disputes && !decision.state.disputed;
        // What contradicts an item under embargo, or is one, disputes the story when that comes out.
        decision.state.disputed |= disputes && embargo::until(prepared, verdict).is_none();
        if !held.is_empty() {
            let contradicts = held.iter().map(|live| live.seq).collect();
            decision.ahead = Some(Box::new(Ahead { contradicts, ..Ahead::default() }));
        }
        decision
    }

    /// The decision that an item opens a story.
    fn opens(&self, prepared: &Prepared, profile: &Profile, reason: String) -> FoldDecision {
        let story = StoryId(self.next_story);
        self.decided(prepared, profile, Verdict::New, story, self.because(reason))
    }

    /// The newest candidate that was split off by hand and has the same words.
    fn parted_twin(&self, profile: &Profile, trace: &Trace) -> Option<usize> {
        let same = |candidate: &Candidate| {
            self.parted.contains(&candidate.seq)
                && self
                    .window
                    .get(candidate.place)
                    .is_some_and(|live| profile.same_words(&live.profile))
        };
        if self.parted.is_empty() { None } else { trace.candidates.iter().rposition(same) }
    }

    pub(super) fn because(&self, reason: impl Into<String>) -> Evidence {
        Evidence {
            threshold: self.threshold,
            reason: reason.into(),
            model: self.scorer.digest().clone(),
            ..Evidence::default()
        }
    }

    pub(super) fn decided(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        verdict: Verdict,
        story: StoryId,
        evidence: Evidence,
    ) -> FoldDecision {
        let empty = Story::default();
        let before = self.stories.get(story).unwrap_or(&empty);
        let part = Part::of(prepared, verdict);
        decided(prepared, profile, verdict, story, before, part, evidence)
    }
}

/// Why an item was compared with none.
fn no_candidate(profile: &Profile, trace: &Trace) -> String {
    match trace.foreign.zip(profile.language) {
        Some(((seq, there), here)) => format!(
            "Nothing in the window in its language, {here}, has its rare words; item {seq} is in \
             {there}."
        ),
        None => "Nothing in the window has its rare words.".to_owned(),
    }
}

/// The decision that an item is `verdict` to a story that has been `before`.
fn decided(
    prepared: &Prepared,
    profile: &Profile,
    verdict: Verdict,
    story: StoryId,
    before: &Story,
    part: Part,
    evidence: Evidence,
) -> FoldDecision {
    let state = before.after(profile, prepared.event, part);
    let nearness = (!profile.nearness.is_nan()).then_some(profile.nearness);
    FoldDecision { evidence, nearness, ..FoldDecision::bare(verdict, story, state, false) }
}
