//! Any interleaving of appends, cursors, retention, faults and restarts loses nothing at or after
//! the lowest cursor, and never tears a batch.

use proptest::prelude::*;

use super::*;
use crate::config::OnFull;

#[derive(Clone, Debug)]
enum Step {
    /// Append that many items, every third under an embargo, and a timer for an item that many
    /// back, or the first after it that is still there.
    Append(u64, u64),
    /// A sink acknowledges that many more records.
    Acknowledge(bool, u64),
    Trim,
    SaveCursors,
    /// The disk fails during the next append, which is then tried again; it lies after that many
    /// syncs, or is full.
    Fault(Option<u32>),
    /// What a kill leaves: everything that is not in a commit is gone.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..8_u64, 0..30_u64).prop_map(|(items, back)| Step::Append(items, back)),
        3 => (any::<bool>(), 1..12_u64).prop_map(|(sink, more)| Step::Acknowledge(sink, more)),
        2 => Just(Step::Trim),
        1 => Just(Step::SaveCursors),
        1 => prop_oneof![Just(None), (0..3_u32).prop_map(Some)].prop_map(Step::Fault),
        2 => Just(Step::Reopen),
    ]
}

const SINKS: [&str; 2] = ["archive", "desk"];
const KEEP: Keep = Keep {
    records: Duration::from_secs(6),
    window: Duration::from_secs(3),
    identities: Duration::from_secs(20),
    carried: Duration::from_secs(20),
    max_size: 1 << 30,
    on_full: OnFull::Block,
};

/// What must be true, kept beside the log.
struct Model {
    /// Each position's item, as committed.
    committed: Vec<Seq>,
    /// What each sink has acknowledged.
    acknowledged: [Position; 2],
}

impl Model {
    fn check(&self, log: &Log) {
        let end = Position(self.committed.len() as u64 + 1);
        assert_eq!(log.view().bounds().unwrap().1, end);
        let lowest = *self.acknowledged.iter().min().unwrap();
        let (reads, _) = log.view().decisions_from(lowest, usize::MAX >> 1).unwrap();
        let mut expected = lowest;
        for read in reads {
            let Read::Record(logged, intake) = read else { panic!("lost: {read:?}") };
            assert_eq!(logged.position, expected);
            let seq = self.committed[expected.0 as usize - 1];
            assert_eq!(intake.unwrap().arrival.seq, seq, "the item came with its decision");
            expected = expected.next();
        }
        assert_eq!(expected, end);
        for seq in log.view().held().unwrap() {
            assert!(log.view().decision_of(seq).unwrap().is_some(), "item {seq} is held, and lost");
        }
    }
}

/// An item is there, with its decision.
fn decided(log: &Log, seq: u64) -> bool {
    log.view().decision_of(Seq(seq)).unwrap().is_some()
}

fn run(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let switch = Switch::default();
    let attach = |log: &Log| SINKS.map(|sink| log.attach(sink, Position::FIRST).next);
    let mut log = Log::open_on(dir.path(), &switch).unwrap();
    let mut model = Model { committed: Vec::new(), acknowledged: attach(&log) };
    let mut fault = None;
    for step in steps {
        match step {
            Step::Append(count, back) => {
                let next = log.next_seq().0;
                let mut batch = items(next..next + count);
                for entry in &mut batch {
                    let Entry::Item { seq, decision, .. } = entry else { continue };
                    decision.embargo = seq.0.is_multiple_of(3).then(|| at(1_000_000));
                }
                let last = next + count - 1;
                let there = |seq: &u64| *seq >= next || decided(&log, *seq);
                let delivered = (last.saturating_sub(back).max(1)..=last).find(there).unwrap();
                batch.push(timer(last, delivered));
                match fault.take() {
                    Some(Some(honest)) => switch.lying(honest),
                    Some(None) => switch.full(),
                    None => {}
                }
                if log.append(&batch).is_err() {
                    switch.good();
                    log.append(&batch).unwrap();
                }
                switch.good();
                model.committed.extend((next..next + count).map(Seq));
                model.committed.push(Seq(delivered));
            }
            Step::Acknowledge(second, more) => {
                let sink = usize::from(second);
                let end = model.committed.len() as u64 + 1;
                let next = Position((model.acknowledged[sink].0 + more).min(end));
                model.acknowledged[sink] = next;
                log.note_cursor(SINKS[sink], Cursor { next, state: Vec::new() });
            }
            Step::Trim => drop(log.trim(&KEEP, 0, Timestamp::MIN).unwrap().records),
            Step::SaveCursors => log.save_cursors().unwrap(),
            Step::Fault(how) => fault = Some(how),
            Step::Reopen => {
                drop(log);
                log = Log::open_on(dir.path(), &switch).unwrap();
                let stored = attach(&log);
                for (stored, acknowledged) in stored.iter().zip(model.acknowledged) {
                    assert!(*stored <= acknowledged, "a cursor never runs ahead");
                }
                model.acknowledged = stored;
            }
        }
        model.check(&log);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_at_or_after_the_lowest_cursor_is_lost(
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        run(steps);
    }
}
