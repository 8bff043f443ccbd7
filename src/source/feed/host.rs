//! Manners towards hosts: one request at a time to each, spaced, and silence when asked for it.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::later;
use super::schedule::LONGEST_TOLD;

/// Time between the starts of two requests to one host.
const SPACING: Duration = Duration::from_secs(1);
/// Hosts remembered before those that are at rest are forgotten.
const MANY: usize = 10_000;

/// What every host is owed.
#[derive(Debug, Default)]
pub(super) struct Hosts(HashMap<String, Host>);

#[derive(Debug)]
struct Host {
    /// A request is on its way.
    busy: bool,
    /// The first moment that is not promised to another feed yet.
    free: Timestamp,
    /// Silence until then, as the host has asked for.
    silent: Timestamp,
}

impl Hosts {
    /// Promises a moment for a request that goes to all of `hosts`: now, or later.
    pub(super) fn promise(&mut self, hosts: &[String], now: Timestamp) -> Timestamp {
        if self.0.len() >= MANY {
            self.0.retain(|_, host| host.busy || host.free.max(host.silent) > now);
        }
        let mut moment = now;
        for host in hosts {
            let host = self.host(host, now);
            moment = moment.max(host.free).max(host.silent);
        }
        for host in hosts {
            self.host(host, now).free = later(moment, SPACING);
        }
        moment
    }

    /// Starts a request at its promised moment; or tells when to try again, because another one is
    /// still on its way or a host has asked for silence meanwhile.
    pub(super) fn start(&mut self, hosts: &[String], now: Timestamp) -> Result<(), Timestamp> {
        let known = || hosts.iter().filter_map(|host| self.0.get(host));
        let silent = known().map(|host| host.silent).max();
        if let Some(silent) = silent.filter(|silent| *silent > now) {
            return Err(silent);
        }
        if known().any(|host| host.busy) {
            return Err(later(now, SPACING));
        }
        self.set_busy(hosts, true);
        Ok(())
    }

    /// The request has ended.
    pub(super) fn end(&mut self, hosts: &[String]) {
        self.set_busy(hosts, false);
    }

    /// A host has asked for silence (429 or 503 with `Retry-After`): it holds for all feeds of the
    /// host, for a week at most.
    pub(super) fn silence(&mut self, host: &str, now: Timestamp, silence: Duration) {
        self.host(host, now).silent = later(now, silence.min(LONGEST_TOLD));
    }

    fn host(&mut self, host: &str, now: Timestamp) -> &mut Host {
        let idle = Host { busy: false, free: now, silent: now };
        self.0.entry(host.to_owned()).or_insert(idle)
    }

    fn set_busy(&mut self, hosts: &[String], busy: bool) {
        for host in hosts {
            if let Some(host) = self.0.get_mut(host) {
                host.busy = busy;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn a() -> Vec<String> {
        vec!["a".to_owned()]
    }

    fn b() -> Vec<String> {
        vec!["b".to_owned()]
    }

    #[test]
    fn feeds_of_one_host_take_turns_and_others_do_not_wait() {
        let mut hosts = Hosts::default();
        assert_eq!(hosts.promise(&a(), at(100)), at(100));
        assert_eq!(hosts.promise(&a(), at(100)), at(101));
        assert_eq!(hosts.promise(&a(), at(100)), at(102));
        assert_eq!(hosts.promise(&b(), at(100)), at(100));
        assert_eq!(hosts.promise(&a(), at(500)), at(500));
    }

    #[test]
    fn one_request_is_on_its_way_at_a_time() {
        let mut hosts = Hosts::default();
        hosts.promise(&a(), at(0));
        assert_eq!(hosts.start(&a(), at(0)), Ok(()));
        assert_eq!(hosts.start(&a(), at(1)), Err(at(2)));
        hosts.end(&a());
        assert_eq!(hosts.start(&a(), at(2)), Ok(()));
    }

    #[test]
    fn a_feed_that_is_led_on_to_another_host_takes_turns_at_both() {
        let both = [a(), b()].concat();
        let mut hosts = Hosts::default();
        assert_eq!(hosts.promise(&b(), at(0)), at(0));
        assert_eq!(hosts.start(&b(), at(0)), Ok(()));
        assert_eq!(hosts.promise(&both, at(0)), at(1));
        assert_eq!(hosts.start(&both, at(1)), Err(at(2)), "the second host is busy");
        hosts.end(&b());
        hosts.silence("b", at(1), Duration::from_secs(60));
        assert_eq!(hosts.start(&both, at(2)), Err(at(61)), "the second host is silent");
        assert_eq!(hosts.promise(&a(), at(2)), at(2), "the first is not");
    }

    #[test]
    fn a_host_that_asks_for_silence_is_left_alone_by_all_its_feeds() {
        let mut hosts = Hosts::default();
        hosts.promise(&a(), at(0));
        assert_eq!(hosts.start(&a(), at(0)), Ok(()));
        hosts.end(&a());
        hosts.silence("a", at(0), Duration::from_secs(600));
        assert_eq!(hosts.start(&a(), at(1)), Err(at(600)), "also by those with a promise");
        assert_eq!(hosts.promise(&a(), at(10)), at(600));
        assert_eq!(hosts.promise(&a(), at(10)), at(601));
    }

    #[test]
    fn no_host_can_ask_for_more_than_a_week_of_silence() {
        let week = at(7 * 86_400);
        for told in [Duration::from_secs(8 * 86_400), Duration::from_secs(u64::MAX)] {
            let mut hosts = Hosts::default();
            hosts.promise(&a(), at(0));
            assert_eq!(hosts.start(&a(), at(0)), Ok(()));
            hosts.end(&a());
            hosts.silence("a", at(0), told);
            assert_eq!(hosts.start(&a(), at(1)), Err(week), "{told:?}");
            assert_eq!(hosts.start(&a(), week), Ok(()), "{told:?}");
        }
    }

    #[test]
    fn hosts_at_rest_are_forgotten() {
        let mut hosts = Hosts::default();
        for host in 0..MANY {
            hosts.promise(&[host.to_string()], at(0));
        }
        hosts.promise(&["one more".to_owned()], at(10));
        assert_eq!(hosts.0.len(), 1);
    }
}
