//! How many bytes of what a source sends in vain are kept: one source full of junk must not fill
//! the log of all others.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::item::Reject;
use crate::log::Entry;

/// Bytes of rejects that are kept of one source within [`TIME`]: 1 MiB.
pub(super) const BYTES: usize = 1 << 20;
/// In the records' time.
const TIME: SignedDuration = SignedDuration::from_hours(1);
/// Sources that are known at a time. Their names come from the configuration: there are fewer.
const SOURCES: usize = 10_000;

/// What every source has used of its quota. A restart gives all of it anew.
#[derive(Debug, Default)]
pub(super) struct Quota(HashMap<String, Used>);

#[derive(Debug)]
struct Used {
    since: Timestamp,
    bytes: usize,
}

impl Quota {
    /// Takes the bytes of a reject away when its source's quota is used up. The reason says so then.
    pub(super) fn apply(&mut self, entry: &mut Entry) {
        if let Entry::Rejected(rejected) = entry {
            self.keep(&rejected.source, &mut rejected.reject, rejected.received);
        }
    }

    fn keep(&mut self, source: &str, reject: &mut Reject, received: Timestamp) {
        if reject.bytes.is_empty() {
            return;
        }
        let is_over = |used: &Used| received.duration_since(used.since) >= TIME;
        if self.0.len() >= SOURCES {
            self.0.retain(|_, used| !is_over(used));
        }
        let used = match self.0.get_mut(source) {
            Some(used) => used,
            None => self.0.entry(source.to_owned()).or_insert(Used { since: received, bytes: 0 }),
        };
        if is_over(used) {
            *used = Used { since: received, bytes: 0 };
        }
        if used.bytes + reject.bytes.len() > BYTES {
            reject.bytes = Vec::new();
            reject.reason.push_str(
                " Its bytes are not kept: 1 MiB an hour is what is kept of rejects of one source.",
            );
        }
        used.bytes += reject.bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::RejectKind;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn junk() -> Reject {
        Reject::new(RejectKind::Malformed, "This is no news.", 0, &[b'x'; Reject::MAX_BYTES])
    }

    #[test]
    fn a_noisy_source_keeps_so_many_bytes_an_hour_and_no_other_has_less_for_it() {
        let mut quota = Quota::default();
        let mut kept = |source, minute| {
            let mut reject = junk();
            quota.keep(source, &mut reject, at(minute));
            assert_eq!(reject.bytes.is_empty(), reject.reason.contains("Its bytes are not kept"));
            reject.bytes.len()
        };
        let whole = BYTES / Reject::MAX_BYTES;
        let noisy: usize = (0..1_000).map(|n| kept("noisy", n / 100)).sum();
        assert_eq!(noisy, whole * Reject::MAX_BYTES);
        assert_eq!(kept("calm", 9), Reject::MAX_BYTES);
        assert_eq!(kept("noisy", 59), 0);
        assert_eq!(kept("noisy", 60), Reject::MAX_BYTES, "an hour later there is another quota");
    }

    #[test]
    fn what_is_known_of_sources_is_bounded() {
        let mut quota = Quota::default();
        for n in 0..3 * SOURCES {
            quota.keep(&n.to_string(), &mut junk(), at(n as i64 / 100));
        }
        assert!(quota.0.len() <= SOURCES + 1);
    }
}
