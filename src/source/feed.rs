//! Feeds on the web, asked again and again: politely, and each entry taken in once.
//!
//! One task polls all feeds, so that thousands cost little: `schedule` decides when a feed is asked
//! next, `host` who takes turns, `poll` does one poll, `take_in` reads its answer, and `memory` is
//! what is kept of a feed between polls and across restarts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::info;

use crate::clock::Steady;
use crate::config::{FeedConfig, SourceConfig, SourceKind};
use crate::net::Client;

use super::{Context, Origin, SourceError};

mod chance;
mod hints;
mod host;
mod identity;
mod memory;
pub mod opml;
mod poll;
mod rhythm;
mod schedule;
mod take_in;
pub mod websub;

use chance::Chance;
use host::Hosts;
use memory::Memory;
use poll::Polled;
use schedule::{Bounds, Outcome};

/// Polls on their way at one time.
const CONCURRENT: usize = 32;
/// With feeds of more hosts than this no connection is kept for the next poll: all of them together
/// would take most of the files that a process may have open.
const FEW_HOSTS: usize = 200;
/// First polls are spread over this much time for each feed, but not beyond a feed's own bound.
const SPREAD: Duration = Duration::from_millis(20);
/// How often a feed is asked again, `min_interval` apart, that has nothing new after a notice: the
/// hub is often told before the last cache is.
const ONCE_MORE: u32 = 3;

/// A feed and what is configured for it.
struct Feed {
    config: SourceConfig,
    web: FeedConfig,
    origin: Origin,
}

impl Feed {
    fn new(config: SourceConfig) -> Option<Feed> {
        let SourceKind::Feed(web) = config.kind.clone() else { return None };
        Some(Feed { origin: Origin::of(&config), config, web })
    }

    fn name(&self) -> &str {
        &self.config.name.value
    }

    fn bounds(&self) -> Bounds {
        Bounds { min: self.web.min_interval, max: self.web.max_interval }
    }
}

/// Polls feeds until told to stop. Sources of other kinds are not polled.
pub(super) async fn run(configs: Vec<SourceConfig>, context: Context) -> Result<(), SourceError> {
    let feeds: Vec<_> = configs.into_iter().filter_map(Feed::new).collect();
    let hosts: HashSet<_> = feeds.iter().filter_map(|feed| feed.web.url.host_str()).collect();
    let client = if hosts.len() > FEW_HOSTS { Client::without_idle() } else { Client::new() };
    let client = client.map_err(|error| SourceError::new(error.to_string()))?;
    let mut poller = Poller::new(feeds.into_iter(), client, context);
    info!(feeds = poller.feeds.len(), "polling");
    poller.run().await
}

/// A feed's turn: when, in the poller's steady time, and whether its host has promised that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: Timestamp,
    promised: bool,
    feed: usize,
}

struct Poller {
    feeds: Vec<Arc<Feed>>,
    /// What is known of each feed; with its poll while that is on its way.
    memories: Vec<Option<Memory>>,
    turns: BinaryHeap<Reverse<Turn>>,
    /// Each feed's turn; another one was overtaken by a notice.
    next: Vec<Turn>,
    /// Feeds that a hub told of while they were being polled.
    again: HashSet<usize>,
    /// Feeds that a hub told of and that have shown nothing new since: how often they are asked
    /// once more.
    expected: HashMap<usize, u32>,
    hosts: Hosts,
    running: JoinSet<Result<Polled, SourceError>>,
    /// The feed and the hosts of each running poll.
    polls: Vec<(Id, usize, Vec<String>)>,
    chance: Chance,
    client: Client,
    /// The time of turns and hosts. What is kept or told of a feed has the clock's.
    time: Steady,
    context: Context,
}

impl Poller {
    fn new(feeds: impl Iterator<Item = Feed>, client: Client, context: Context) -> Poller {
        let feeds: Vec<_> = feeds.map(Arc::new).collect();
        let memories: Vec<_> =
            feeds.iter().map(|feed| Some(Memory::load(&context.log, feed))).collect();
        let mut time = context.clock.steady();
        let now = time.now();
        let mut hosts = Hosts::default();
        for (host, silence) in memories.iter().flatten().filter_map(|memory| memory.silence(now)) {
            hosts.silence(&host, now, silence);
        }
        let mut chance = Chance::new(now);
        let all = SPREAD.saturating_mul(feeds.len().try_into().unwrap_or(u32::MAX));
        let first = |(feed, of): (usize, &Arc<Feed>)| {
            let spread = all.min(of.web.min_interval).mul_f64(chance.next());
            Turn { at: later(now, spread), promised: false, feed }
        };
        let next: Vec<_> = feeds.iter().enumerate().map(first).collect();
        Poller {
            turns: next.iter().copied().map(Reverse).collect(),
            next,
            again: HashSet::new(),
            expected: HashMap::new(),
            memories,
            feeds,
            hosts,
            running: JoinSet::new(),
            polls: Vec::new(),
            chance,
            client,
            time,
            context,
        }
    }

