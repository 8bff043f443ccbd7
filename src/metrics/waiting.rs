//! What waits at this moment: the stage that holds it back counts it, and counts it off again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::log::Gate;

/// What waits now. Clones are handles to the same counts.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<Mutex<Now>>);

/// What waits at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Stories that a channel's policy holds back, by channel and what they wait for.
    pub held: BTreeMap<(Arc<str>, Gate), u64>,
    /// Items under an embargo whose end is known.
    pub embargoed: u64,
}

impl Waiting {
    /// A story begins to wait.
    pub fn hold(&self, channel: &Arc<str>, gate: Gate) {
        *self.lock().held.entry((channel.clone(), gate)).or_default() += 1;
    }

    /// A story waits no more.
    pub fn let_go(&self, channel: &Arc<str>, gate: Gate) {
        if let Some(count) = self.lock().held.get_mut(&(channel.clone(), gate)) {
            *count = count.saturating_sub(1);
        }
    }

    /// So many items are under an embargo.
    pub fn embargoed(&self, items: usize) {
        self.lock().embargoed = items as u64;
    }

    /// What waits now.
    pub fn now(&self) -> Now {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
