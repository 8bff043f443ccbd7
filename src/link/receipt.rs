//! Receipts: how a source learns that all it sent in one go is durable.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;

/// All items of one request, file or fetch. Hand out one receipt for each, then drop the batch.
#[derive(Debug)]
pub struct Batch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    lost: AtomicBool,
    /// Taken by the drop of the last holder.
    outcome: Option<oneshot::Sender<bool>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let committed = !*self.lost.get_mut();
        if let Some(outcome) = self.outcome.take() {
            // The source may have gone; then nobody waits.
            let _ = outcome.send(committed);
        }
    }
}

impl Batch {
    /// A new batch and the future that resolves when its last receipt is gone.
    pub fn new() -> (Batch, Done) {
        let (tx, rx) = oneshot::channel();
        (Batch(Arc::new(Shared { lost: AtomicBool::new(false), outcome: Some(tx) })), Done(rx))
    }

    /// A receipt for one more item.
    pub fn receipt(&self) -> Receipt {
        Receipt(Some(self.0.clone()))
    }
}

/// Completed by commit alone. Dropping it uncompleted tells the source that the item was lost on
/// the way and must be sent again.
#[derive(Debug)]
#[must_use = "a dropped receipt is a nack"]
pub struct Receipt(Option<Arc<Shared>>);

impl Receipt {
    /// A receipt that nobody waits for.
    pub fn none() -> Receipt {
        Receipt(None)
    }

    /// The item is durably accepted or rejected.
    pub fn complete(mut self) {
        self.0 = None;
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.lost.store(true, Ordering::Release);
        }
    }
}

/// Resolves when every receipt of a batch is completed or dropped.
#[derive(Debug)]
pub struct Done(oneshot::Receiver<bool>);

impl Done {
    /// True when *all* items of the batch are durable; false when any was lost on the way.
    pub async fn committed(mut self) -> bool {
        self.wait().await
    }

    /// Like [`Done::committed`], to be raced against something else: cancel safe, and asked no more
    /// once it has resolved.
    pub async fn wait(&mut self) -> bool {
        (&mut self.0).await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_batch_is_committed_when_every_receipt_is_complete() {
        let (batch, done) = Batch::new();
        let (a, b) = (batch.receipt(), batch.receipt());
        drop(batch);
        b.complete();
        a.complete();
        assert!(done.committed().await);
    }

    #[tokio::test]
    async fn one_dropped_receipt_is_a_nack_for_the_batch() {
        let (batch, done) = Batch::new();
        let (a, b) = (batch.receipt(), batch.receipt());
        drop(batch);
        drop(a);
        b.complete();
        assert!(!done.committed().await);
    }

    #[tokio::test]
    async fn an_empty_batch_is_committed() {
        let (batch, done) = Batch::new();
        drop(batch);
        assert!(done.committed().await);
    }
}
