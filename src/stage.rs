//! A stage: a pure step inside, and the one thin async shell that drives it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::link::{Closed, Envelope, Receiver, Sender};
use crate::poison::{InHand, Mark};

/// One pure step of the pipeline. A stage does no I/O and reads no clock: `now` is the received
/// time of the record at hand, so that a replay decides as the daemon did.
pub trait Stage: Send + 'static {
    /// What comes in.
    type In: Send;
    /// What goes out.
    type Out: Send;

    /// Takes one input and appends what follows from it.
    fn push(&mut self, input: Self::In, now: Timestamp, out: &mut Vec<Self::Out>);

    /// When [`Stage::wake`] wants to be called though no input may come.
    fn next_wake(&self) -> Option<Timestamp> {
        None
    }

    /// What has [`Stage::wake`] called at once.
    fn nudge(&self) -> Option<Arc<Notify>> {
        None
    }

    /// Takes note that it is `now`.
    fn wake(&mut self, _now: Timestamp, _out: &mut Vec<Self::Out>) {}
}

/// Drives a stage until its inbound link closes or its outbound link has no reader.
///
/// The receipt of an input rides on the *last* output that follows from it: links keep order, so
/// when that one is committed, all are. An input without output completes at once. `in_hand` shows
/// which item a stage was at when it panicked.
pub async fn drive<S: Stage>(
    mut stage: S,
    clock: Clock,
    in_hand: InHand,
    rx: Receiver<Envelope<S::In>>,
    tx: Sender<Envelope<S::Out>>,
) -> Result<(), Closed> {
    let mut out = Vec::new();
    let nudge = stage.nudge();
    loop {
        let due = stage.next_wake();
        let input = tokio::select! {
            biased;
            input = rx.recv() => input,
            now = woken(due, &clock, nudge.as_deref()) => {
                stage.wake(now, &mut out);
                for payload in out.drain(..) {
                    tx.send(Envelope::unsolicited(now, payload)).await?;
                }
                continue;
            }
        };
        let Some(Envelope { received, mark, payload, receipt }) = input else { return Ok(()) };
        in_hand.hold(mark);
        stage.push(payload, received, &mut out);
        in_hand.hold(Mark::NONE);
        let Some(last) = out.pop() else {
            receipt.complete();
            continue;
        };
        for payload in out.drain(..) {
            tx.send(Envelope::unsolicited(received, payload)).await?;
        }
        tx.send(Envelope { received, mark, payload: last, receipt }).await?;
    }
}

/// Resolves when it is `due`, or at a nudge, with the time it is then.
async fn woken(due: Option<Timestamp>, clock: &Clock, nudge: Option<&Notify>) -> Timestamp {
    let due = async {
        match due {
            Some(at) => {
                clock.sleep_until(at).await;
                clock.now().max(at)
            }
            None => std::future::pending().await,
        }
    };
    let nudged = async {
        match nudge {
            Some(nudge) => nudge.notified().await,
            None => std::future::pending().await,
        }
        clock.now()
    };
    tokio::select! {
        now = due => now,
        now = nudged => now,
    }
}

#[cfg(test)]
mod tests;
