//! Story files: replay and scoring.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use super::bootstrap::{Interval, intervals};
use super::calibration::Calibration;
use super::labelled::StoryRow;
use super::mistake::{Mistake, keep_worst};
use super::partition::{Agreement, agreement};
use super::sweep::{Point, Sweep, thresholds};
use super::{Watch, f1, ratio};
use crate::config::FoldConfig;
use crate::fold::training::prepare_stories;
use crate::fold::{Fold, ModelError, Scorer, Trace};
use crate::prepare::Prepared;
use crate::publisher::Publishers;
use crate::story::{Aliases, FoldDecision, StoryId};

/// How well stories were found. The first eight serialised keys are a contract.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StoryReport {
    /// Headlines.
    pub items: usize,
    /// Labelled stories.
    pub stories_gold: usize,
    /// Stories found.
    pub stories_found: usize,
    /// B-cubed precision (Bagga and Baldwin 1998).
    pub b3_p: f64,
    /// B-cubed recall.
    pub b3_r: f64,
    /// Harmonic mean of the two.
    pub b3_f1: f64,
    /// F1 over all pairs of headlines.
    pub pair_f1: f64,
    /// Of the headlines that have an earlier one of their story in the window, the share that had
    /// one among the items they were compared with.
    pub candidate_recall: f64,
    /// 95 % interval of the precision, by resampling labelled stories.
    pub b3_p_95: Interval,
    /// 95 % interval of the recall.
    pub b3_r_95: Interval,
    /// 95 % interval of the F1.
    pub b3_f1_95: Interval,
    /// The threshold that decided.
    pub threshold: f32,
    /// Probabilities of the pairs that were compared, held against the labels.
    pub calibration: Calibration,
    /// Figures by language, when there are several.
    pub languages: Vec<Group>,
    /// Figures by source, those with the most headlines first, when there are several.
    pub sources: Vec<Group>,
    /// The worst mistakes.
    pub worst: Vec<Mistake>,
    /// Other thresholds, when they were asked for.
    pub sweep: Option<Sweep>,
}

/// The headlines that have a language or source in common.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The language or source.
    pub name: String,
    /// Headlines.
    pub items: usize,
    /// B-cubed precision.
    pub b3_p: f64,
    /// B-cubed recall.
    pub b3_r: f64,
    /// Harmonic mean of the two.
    pub b3_f1: f64,
}

/// Replays labelled headlines in the order of their times and compares stories. At most `worst`
/// mistakes of each kind are kept.
pub fn stories(
    rows: &[StoryRow],
    config: &FoldConfig,
    scorer: Scorer,
    worst: usize,
    watch: Watch<'_>,
) -> StoryReport {
    let mut report = StoryReport { threshold: scorer.threshold(config), ..StoryReport::default() };
    let window = config.window.as_secs() as i64;
    let (order, prepared) = prepare_stories(rows);
    let row = |seq: u64| &rows[order[seq as usize]];
    let (mut gold, mut found) = (Vec::new(), Found::default());
    let mut decided: Vec<&StoryRow> = Vec::new();
    let mut last: HashMap<&str, i64> = HashMap::new();
    let (mut having, mut reached) = (0, 0);
    let mut scores = Vec::new();
    let whole = prepared.len();
    replay(prepared, config, scorer, |seq, decision, trace, fold| {
        watch("replay", decided.len(), whole);
        let here = row(seq);
        decided.push(here);
        gold.push(here.story.as_str());
        found.push(decision);
        let time = here.time.as_second();
        let same = |seq: u64| row(seq).story == here.story;
        scores.extend(trace.candidates.iter().map(|it| (it.probability, same(it.seq.0))));
        let matched = decision.evidence.of;
        let wrong = |joined, score, other: u64, shares| Mistake {
            joined,
            score,
            headlines: [here.headline.clone(), row(other).headline.clone()],
            shares,
        };
        if last.insert(&here.story, time).is_some_and(|last| last >= time - window) {
            having += 1;
            let own = trace.candidates.iter().filter(|candidate| same(candidate.seq.0));
            let own = own.max_by(|a, b| a.probability.total_cmp(&b.probability));
            reached += usize::from(own.is_some() || matched.is_some_and(|of| same(of.0)));
            if let (Some(own), None) = (own, matched) {
                let shares = fold.shares(own, Mistake::SHARES);
                report.worst.push(wrong(false, own.probability, own.seq.0, shares));
            }
        }
        if let Some(of) = matched.filter(|of| !same(of.0)) {
            let mut shares = decision.evidence.shares.clone();
            shares.truncate(Mistake::SHARES);
            let score = decision.evidence.score.unwrap_or(1.0);
            report.worst.push(wrong(true, score, of.0, shares));
        }
    });
    keep_worst(&mut report.worst, worst);
    let known = agreement(&gold, &found.in_the_end());
    report.items = gold.len();
    (report.stories_gold, report.stories_found) = (known.gold, known.found);
    (report.b3_p, report.b3_r, report.b3_f1) = known.b_cubed(|_| true);
    [report.b3_p_95, report.b3_r_95, report.b3_f1_95] = intervals(&known.by_story(&gold));
    report.pair_f1 = known.pair_f1;
    report.candidate_recall = ratio(reached, having);
    report.calibration = Calibration::of(&scores);
    let language =
        |row: &StoryRow| row.language.map(|it| it.as_str().to_owned()).unwrap_or_default();
    report.languages = groups(&known, &decided, language);
    report.sources = groups(&known, &decided, |row| row.source.clone());
    report
}

