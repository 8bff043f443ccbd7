//! Connections: how many, how slow they may be, and how they end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

mod patient;

use patient::Patient;

/// The head of a request must be whole within this time, also of the next on a kept connection.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The head of a request may have this many bytes.
const HEAD: usize = 32 * 1024;
/// Rest after a connection could not be accepted: usually the process has too many files open.
const REST: Duration = Duration::from_millis(200);

/// Accepts connections until `stop`, then lets each finish its request.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    connections: u32,
    stop: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(connections as usize));
    let mut running = JoinSet::new();
    while let Some((stream, permit)) = next(&listener, &room, &mut running, &stop).await {
        running.spawn(connection(stream, router.clone(), permit, stop.clone()));
    }
    drop(listener);
    while let Some(ended) = running.join_next().await {
        note(ended);
    }
}

/// The next connection, once there is room for it; `None` on `stop`.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    running: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let permit = tokio::select! {
        permit = room.clone().acquire_owned() => permit.ok()?,
        () = stop.cancelled() => return None,
    };
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // An event waits for no other: Nagle's algorithm would hold it until the
                    // reader's delayed acknowledgement, 40 ms.
                    if let Err(error) = stream.set_nodelay(true) {
                        debug!(%error, "a connection that is gone");
                    }
                    return Some((stream, permit));
                }
                Err(error) => {
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                }
            },
            Some(ended) = running.join_next() => note(ended),
            () = stop.cancelled() => return None,
        }
    }
}

fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        // One request must not end the daemon; what it had in hand was nacked.
        error!(%error, "a request panicked (please report this)");
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    _room: OwnedSemaphorePermit,
    stop: CancellationToken,
) {
    let stream = Patient::new(stream, stop.clone());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection ended early");
    }
}
