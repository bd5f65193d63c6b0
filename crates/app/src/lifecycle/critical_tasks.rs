//! Tasks that the router cannot do without.

use std::sync::{Arc, Mutex, PoisonError};

use hyrouter_admin::HealthProblem;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// Set of critical tasks. Records the tasks that have died.
#[derive(Debug, Clone, Default)]
pub(crate) struct CriticalTasks {
    dead: Arc<Mutex<Vec<&'static str>>>,
}

impl CriticalTasks {
    /// Runs a task that must not end. If it ends, usually by a panic, an error is logged and
    /// [`problems`](Self::problems) returns it.
    pub(crate) fn spawn(
        &self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        self.spawn_on(&Handle::current(), name, task)
    }

    /// Runs a task like [`spawn`](Self::spawn), on another runtime than the current one.
    pub(crate) fn spawn_on(
        &self,
        runtime: &Handle,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        let running = runtime.spawn(task);
        let handle = running.abort_handle();
        let dead = Arc::clone(&self.dead);
        runtime.spawn(async move {
            match running.await {
                // Aborted at shutdown, which is not a failure.
                Err(error) if error.is_cancelled() => {}
                ended => {
                    let why = ended
                        .err()
                        .map_or_else(|| "it returned".to_owned(), |error| error.to_string());
                    tracing::error!(task = name, why, "critical task died; restart the router");
                    let mut dead = dead.lock().unwrap_or_else(PoisonError::into_inner);
                    dead.push(name);
                }
            }
        });
        handle
    }

    /// Returns a problem for each task that has died.
    pub(crate) fn problems(&self) -> Vec<HealthProblem> {
        let dead = self.dead.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = |name: &&'static str| HealthProblem {
            part: (*name).to_owned(),
            problem: "this task has died; restart the router".to_owned(),
        };
        dead.iter().map(problem).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn until_dead(critical_tasks: &CriticalTasks) -> Vec<String> {
        while critical_tasks.problems().is_empty() {
            tokio::task::yield_now().await;
        }
        let problems = critical_tasks.problems().into_iter();
        problems.map(|problem| problem.part).collect()
    }

    #[tokio::test]
    async fn a_panic_and_an_end_are_told_of() {
        for task in [true, false] {
            let critical_tasks = CriticalTasks::default();
            assert_eq!(critical_tasks.problems(), []);
            critical_tasks.spawn("keeper", async move {
                assert!(task, "a task that panics");
            });
            assert_eq!(until_dead(&critical_tasks).await, ["keeper"]);
        }
    }

    #[tokio::test]
    async fn what_is_taken_away_is_not_missed() {
        let critical_tasks = CriticalTasks::default();
        let task = critical_tasks.spawn("keeper", std::future::pending());
        task.abort();
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
        critical_tasks.spawn("other", async {});
        assert_eq!(until_dead(&critical_tasks).await, ["other"]);
    }
}