/// [`stories`] with several scorers, each of which replays all headlines and is judged by those of
/// the stories whose `turn` it is: scorers that learnt from a file can so be judged by its stories
/// that they have not seen. Only the figures of B-cubed are filled in.
pub fn stories_in_turn(
    rows: &[StoryRow],
    config: &FoldConfig,
    scorers: Vec<Scorer>,
    turn: impl Fn(&str) -> usize,
) -> StoryReport {
    let (order, prepared) = prepare_stories(rows);
    let (mut judged, mut all) = (Vec::new(), Agreement::default());
    for (at, scorer) in scorers.into_iter().enumerate() {
        let (mut gold, mut found) = (Vec::new(), Found::default());
        replay(prepared.clone(), config, scorer, |seq, decision, _, _| {
            gold.push(rows[order[seq as usize]].story.as_str());
            found.push(decision);
        });
        let known = agreement(&gold, &found.in_the_end());
        for (item, story) in gold.into_iter().enumerate().filter(|(_, story)| turn(story) == at) {
            judged.push(story);
            all.precision.push(known.precision[item]);
            all.recall.push(known.recall[item]);
        }
    }
    let (b3_p, b3_r, b3_f1) = all.b_cubed(|_| true);
    let [b3_p_95, b3_r_95, b3_f1_95] = intervals(&all.by_story(&judged));
    let items = judged.len();
    StoryReport { items, b3_p, b3_r, b3_f1, b3_p_95, b3_r_95, b3_f1_95, ..StoryReport::default() }
}

/// Figures by what `key` says of a headline; none when it says the same of all.
fn groups(known: &Agreement, rows: &[&StoryRow], key: impl Fn(&StoryRow) -> String) -> Vec<Group> {
    let keys: Vec<String> = rows.iter().map(|row| key(row)).collect();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for key in &keys {
        *sizes.entry(key).or_default() += 1;
    }
    if sizes.len() < 2 {
        return Vec::new();
    }
    let mut members: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (at, key) in keys.iter().enumerate() {
        let sums = members.entry(key).or_default();
        sums.0 += known.precision[at];
        sums.1 += known.recall[at];
    }
    let group = |(name, items): (&&str, &usize)| {
        let (precision, recall) = members[*name];
        let (b3_p, b3_r) = (precision / *items as f64, recall / *items as f64);
        Group { name: (*name).to_owned(), items: *items, b3_p, b3_r, b3_f1: f1(b3_p, b3_r) }
    };
    let mut groups: Vec<Group> = sizes.iter().map(group).collect();
    groups.sort_by(|a, b| b.items.cmp(&a.items).then(a.name.cmp(&b.name)));
    groups
}

/// B-cubed precision and recall at every threshold of a sweep: one replay each, two at a time.
pub fn sweep_stories(
    rows: &[StoryRow],
    config: &FoldConfig,
    watch: Watch<'_>,
) -> Result<Sweep, ModelError> {
    let (order, prepared) = prepare_stories(rows);
    let steps: Vec<f32> = thresholds().collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || -> Result<Vec<Point>, ModelError> {
        let mut points = Vec::new();
        while let Some(threshold) = steps.get(next.fetch_add(1, Ordering::Relaxed)) {
            let config = FoldConfig { threshold: Some(*threshold), ..config.clone() };
            let scorer = Scorer::new(&config)?;
            let (mut gold, mut found) = (Vec::new(), Found::default());
            replay(prepared.clone(), &config, scorer, |seq, decision, _, _| {
                gold.push(rows[order[seq as usize]].story.as_str());
                found.push(decision);
            });
            let (precision, recall, f1) = agreement(&gold, &found.in_the_end()).b_cubed(|_| true);
            points.push(Point { threshold: *threshold, precision, recall, f1 });
            watch("sweep", done.fetch_add(1, Ordering::Relaxed) + 1, steps.len());
        }
        Ok(points)
    };
    let halves = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let own = work();
        // A panic of the other thread goes on in this one.
        let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        [own, other]
    });
    let mut points = Vec::with_capacity(steps.len());
    for half in halves {
        points.extend(half?);
    }
    Ok(Sweep::of(points))
}

/// The story of each item, in order, where it may become another one later.
#[derive(Default)]
struct Found {
    stories: Vec<StoryId>,
    aliases: Aliases,
}

impl Found {
    fn push(&mut self, decision: &FoldDecision) {
        self.stories.push(decision.story);
        decision.merged.iter().for_each(|alias| self.aliases.add(*alias, decision.story));
    }

    /// The stories that the items have been of in the end.
    fn in_the_end(mut self) -> Vec<StoryId> {
        for story in &mut self.stories {
            *story = self.aliases.resolve(*story);
        }
        self.stories
    }
}

/// Decides about each headline in turn and shows `each` what was decided. Rejected ones have none.
fn replay(
    prepared: Vec<Prepared>,
    config: &FoldConfig,
    scorer: Scorer,
    mut each: impl FnMut(u64, &FoldDecision, &Trace, &Fold),
) {
    let mut fold = Fold::with(config, Publishers::default(), scorer);
    for item in prepared {
        let seq = item.seq.0;
        if let (Ok(folded), trace) = fold.decide(item) {
            each(seq, &folded.decision, &trace, &fold);
        }
    }
}

#[cfg(test)]
mod tests;
