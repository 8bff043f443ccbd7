//! What is left of a body when its request is answered: it is read for a moment and thrown away.
//!
//! Who sends all of a body before reading the answer would otherwise find the connection closed,
//! and see a broken pipe instead of the reason for a refusal.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// For so long the rest is read; who sends longer is cut off.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body that is read on for [`PATIENCE`] when it is dropped before its end.
pub(in crate::serve) struct Rest {
    body: Option<Body>,
    stop: CancellationToken,
}

impl Rest {
    /// The same body. On `stop` nothing more of it is read.
    pub(in crate::serve) fn of(body: Body, stop: &CancellationToken) -> Body {
        if body.is_end_stream() {
            return body;
        }
        Body::new(Rest { body: Some(body), stop: stop.clone() })
    }
}

impl hyper::body::Body for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        let (Some(mut body), Ok(runtime)) = (rest, Handle::try_current()) else { return };
        let stop = self.stop.clone();
        runtime.spawn(async move {
            let end = async { while let Some(Ok(_)) = body.frame().await {} };
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PATIENCE) => {}
                () = end => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const CHUNKS: usize = 9;

    #[tokio::test(start_paused = true)]
    async fn what_is_not_read_of_a_body_is_taken_off_the_wire_but_not_for_ever() {
        for (every, all) in [(Duration::ZERO, true), (Duration::from_secs(1), false)] {
            let read = Arc::new(AtomicUsize::new(0));
            let seen = read.clone();
            let sent = futures_util::stream::unfold(0, move |at| {
                let seen = seen.clone();
                async move {
                    tokio::time::sleep(every).await;
                    seen.store(at, Ordering::Relaxed);
                    (at < CHUNKS).then(|| (Ok::<_, axum::Error>(Bytes::from_static(b"x")), at + 1))
                }
            });
            drop(Rest::of(Body::from_stream(sent), &CancellationToken::new()));
            tokio::time::sleep(PATIENCE * 10).await;
            let read = read.load(Ordering::Relaxed);
            assert_eq!(read == CHUNKS, all, "{read} chunks, one every {every:?}");
        }
    }

    #[tokio::test]
    async fn a_body_is_passed_on_as_it_is() {
        let whole = Rest::of(Body::from("one line"), &CancellationToken::new())
            .collect()
            .await
            .unwrap()
            .to_bytes();
        assert_eq!(whole, "one line");
        assert!(Rest::of(Body::empty(), &CancellationToken::new()).is_end_stream());
    }
}
