//! A stream whose other end must take what is written to it. One that stands still for long would
//! hold a connection, and at the end the whole daemon, for as long as it likes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How long the other end may take nothing …
const STILL: Duration = Duration::from_secs(60);
/// … and how long once the daemon was told to stop.
const STILL_AT_STOP: Duration = Duration::from_secs(2);

/// A stream with bounds on how long a write stands still.
pub(super) struct Patient<S> {
    stream: S,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    stopping: bool,
    /// Runs while a write stands still.
    still: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, stop: CancellationToken) -> Patient<S> {
        let stop = Box::pin(stop.cancelled_owned());
        Patient { stream, stop, stopping: false, still: None }
    }

    /// Watches how long a write stands still.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.still = None;
            return polled;
        }
        if !self.stopping && self.stop.as_mut().poll(cx).is_ready() {
            self.stopping = true;
            self.still = None;
        }
        let patience = if self.stopping { STILL_AT_STOP } else { STILL };
        let still = self.still.get_or_insert_with(|| Box::pin(sleep(patience)));
        match still.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_nothing_is_let_go_and_sooner_when_the_daemon_stops() {
        for (stopped, seconds) in [(false, 60), (true, 2)] {
            let stop = CancellationToken::new();
            let (near, _far) = duplex(8);
            let mut patient = Patient::new(near, stop.clone());
            if stopped {
                stop.cancel();
            }
            let start = tokio::time::Instant::now();
            let error = patient.write_all(&[0; 9]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_a_little_now_and_then_is_served() {
        let (near, mut far) = duplex(1);
        let mut patient = Patient::new(near, CancellationToken::new());
        let slow = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_secs(50)).await;
                far.read_u8().await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(patient.write_all(&[0; 5]), slow);
        written.unwrap();
    }
}
