//! What of an item does not depend on the window: a start finds it on other threads while recorded
//! decisions are applied.

use super::Fold;
use super::background::Background;
use super::embedding::Embedding;
use super::identity::Names;
use super::profile::Profile;
use crate::prepare::Prepared;
use crate::publisher::Publishers;
use crate::story::{FoldDecision, Teller};

/// What fold keeps of an item, the window not yet looked at.
#[derive(Debug)]
pub struct Outline {
    profile: Profile,
    names: Names,
}

/// Makes outlines as one fold does. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Outliner {
    background: &'static Background,
    embedding: &'static Embedding,
    publishers: Publishers,
}

impl Outliner {
    /// The outline of an item.
    pub fn outline(&self, prepared: &Prepared) -> Outline {
        let Outliner { background, embedding, publishers } = self;
        let profile = Profile::new(prepared, publishers, background, Some(embedding));
        let names = Names::of(prepared, profile.family);
        Outline { profile, names }
    }
}

impl Fold {
    /// What makes outlines for [`Fold::restore`].
    pub fn outliner(&self) -> Outliner {
        let (background, embedding) = self.scorer.tables();
        Outliner { background, embedding, publishers: self.publishers.clone() }
    }

    /// Applies a recorded decision without making one: the state becomes what it was after the
    /// item was decided on. Returns who told the item, as fold counts it now: a configuration may have
    /// come in between, and logs of earlier versions do not say.
    pub fn apply(&mut self, prepared: &Prepared, decision: &FoldDecision) -> Teller {
        self.restore(prepared, self.outliner().outline(prepared), decision)
    }

    /// [`Fold::apply`] of an item of which the outline is known.
    pub fn restore(
        &mut self,
        prepared: &Prepared,
        outline: Outline,
        decision: &FoldDecision,
    ) -> Teller {
        self.expire(prepared.received);
        let Outline { mut profile, mut names } = outline;
        self.know_provider(prepared, &mut profile, &mut names, decision.teller.family);
        profile.nearness = decision.nearness.unwrap_or_else(|| {
            // Nothing was near, or a log of an earlier version does not say.
            self.window.number(&mut profile);
            self.search.find(&self.window, &profile).nearness
        });
        let teller = profile.teller();
        self.take_up(prepared, &profile, decision);
        self.admit(prepared, profile, &names, decision);
        teller
    }
}
