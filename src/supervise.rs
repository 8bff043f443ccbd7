//! Tasks by name: every one is joined, and a panic is seen.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;

use tokio::task::{Id, JoinError, JoinSet};

/// A group of tasks.
#[derive(Debug, Default)]
pub struct Tasks {
    running: JoinSet<Result<(), String>>,
    names: HashMap<Id, String>,
}

/// How a task ended when it did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the task.
    pub task: String,
    /// What happened, in words.
    pub message: String,
    /// True when it panicked: a fault of the program, not of its surroundings.
    pub panicked: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.panicked { "panicked" } else { "failed" };
        write!(f, "{} {verb}: {}", self.task, self.message)
    }
}

impl std::error::Error for Failure {}

impl Tasks {
    /// Starts a task.
    pub fn spawn<E: fmt::Display>(
        &mut self,
        name: impl Into<String>,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let task = async move { task.await.map_err(|error| error.to_string()) };
        let handle = self.running.spawn(task);
        self.names.insert(handle.id(), name.into());
    }

    /// Has every task end where it next waits. They still are to be joined.
    pub fn abort(&mut self) {
        self.running.abort_all();
    }

    /// How many are running.
    pub fn len(&self) -> usize {
        self.running.len()
    }

    /// True when none is running.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Waits for the next task to end. `None` when none is left. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<(), Failure>> {
        let joined = self.running.join_next_with_id().await?;
        Some(match joined {
            Ok((id, outcome)) => {
                let task = self.names.remove(&id).unwrap_or_default();
                outcome.map_err(|message| Failure { task, message, panicked: false })
            }
            Err(error) => {
                let task = self.names.remove(&error.id()).unwrap_or_default();
                if error.is_cancelled() {
                    Ok(())
                } else {
                    Err(Failure { task, message: panic_message(error), panicked: true })
                }
            }
        })
    }

    /// Waits for all to end, until `late` resolves at most; then aborts and joins the rest. Returns
    /// the failures, and the names of those that had to be aborted.
    pub async fn finish(mut self, late: impl Future<Output = ()>) -> (Vec<Failure>, Vec<String>) {
        let mut failures = Vec::new();
        let all = async {
            while let Some(ended) = self.next().await {
                failures.extend(ended.err());
            }
        };
        tokio::select! {
            biased;
            () = all => return (failures, Vec::new()),
            () = late => {}
        }
        let mut late: Vec<String> = self.names.values().cloned().collect();
        late.sort();
        self.running.shutdown().await;
        (failures, late)
    }
}

fn panic_message(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "cancelled".to_owned() };
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_seen_with_the_name_of_its_task() {
        let mut tasks = Tasks::default();
        tasks.spawn("fold", async { if true { panic!("no story") } else { Ok::<_, String>(()) } });
        let failure = tasks.next().await.unwrap().unwrap_err();
        assert_eq!(failure.to_string(), "fold panicked: no story");
        assert!(tasks.next().await.is_none());
    }

    #[tokio::test]
    async fn an_error_is_not_a_panic() {
        let mut tasks = Tasks::default();
        tasks.spawn("commit", async { Err("disk full") });
        let failure = tasks.next().await.unwrap().unwrap_err();
        assert_eq!(failure.to_string(), "commit failed: disk full");
        assert!(!failure.panicked);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_in_time_is_aborted_and_named() {
        let mut tasks = Tasks::default();
        tasks.spawn("quick", async { Ok::<_, String>(()) });
        tasks.spawn("stuck", std::future::pending::<Result<(), String>>());
        let deadline = tokio::time::sleep(std::time::Duration::from_secs(5));
        let (failures, late) = tasks.finish(deadline).await;
        assert!(failures.is_empty());
        assert_eq!(late, ["stuck"]);
    }

    #[tokio::test]
    async fn what_has_ended_is_not_late_however_little_it_is_waited_for() {
        let mut tasks = Tasks::default();
        tasks.spawn("quick", async { Err("no room") });
        tasks.spawn("stuck", std::future::pending::<Result<(), String>>());
        tokio::task::yield_now().await;
        let (failures, late) = tasks.finish(std::future::ready(())).await;
        assert_eq!(
            (failures[0].message.as_str(), &late[..]),
            ("no room", &["stuck".to_owned()][..])
        );
    }
}
