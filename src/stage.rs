//! A stage: a pure step inside, and the one thin async shell that drives it.

use jiff::Timestamp;

use crate::clock::Clock;
use crate::link::{Closed, Envelope, Receiver, Sender};

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

    /// Takes note that it is `now`.
    fn wake(&mut self, _now: Timestamp, _out: &mut Vec<Self::Out>) {}
}

/// Drives a stage until its inbound link closes or its outbound link has no reader.
///
/// The receipt of an input rides on the *last* output that follows from it: links keep order, so
/// when that one is committed, all are. An input without output completes at once.
pub async fn drive<S: Stage>(
    mut stage: S,
    clock: Clock,
    rx: Receiver<Envelope<S::In>>,
    tx: Sender<Envelope<S::Out>>,
) -> Result<(), Closed> {
    let mut out = Vec::new();
    loop {
        let input = match stage.next_wake() {
            None => rx.recv().await,
            Some(at) => tokio::select! {
                biased;
                input = rx.recv() => input,
                () = clock.sleep_until(at) => {
                    let now = clock.now().max(at);
                    stage.wake(now, &mut out);
                    for payload in out.drain(..) {
                        tx.send(Envelope::unsolicited(now, payload)).await?;
                    }
                    continue;
                }
            },
        };
        let Some(envelope) = input else { return Ok(()) };
        let (now, receipt, payload) = envelope.open();
        stage.push(payload, now, &mut out);
        let Some(last) = out.pop() else {
            receipt.complete();
            continue;
        };
        for payload in out.drain(..) {
            tx.send(Envelope::unsolicited(now, payload)).await?;
        }
        tx.send(Envelope::new(now, last, receipt)).await?;
    }
}

#[cfg(test)]
mod tests;
