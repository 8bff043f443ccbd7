use super::*;
use crate::link::{self, Batch};

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
    let driver = tokio::spawn(drive(Doubling { wake_at: None }, Clock::wall(), rx, out_tx));
    let (batch, done) = Batch::new();
    tx.send(Envelope::new(T0, 2, batch.receipt())).await.unwrap();
    drop(batch);
    out.recv().await.unwrap().open().1.complete();
    let (_, receipt, value) = out.recv().await.unwrap().open();
    assert_eq!(value, 2);
    receipt.complete();
    assert!(done.committed().await);
    drop(tx);
    driver.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_input_without_output_is_complete() {
    let (tx, rx) = link::bounded("in", 4);
    let (out_tx, out) = link::bounded::<Envelope<u32>>("out", 4);
    let driver = tokio::spawn(drive(Doubling { wake_at: None }, Clock::wall(), rx, out_tx));
    let (batch, done) = Batch::new();
    tx.send(Envelope::new(T0, 0, batch.receipt())).await.unwrap();
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
    let driver = tokio::spawn(drive(stage, Clock::wall(), rx, out_tx));
    assert_eq!(out.recv().await.unwrap().open().2, 99);
    driver.abort();
}
