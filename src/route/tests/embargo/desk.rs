//! A desk that takes in items, is woken and is started again.

use super::*;
use crate::log::Log;

/// A desk: the stage and what it has put out.
pub(super) struct Desk {
    rules: &'static str,
    pub(super) route: Route,
    /// What was decided, to be applied again.
    pub(super) records: Vec<Entry>,
    seq: u64,
}

impl Desk {
    pub(super) fn open() -> Desk {
        Desk::with(RULES)
    }

    pub(super) fn with(rules: &'static str) -> Desk {
        Desk { rules, route: compiled(rules), records: Vec::new(), seq: 0 }
    }

    /// Takes in an item at a minute and returns `item@channels` of everything put out.
    pub(super) fn takes(&mut self, at: i64, folded: Folded) -> Vec<String> {
        self.seq += 1;
        let (mut folded, mut out) = (folded, Vec::new());
        folded.prepared.seq = Seq(self.seq);
        folded.prepared.received = minute(at);
        self.route.push(Ok(folded), minute(at), &mut out);
        self.put_out(out)
    }

    pub(super) fn wakes(&mut self, at: i64) -> Vec<String> {
        let mut out = Vec::new();
        self.route.wake(minute(at), &mut out);
        self.put_out(out)
    }

    fn put_out(&mut self, out: Vec<Entry>) -> Vec<String> {
        let said = |entry: &Entry| match entry {
            Entry::Item { seq, decision, .. } => format!("{seq}@{}", decision.channels.join(",")),
            Entry::Timer(timer) => format!("timer {}@{}", timer.item, timer.channels.join(",")),
            other => panic!("{other:?}"),
        };
        let lines = out.iter().map(said).collect();
        self.records.extend(out);
        lines
    }

    /// A restart: a fresh stage that was told what the log holds.
    pub(super) fn restarts(&mut self) {
        self.restarts_with(|row| row);
    }

    /// The same, with rows of where stories were carried that another version has written.
    pub(super) fn restarts_with(&mut self, row: impl Fn(Carried) -> Carried) {
        let dir = tempfile::tempdir().unwrap();
        let (config, _) = Config::parse(File::new("wirefold.toml", self.rules), dir.path());
        let log = Log::open(&config.expect("sound rules").log).unwrap();
        log.append(&self.records).unwrap();
        self.route = compiled(self.rules);
        for record in &self.records {
            match record {
                Entry::Item { seq, received, item, decision, .. } => {
                    let source = item.source.clone();
                    let record = Ok((**item).clone());
                    let arrival = Arrival { seq: *seq, received: *received, source, record };
                    self.route.apply(&Prepare::new().prepare(arrival).unwrap(), decision);
                }
                Entry::Timer(timer) => self.route.apply_timer(timer),
                other => panic!("{other:?}"),
            }
        }
        log.view().carried(|carried| self.route.restore_carried(&row(carried))).unwrap();
    }
}
