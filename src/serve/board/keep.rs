//! Keeps the board up to date with the log.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::Board;
use crate::log::{Log, LogError, Position, blocking};

/// Records looked at in one go.
const CHUNK: usize = 2_048;
/// How often the board is brought up to date though nobody asks, so that a question never waits
/// for long.
const EVERY: Duration = Duration::from_secs(1);

/// The board and the log it follows. Clones are handles.
#[derive(Clone)]
pub(in crate::serve) struct Keeper(Arc<Inner>);

struct Inner {
    board: RwLock<Board>,
    log: Log,
    most: usize,
    /// Held by whoever brings the board up to date.
    turn: Mutex<()>,
}

impl Keeper {
    /// An empty board for at most `most` records of `log`.
    pub(in crate::serve) fn new(log: Log, most: usize) -> Keeper {
        let board = RwLock::new(Board::new(most));
        Keeper(Arc::new(Inner { board, log, most, turn: Mutex::default() }))
    }

    /// The board as it is.
    pub(in crate::serve) fn read(&self) -> RwLockReadGuard<'_, Board> {
        self.0.board.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies everything that is committed.
    pub(in crate::serve) async fn catch_up(&self) -> Result<(), LogError> {
        let end = *self.0.log.watch().borrow();
        if self.read().next() >= end {
            return Ok(());
        }
        let _turn = self.0.turn.lock().await;
        while self.read().next() < end {
            let inner = self.0.clone();
            blocking(move || inner.step(end)).await?;
        }
        Ok(())
    }

    /// True when less than one step is missing: a question can wait for that.
    pub(in crate::serve) fn is_near(&self) -> bool {
        let end = *self.0.log.watch().borrow();
        end.0.saturating_sub(self.read().next().0) <= 8 * CHUNK as u64
    }

    /// Keeps the board up to date until told to stop.
    pub(in crate::serve) async fn run(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.catch_up().await {
                tracing::warn!(%error, "what is on the channels cannot be read from the log");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}

impl Inner {
    /// Applies the next records up to `end`.
    fn step(&self, end: Position) -> Result<(), LogError> {
        let view = self.log.view();
        let (first, _) = view.bounds()?;
        let next = self.board.read().unwrap_or_else(PoisonError::into_inner).next();
        // What would be pushed out again need not be read.
        let from = next.max(first).max(Position(end.0.saturating_sub(self.most as u64)));
        let (records, next) = view.decided_from(from, CHUNK)?;
        let mut board = self.board.write().unwrap_or_else(PoisonError::into_inner);
        board.forget_before(first);
        for logged in &records {
            board.apply(logged);
        }
        board.skip_to(next);
        Ok(())
    }
}
