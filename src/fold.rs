//! Folding: which items tell one story.
//!
//! `identity` recognises what came before by name, `candidates` finds what is worth comparing in
//! the `window`, `similarity` and `scorer` turn a pair into a probability, `decide` makes a
//! decision of it, `lifecycle` finds what corrections and kills mean, `disputed` looks for
//! contradictions. A decision is made, then applied: start-up applies recorded decisions and makes
//! none.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::config::FoldConfig;
use crate::feedback::Aside;
use crate::item::{Identity, Seq};
use crate::prepare::{Prepared, Rejected};
use crate::publisher::Publishers;
use crate::stage::Stage;
use crate::story::{Aliases, FoldDecision, Folded, Past, StoryId};

mod alternative;
pub mod background;
mod byhand;
mod candidates;
mod chain;
mod decide;
mod disputed;
pub mod embedding;
pub mod explain;
mod held;
mod identity;
mod known;
mod lifecycle;
pub mod model;
mod model_file;
mod novelty;
mod outline;
mod overlap;
mod postings;
mod profile;
mod read_ahead;
mod register;
mod ring;
mod scorer;
mod similarity;
mod stories;
mod tie;
mod trace;
pub mod training;
mod weight;
mod window;
pub mod wordpiece;

pub use alternative::{Alternative, Nearby};
pub use disputed::Clash;
pub use explain::Explanation;
pub use identity::Digest;
pub use model_file::ModelError;
pub use outline::{Outline, Outliner};
pub use scorer::Scorer;
pub use trace::{Candidate, Trace};

use candidates::Search;
use held::Held;
use identity::{Identities, Known, Names};
use profile::{Profile, Standing};
use stories::{Part, Stories};
use window::{Live, Window};

/// The fold stage: everything that is needed to decide about the next item.
#[derive(Debug)]
pub struct Fold {
    scorer: Scorer,
    publishers: Publishers,
    threshold: f32,
    /// How long names are remembered, in seconds.
    retain: i64,
    /// How long items stay in the window, in seconds.
    window_length: i64,
    max_items: usize,
    window: Window,
    stories: Stories,
    held: Held,
    identities: Identities,
    /// What stories became in the end, as the log has it: a start must know it before it has come to
    /// the records that say so. Empty afterwards.
    ahead: Aliases,
    /// Items of the window that a person took out of their story.
    parted: BTreeSet<Seq>,
    search: Search,
    next_story: u64,
}

impl Fold {
    /// A fold with an empty window.
    pub fn new(config: &FoldConfig, publishers: Publishers) -> Result<Fold, ModelError> {
        Ok(Fold::with(config, publishers, Scorer::new(config)?))
    }

    /// Digest of the model that scores, for the log.
    pub fn model_digest(&self) -> &str {
        self.scorer.digest()
    }

    /// A fold that decides with `scorer`.
    pub fn with(config: &FoldConfig, publishers: Publishers, scorer: Scorer) -> Fold {
        let seconds = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Fold {
            scorer,
            publishers,
            threshold: config.threshold.unwrap_or(scorer::THRESHOLD),
            retain: seconds(config.identity_retain),
            window_length: seconds(config.window),
            max_items: config.max_items.max(1),
            window: Window::default(),
            stories: Stories::default(),
            held: Held::default(),
            identities: Identities::default(),
            ahead: Aliases::default(),
            parted: BTreeSet::new(),
            search: Search::default(),
            next_story: 1,
        }
    }

    /// Remembers the names of an item of which no more is known than its `past`, which logs of
    /// earlier versions do not have. To be called in its place, oldest item first.
    pub fn restore_identity(
        &mut self,
        names: &[Identity],
        received: Timestamp,
        story: StoryId,
        seq: Seq,
        past: Option<&Past>,
    ) {
        self.next_story = self.next_story.max(story.0 + 1);
        let story = self.ahead.resolve(story);
        let received = received.as_second();
        let (event, version) = past.map_or((None, None), |past| (past.event, past.version));
        let known = Known { seq, story, received, event, version };
        for name in names {
            self.remember(name.0, known);
        }
        if let Some(past) = past {
            self.stories.recall(&known, past);
        }
    }

    /// Items in the window.
    pub fn len(&self) -> usize {
        self.window.len()
    }

    /// True when the window is empty.
    pub fn is_empty(&self) -> bool {
        self.window.len() == 0
    }

    /// Stories that can still be met.
    pub fn stories(&self) -> usize {
        self.stories.len()
    }

    /// Names that are remembered.
    pub fn names(&self) -> usize {
        self.identities.len()
    }

