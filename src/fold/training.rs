//! Labelled files as a matrix of features: what is learned from is computed by the code that
//! later decides.

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::model::Feature;
use super::{Fold, Scorer, similarity};
use crate::config::FoldConfig;
use crate::eval::{Labelled, StoryRow};
use crate::item::{Arrival, Item, Seq, TimeQuality};
use crate::prepare::{Prepare, Prepared};
use crate::publisher::Publishers;

/// Feature values of labelled pairs, one pair after the other.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// NaN where missing; [`width`] values a pair.
    pub values: Vec<f32>,
    /// Whether each pair tells one story.
    pub labels: Vec<bool>,
    /// What the newer and the older item of each pair tell, as [`subject`]s.
    pub subjects: Vec<[u64; 2]>,
}

/// A labelled story as a number; what has no label is a story of its own, by its text.
pub fn subject(label: &str) -> u64 {
    xxh3_64(label.as_bytes())
}

/// How many values a pair has.
pub const fn width() -> usize {
    similarity::COUNT
}

/// The features, in the order of the values.
pub fn features() -> Vec<Feature> {
    similarity::features()
}

/// The pairs of a labelled file. Of stories, each item with every candidate that fold would
/// compare it with when it came; of pairs, each pair alone.
pub fn pairs_of(labelled: &Labelled, scorer: Scorer, config: &FoldConfig) -> Pairs {
    let mut pairs = Pairs::default();
    match labelled {
        Labelled::Stories(rows) => {
            let mut fold = Fold::with(config, Publishers::default(), scorer);
            let (order, prepared) = prepare_stories(rows);
            for item in prepared {
                let story = &rows[order[item.seq.0 as usize]].story;
                for candidate in fold.decide(item).1.candidates {
                    let other = &rows[order[candidate.seq.0 as usize]].story;
                    pairs.values.extend(candidate.values);
                    pairs.labels.push(story == other);
                    pairs.subjects.push([subject(story), subject(other)]);
                }
            }
        }
        Labelled::Pairs(rows) => {
            let publishers = Publishers::default();
            for row in rows {
                let a = prepare_one(Seq(0), &row.headline_a, row.time_a, None, None);
                let b = prepare_one(Seq(1), &row.headline_b, row.time_b, None, None);
                let (Some(a), Some(b)) = (a, b) else { continue };
                let (a, b) = (scorer.profile(&a, &publishers), scorer.profile(&b, &publishers));
                pairs.values.extend(scorer.alone(&a, &b));
                pairs.labels.push(row.same);
                pairs.subjects.push([subject(&row.headline_a), subject(&row.headline_b)]);
            }
        }
    }
    pairs
}

/// The rows of a story file as prepared items in the order of event time, received at it. An
/// item's number indexes the order, which indexes the rows.
pub(crate) fn prepare_stories(rows: &[StoryRow]) -> (Vec<usize>, Vec<Prepared>) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| rows[*at].time);
    let prepared = order.iter().enumerate().filter_map(|(seq, at)| {
        let row = &rows[*at];
        let publisher = (!row.source.is_empty()).then(|| row.source.clone());
        prepare_one(Seq(seq as u64), &row.headline, Some(row.time), publisher, row.language)
    });
    let prepared = prepared.collect();
    (order, prepared)
}

/// One labelled headline as fold would get it.
pub(crate) fn prepare_one(
    seq: Seq,
    headline: &str,
    time: Option<Timestamp>,
    publisher: Option<String>,
    language: Option<crate::item::Language>,
) -> Option<Prepared> {
    let item = Item {
        headline: headline.to_owned(),
        versioncreated: time,
        time_quality: if time.is_some() { TimeQuality::Zoned } else { TimeQuality::Missing },
        publisher,
        language,
        source: "labelled".to_owned(),
        ..Item::default()
    };
    let received = time.unwrap_or(Timestamp::UNIX_EPOCH);
    let source = "labelled".to_owned();
    Prepare::new().prepare(Arrival { seq, received, source, record: Ok(item) }).ok()
}
