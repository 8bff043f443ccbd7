use super::*;
use crate::link::{self, Batch};

fn envelope(payload: u32, batch: &Batch) -> Envelope<u32> {
    Envelope { receipt: batch.receipt(), ..Envelope::unsolicited(T0, payload) }
}

struct Doubling {
    wake_at: Option<Timestamp>,
}

impl Stage for Doubling {
    type In = u32;
    type Out = u32;

    fn push(&mut self, input: u32, _now: Timestamp, out: &mut Vec<u32>) {
        out.extend(std::iter::repeat_n(input, input as usize));
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.wake_at
    }

    fn wake(&mut self, _now: Timestamp, out: &mut Vec<u32>) {
        self.wake_at = None;
        out.push(99);
    }
}

const T0: Timestamp = Timestamp::UNIX_EPOCH;

#[tokio::test]
async fn the_receipt_rides_on_the_last_output() {
    let (tx, rx) = link::bounded("in", 4);
    let (out_tx, out) = link::bounded("out", 4);
    let driver = tokio::spawn(drive(
        Doubling { wake_at: None },
        Clock::wall(),
        InHand::default(),
        rx,
        out_tx,
    ));
    let (batch, done) = Batch::new();
    tx.send(envelope(2, &batch)).await.unwrap();
    drop(batch);
    out.recv().await.unwrap().receipt.complete();
    let last = out.recv().await.unwrap();
    assert_eq!(last.payload, 2);
    last.receipt.complete();
    assert!(done.committed().await);
    drop(tx);
    driver.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_input_without_output_is_complete() {
    let (tx, rx) = link::bounded("in", 4);
    let (out_tx, out) = link::bounded::<Envelope<u32>>("out", 4);
    let driver = tokio::spawn(drive(
        Doubling { wake_at: None },
        Clock::wall(),
        InHand::default(),
        rx,
        out_tx,
    ));
    let (batch, done) = Batch::new();
    tx.send(envelope(0, &batch)).await.unwrap();
    drop(batch);
    assert!(done.committed().await);
    drop(tx);
    driver.await.unwrap().unwrap();
    assert!(out.recv().await.is_none(), "the outbound link closes with the stage");
}

#[tokio::test]
async fn a_stage_wakes_on_its_own_when_its_time_has_come() {
    let (_tx, rx) = link::bounded("in", 4);
    let (out_tx, out) = link::bounded("out", 4);
    let stage = Doubling { wake_at: Some(T0) };
    let driver = tokio::spawn(drive(stage, Clock::wall(), InHand::default(), rx, out_tx));
    assert_eq!(out.recv().await.unwrap().payload, 99);
    driver.abort();
}

#[tokio::test]
async fn a_stage_that_panics_leaves_the_item_in_hand() {
    struct Panicking;
    impl Stage for Panicking {
        type In = u32;
        type Out = u32;
        fn push(&mut self, input: u32, _now: Timestamp, _out: &mut Vec<u32>) {
            assert_ne!(input, 7, "cannot stand sevens");
        }
    }
    let (tx, rx) = link::bounded("in", 4);
    let (out_tx, _out) = link::bounded("out", 4);
    let in_hand = InHand::default();
    let driver = tokio::spawn(drive(Panicking, Clock::wall(), in_hand.clone(), rx, out_tx));
    let mark = Mark::of("s", &Ok(crate::item::Item::default()));
    for payload in [6, 7] {
        tx.send(Envelope { mark, ..Envelope::unsolicited(T0, payload) }).await.unwrap();
    }
    assert!(driver.await.unwrap_err().is_panic());
    assert_eq!(in_hand.held(), Some(mark));
}