    async fn run(&mut self) -> Result<(), SourceError> {
        let stop = self.context.stop.clone();
        let hubs = self.context.hubs.clone();
        while !stop.is_cancelled() {
            self.start_due();
            let next = self.turns.peek().map(|Reverse(turn)| turn.at);
            let room = self.running.len() < CONCURRENT;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = self.running.join_next_with_id() => self.ended(ended)?,
                noticed = hubs.noticed() => self.notice(&noticed),
                () = self.time.sleep_until(next.unwrap_or(Timestamp::MAX)), if room => {}
            }
        }
        // Each poll sees the signal while it fetches; what it has submitted it sees through.
        while let Some(ended) = self.running.join_next_with_id().await {
            self.ended(ended)?;
        }
        Ok(())
    }

    /// Starts the polls whose turn has come, as far as there is room and their hosts are free.
    fn start_due(&mut self) {
        let now = self.time.now();
        while self.running.len() < CONCURRENT
            && let Some(Reverse(turn)) = self.turns.pop_if_due(now)
        {
            let overtaken = self.next[turn.feed] != turn;
            let Some(memory) = self.memories[turn.feed].as_ref().filter(|_| !overtaken) else {
                continue;
            };
            let hosts = memory.hosts();
            let moment = if turn.promised { turn.at } else { self.hosts.promise(&hosts, now) };
            let later = match moment > now {
                true => Some(moment),
                false => self.hosts.start(&hosts, now).err(),
            };
            if let Some(at) = later {
                self.take_turn(Turn { at, promised: true, ..turn });
                continue;
            }
            let Some(memory) = self.memories[turn.feed].take() else { continue };
            let (feed, client) = (self.feeds[turn.feed].clone(), self.client.clone());
            let poll = poll::poll(feed, memory, client, self.context.clone());
            let id = self.running.spawn(poll).id();
            self.polls.push((id, turn.feed, hosts));
        }
    }

    /// A poll has ended: its host is free, and its feed gets its next turn.
    fn ended(
        &mut self,
        ended: Result<(Id, Result<Polled, SourceError>), JoinError>,
    ) -> Result<(), SourceError> {
        let (id, polled) = ended.map_err(|error| SourceError::new(format!("a poll: {error}")))?;
        let polled = polled?;
        let Some(place) = self.polls.iter().position(|(known, ..)| *known == id) else {
            return Ok(());
        };
        let (_, feed, hosts) = self.polls.swap_remove(place);
        let now = self.time.now();
        self.hosts.end(&hosts);
        if let Some((host, silence)) = &polled.silence {
            self.hosts.silence(host, now, *silence);
        }
        let clock = self.context.clock.now();
        let next = schedule::next(
            polled.outcome,
            polled.memory.rhythm(),
            &polled.wishes,
            self.feeds[feed].bounds(),
            clock,
            self.chance.next(),
        );
        let at = now.saturating_add(next.duration_since(clock)).unwrap_or(Timestamp::MAX);
        self.memories[feed] = Some(polled.memory);
        if polled.news {
            self.expected.remove(&feed);
        }
        let at = if self.again.remove(&feed) {
            self.expected.insert(feed, ONCE_MORE);
            now
        } else if polled.outcome == Outcome::Read {
            at.min(self.once_more(feed, now).unwrap_or(at))
        } else {
            at
        };
        self.take_turn(Turn { at, promised: false, feed });
        Ok(())
    }

    /// When to ask again for what a hub has told of, if it has and there was nothing new.
    fn once_more(&mut self, feed: usize, now: Timestamp) -> Option<Timestamp> {
        let left = self.expected.get_mut(&feed)?;
        match left.checked_sub(1) {
            Some(fewer) => *left = fewer,
            None => {
                self.expected.remove(&feed);
                return None;
            }
        }
        Some(later(now, self.feeds[feed].web.min_interval))
    }

    fn take_turn(&mut self, turn: Turn) {
        self.next[turn.feed] = turn;
        self.turns.push(Reverse(turn));
    }

    /// Hubs tell of news: the feeds are due at once.
    fn notice(&mut self, names: &HashSet<String>) {
        let at = self.time.now();
        let feeds = self.feeds.iter().enumerate();
        let named: Vec<_> =
            feeds.filter(|(_, feed)| names.contains(feed.name())).map(|(feed, _)| feed).collect();
        for feed in named {
            if self.memories[feed].is_none() {
                self.again.insert(feed);
                continue;
            }
            self.expected.insert(feed, ONCE_MORE);
            // With a promise it is due already; a new turn would go to the end of its host's queue.
            if !self.next[feed].promised {
                self.take_turn(Turn { at, promised: false, feed });
            }
        }
    }
}

fn later(moment: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}

trait PopIfDue {
    /// Takes the first turn if its moment has come.
    fn pop_if_due(&mut self, now: Timestamp) -> Option<Reverse<Turn>>;
}

impl PopIfDue for BinaryHeap<Reverse<Turn>> {
    fn pop_if_due(&mut self, now: Timestamp) -> Option<Reverse<Turn>> {
        let due = self.peek().is_some_and(|Reverse(turn)| turn.at <= now);
        if due { self.pop() } else { None }
    }
}

#[cfg(test)]
mod tests;
