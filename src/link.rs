//! Links: the bounded queues between stages, and the envelope that travels on them.

use std::fmt;

use jiff::Timestamp;

use crate::poison::Mark;

mod receipt;

pub use receipt::{Batch, Done, Receipt};

/// The other end of a link is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Name of the link.
    pub link: &'static str,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stage that reads the link `{}` is gone", self.link)
    }
}

impl std::error::Error for Closed {}

/// Makes a link that holds at most `capacity` values; a sender waits while it is full.
pub fn bounded<T>(name: &'static str, capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = async_channel::bounded(capacity.max(1));
    (Sender { name, tx }, Receiver { name, rx })
}

/// The sending end. The link closes when its last clone is dropped.
#[derive(Debug)]
pub struct Sender<T> {
    name: &'static str,
    tx: async_channel::Sender<T>,
}

// Not derived: a sender can be cloned whatever it carries.
impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender { name: self.name, tx: self.tx.clone() }
    }
}

impl<T> Sender<T> {
    /// Sends a value, waiting while the link is full.
    pub async fn send(&self, value: T) -> Result<(), Closed> {
        self.tx.send(value).await.map_err(|_| Closed { link: self.name })
    }

    /// True when the link is not full. It stays true for the only sender until it sends.
    pub fn has_room(&self) -> bool {
        !self.tx.is_full()
    }

    /// Sends a value from a thread that may block.
    pub fn send_blocking(&self, value: T) -> Result<(), Closed> {
        self.tx.send_blocking(value).map_err(|_| Closed { link: self.name })
    }
}

/// The receiving end. It is not cloned: a link has one reader. What still waits when it goes is
/// dropped with it, and its receipts with that: a source that waits for them would otherwise keep
/// the link that holds them.
#[derive(Debug)]
pub struct Receiver<T> {
    name: &'static str,
    rx: async_channel::Receiver<T>,
}

impl<T> Receiver<T> {
    /// The next value, or `None` when the link is closed and empty. Cancel safe.
    pub async fn recv(&self) -> Option<T> {
        self.rx.recv().await.ok()
    }

    /// The next value if one is waiting.
    pub fn try_recv(&self) -> Option<T> {
        self.rx.try_recv().ok()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.rx.close();
        while self.try_recv().is_some() {}
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// A gauge of this link. It holds neither end.
    pub fn gauge(&self) -> Gauge {
        let rx = self.rx.downgrade();
        let depth =
            move || rx.upgrade().map_or((0, 0), |rx| (rx.len(), rx.capacity().unwrap_or(0)));
        Gauge { name: self.name, depth: Box::new(depth) }
    }
}

/// Tells how full a link is.
pub struct Gauge {
    /// Name of the link.
    pub name: &'static str,
    depth: Box<dyn Fn() -> (usize, usize) + Send + Sync>,
}

impl Gauge {
    /// Values waiting, and how many the link holds; zeros once its reader is gone.
    pub fn read(&self) -> (usize, usize) {
        (self.depth)()
    }
}

/// A payload on its way through the pipeline: when its record was received, what it is known by
/// if a stage should panic, and the receipt that tells its source what became of it.
#[derive(Debug)]
pub struct Envelope<T> {
    /// When the record was received.
    pub received: Timestamp,
    /// What the item is known by across a restart.
    pub mark: Mark,
    /// What travels.
    pub payload: T,
    /// What its source waits for.
    pub receipt: Receipt,
}

impl<T> Envelope<T> {
    /// An envelope that no source waits for: a timer's, or a side output's.
    pub fn unsolicited(received: Timestamp, payload: T) -> Self {
        Envelope { received, mark: Mark::NONE, payload, receipt: Receipt::none() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_when_the_reader_goes_is_told_so_though_the_sender_stays() {
        let (tx, rx) = bounded("cut", 4);
        let (batch, done) = Batch::new();
        let receipt = batch.receipt();
        drop(batch);
        let mark = Mark::NONE;
        let envelope = Envelope { received: Timestamp::UNIX_EPOCH, mark, payload: (), receipt };
        tx.send(envelope).await.unwrap();
        drop(rx);
        assert!(!done.committed().await);
        assert_eq!(
            tx.send_blocking(Envelope::unsolicited(Timestamp::UNIX_EPOCH, ())).unwrap_err().link,
            "cut"
        );
    }
}
