//! The body of a request, read whole: within a size, within a time, and in less of it when the daemon
//! has been told to stop.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use tokio_util::sync::CancellationToken;

use super::problem::Problem;
use crate::config::ServeConfig;

mod rest;

pub(super) use rest::Rest;

/// A body must be whole within this time …
const TIME: Duration = Duration::from_secs(30);
/// … and within this when the daemon has been told to stop.
const TIME_AT_STOP: Duration = Duration::from_secs(3);

/// How large a body may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) bytes: usize,
    /// What sets the limit, in words; empty when nobody can.
    set_by: &'static str,
}

impl Limit {
    /// What people ask for by hand: a thousand ids at most.
    pub(super) const ASKED: Limit = Limit { bytes: 1 << 20, set_by: "" };

    /// What the configuration allows for news.
    pub(super) fn of(config: &ServeConfig) -> Limit {
        Limit { bytes: config.max_body, set_by: " (`max_body` in [serve])" }
    }

    #[cfg(test)]
    pub(super) fn bytes(bytes: usize) -> Limit {
        Limit { bytes, set_by: "" }
    }

    pub(super) fn passed(self) -> Problem {
        let Limit { bytes, set_by } = self;
        let detail = format!("the body is larger than {bytes} bytes{set_by}");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }
}

/// Reads a body to its end.
pub(super) async fn read_whole(
    body: Body,
    limit: Limit,
    stop: &CancellationToken,
) -> Result<Bytes, Problem> {
    let stopped = async {
        stop.cancelled().await;
        tokio::time::sleep(TIME_AT_STOP).await;
    };
    let read = tokio::select! {
        read = to_bytes(body, limit.bytes) => read,
        () = tokio::time::sleep(TIME) => {
            let detail = format!("the body was not whole within {} s", TIME.as_secs());
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail));
        }
        () = stopped => {
            let detail = "the daemon is stopping: send this again";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(TIME_AT_STOP));
        }
    };
    read.map_err(|error| {
        let inner = std::error::Error::source(&error);
        match inner.is_some_and(|inner| inner.is::<http_body_util::LengthLimitError>()) {
            true => limit.passed(),
            false => Problem::new(StatusCode::BAD_REQUEST, format!("the body was cut: {error}")),
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up_and_sooner_when_the_daemon_stops() {
        let stop = CancellationToken::new();
        let slow = read_whole(Body::new(Endless), Limit::ASKED, &stop).await.unwrap_err();
        assert_eq!(slow.into_response().status(), StatusCode::REQUEST_TIMEOUT);
        stop.cancel();
        let begun = tokio::time::Instant::now();
        let stopped = read_whole(Body::new(Endless), Limit::ASKED, &stop).await.unwrap_err();
        assert_eq!(stopped.into_response().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(begun.elapsed().as_secs(), TIME_AT_STOP.as_secs());
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused() {
        let limit = Limit::bytes(100);
        let read = async |length| {
            let body = Body::from(vec![b'x'; length]);
            let read = read_whole(body, limit, &CancellationToken::new()).await;
            read.map(|bytes| bytes.len()).map_err(|problem| problem.into_response().status())
        };
        assert_eq!(read(100).await, Ok(100));
        assert_eq!(read(101).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }

    /// A body of which nothing comes.
    struct Endless;

    impl hyper::body::Body for Endless {
        type Data = hyper::body::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
}
