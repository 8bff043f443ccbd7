//! New rules for a running stage: compiled beside the old ones, taken up between two items.
//!
//! The stage finds them in a slot and not on its link, since they come from the supervisor and not
//! from a source. The record that says from where on they were used stands in the log right before
//! the first item they decided about.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::Route;
use super::rules::Rules;
use crate::config::{Config, Diagnostics};
use crate::log::{ConfigChange, Entry};

/// Hands new rules to the stage it was taken from.
#[derive(Clone, Debug, Default)]
pub struct Reload(Arc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    /// Looked at before every item, so that an empty slot costs one load.
    filled: AtomicBool,
    offer: Mutex<Option<Offer>>,
    /// New rules are taken up though no item comes: they may let go what is held back.
    nudge: Arc<Notify>,
}

/// Rules of a configuration, ready for the stage.
#[derive(Debug)]
pub struct Offer {
    /// `None`: the stage goes on with what it has, and only notes the configuration.
    rules: Option<Rules>,
    config: String,
    model: String,
}

impl Offer {
    /// Compiles the rules of `config`; `None` when one of them is wrong.
    pub fn of(config: &Config, model: &str, problems: &mut Diagnostics) -> Option<Offer> {
        let rules = Some(Rules::compile(config, problems)?);
        Some(Offer { rules, config: config.digest(), model: model.to_owned() })
    }
}

impl Reload {
    /// Has the stage take up an offer, and note its configuration in the log from now on.
    pub fn offer(&self, offer: Offer) {
        self.put(offer);
        self.0.nudge.notify_one();
    }

    /// Has the stage note in the log which configuration it starts with.
    pub fn note(&self, config: &Config, model: &str) {
        self.put(Offer { rules: None, config: config.digest(), model: model.to_owned() });
    }

    fn put(&self, offer: Offer) {
        let mut slot = self.0.offer.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(offer);
        self.0.filled.store(true, Ordering::Release);
    }

    pub(super) fn nudge(&self) -> Arc<Notify> {
        self.0.nudge.clone()
    }

    fn take(&self) -> Option<Offer> {
        if !self.0.filled.swap(false, Ordering::Acquire) {
            return None;
        }
        self.0.offer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Route {
    /// What hands new rules to this stage while it runs.
    pub fn reloads(&self) -> Reload {
        self.reload.clone()
    }

    /// Takes up what was offered, if anything was.
    pub(super) fn take_up(&mut self, now: Timestamp, out: &mut Vec<Entry>) {
        let Some(Offer { rules, config, model }) = self.reload.take() else { return };
        if let Some(rules) = rules {
            self.replace(rules);
        }
        out.push(Entry::Config(ConfigChange { at: now, config, model }));
    }
}