    /// Decides about an item and applies the decision. The trace tells what was looked at.
    pub fn decide(&mut self, prepared: Prepared) -> (Result<Folded, Rejected>, Trace) {
        self.expire(prepared.received);
        let mut profile = self.scorer.profile(&prepared, &self.publishers);
        self.window.number(&mut profile);
        let found = self.search.find(&self.window, &profile);
        profile.nearness = found.nearness;
        let mut names = Names::of(&prepared, profile.family);
        self.know_provider(&prepared, &mut profile, &mut names, 0);
        let (decision, trace) = self.decision(&prepared, &profile, &names, &found);
        let outcome = decision.map(|decision| {
            let mut decision = self.in_chain(&prepared, &profile, &names, decision);
            decision.teller = profile.teller();
            self.end_embargoes(&prepared, &mut decision);
            self.take_up(&prepared, &profile, &decision);
            self.recount(&prepared, &profile, &mut decision);
            self.admit(&prepared, profile, &names, &decision);
            self.look_ahead(&mut decision);
            Folded { identities: names.all().map(Identity).collect(), prepared, decision }
        });
        (outcome, trace)
    }

    /// What a decision changes in stories before its item joins one.
    fn take_up(&mut self, prepared: &Prepared, profile: &Profile, decision: &FoldDecision) {
        for alias in &decision.merged {
            self.unite_stories(decision.story, *alias);
        }
        self.keep_embargoes(prepared, profile, decision);
    }

    /// Lets an item join its story and the window, under all its names.
    fn admit(
        &mut self,
        prepared: &Prepared,
        mut profile: Profile,
        names: &Names,
        decision: &FoldDecision,
    ) {
        let story = decision.story;
        self.next_story = self.next_story.max(story.0 + 1);
        let part = match Part::of(prepared, decision.verdict) {
            _ if self.held.has(prepared.seq) => Part::Held,
            // In logs of earlier versions some are counted that are under embargo.
            Part::Held => Part::Told,
            part => part,
        };
        let known = Known::of(prepared, story);
        self.stories.join(&known, &profile, &decision.state, part);
        for name in names.all() {
            self.remember(name, known);
        }
        profile.standing = self.standing(&profile, decision, part);
        let Known { seq, received, .. } = known;
        self.window.push(Live { seq, received, story, profile });
    }

    /// Whether an item stands that has just joined its story; a kill withdraws what its provider told
    /// of that.
    fn standing(&mut self, profile: &Profile, decision: &FoldDecision, part: Part) -> Standing {
        let (story, stories) = (self.stories.resolve(decision.story), &self.stories);
        match part {
            Part::Withdraws => {
                self.window.withdraw(|live| {
                    live.profile.family == profile.family && stories.resolve(live.story) == story
                });
                Standing::Withdraws
            }
            Part::Told if stories.get(story).is_some_and(|it| it.withdrew(profile.family)) => {
                Standing::Withdrawn
            }
            Part::Resent => Standing::Withdraws,
            Part::Told | Part::Held => Standing::Stands,
        }
    }

    /// Makes one story of two.
    fn unite_stories(&mut self, kept: StoryId, alias: StoryId) {
        let (from, to) = (self.stories.resolve(alias), self.stories.resolve(kept));
        self.stories.unite(kept, alias);
        if from != to && !self.held.of(from).is_empty() {
            self.held.unite(to, from);
        }
    }

    /// What is known under a name, with the story that it leads to now.
    fn known_as(&self, name: &Digest) -> Option<Known> {
        let known = self.identities.get(name)?;
        Some(Known { story: self.stories.resolve(known.story), ..known })
    }

    fn remember(&mut self, name: Digest, known: Known) {
        let known = match self.identities.get(&name) {
            Some(before) => known.not_older_than(before),
            None => known,
        };
        // The new story is named first, so that a story that keeps a name is not let go between.
        self.stories.name(known.story);
        if let Some(before) = self.identities.insert(name, known) {
            self.stories.unname(before);
        }
    }

    /// Counts what has come out by `now`, lets go of what is too old, and makes room for one more
    /// item.
    fn expire(&mut self, now: Timestamp) {
        self.count_due(now);
        let now = now.as_second();
        while let Some(live) = self.window.pop(now - self.window_length, self.max_items - 1) {
            self.drop_held(live.story, live.seq);
            self.stories.left(live.story);
            self.parted.remove(&live.seq);
        }
        let most = self.max_items.saturating_mul(identity::NAMES_PER_ITEM);
        while let Some(story) = self.identities.pop(now - self.retain, most) {
            if let Some(story) = story {
                self.stories.unname(story);
            }
        }
    }

    #[cfg(test)]
    fn terms(&self) -> usize {
        self.window.terms()
    }
}

impl Stage for Fold {
    type In = Result<Prepared, Aside>;
    type Out = Result<Folded, Aside>;

    fn push(&mut self, input: Self::In, _now: Timestamp, out: &mut Vec<Self::Out>) {
        out.push(match input {
            Ok(prepared) => self.decide(prepared).0.map_err(Aside::from),
            Err(Aside::Rejected(rejected)) => Err(rejected.into()),
            Err(Aside::Feedback(mut request)) => match self.correct(&request) {
                Ok(corrected) => {
                    request.corrected = Some(corrected);
                    Err(Aside::Feedback(request))
                }
                // Without an output the request ends here, answered.
                Err(refusal) => return request.answer.give(Err(refusal)),
            },
        });
    }
}

#[cfg(test)]
mod tests;
