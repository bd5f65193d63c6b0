//! Work that may hang, on its own thread.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};

/// Work that may hang since it reads files. Keep at most one job of a kind, so that a hanging file system blocks one
/// thread and not one more with each attempt.
pub(super) struct Job<T> {
    task: JoinHandle<T>,
    deadline: Instant,
    overdue: bool,
}

/// Progress of a job.
pub(super) enum Progress<T> {
    /// The job is done, or has panicked.
    Done(Result<T, JoinError>),
    /// The job exceeded its time and continues. Reported once.
    Overdue,
    /// The job finished after it was overdue. Its result is dropped.
    Late,
}

impl<T: Send + 'static> Job<T> {
    /// Starts a job on a thread for blocking work.
    pub(super) fn begin(
        runtime: &Handle,
        longest: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Self {
        Self {
            task: runtime.spawn_blocking(work),
            deadline: Instant::now() + longest,
            overdue: false,
        }
    }

    /// Returns whether the job exceeded its time.
    pub(super) fn is_overdue(&self) -> bool {
        self.overdue
    }

    /// Waits for progress of the job; without a job, never returns. Cancel-safe. A finished job is removed.
    pub(super) async fn progress(job: &mut Option<Self>) -> Progress<T> {
        let Some(this) = job else {
            return std::future::pending().await;
        };
        let ended = if this.overdue {
            let _ = (&mut this.task).await;
            Progress::Late
        } else if let Ok(done) = timeout_at(this.deadline, &mut this.task).await {
            Progress::Done(done)
        } else {
            this.overdue = true;
            return Progress::Overdue;
        };
        *job = None;
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_that_hangs_is_told_of_once_and_done_later() {
        let (free, freed) = std::sync::mpsc::sync_channel::<()>(1);
        let work = move || freed.recv().is_ok();
        let mut job = Some(Job::begin(
            &Handle::current(),
            Duration::from_secs(10),
            work,
        ));
        // A blocking task holds paused time still, so it is moved by hand.
        tokio::time::advance(Duration::from_secs(11)).await;
        assert!(matches!(Job::progress(&mut job).await, Progress::Overdue));
        assert!(job.as_ref().unwrap().is_overdue());
        free.send(()).unwrap();
        assert!(matches!(Job::progress(&mut job).await, Progress::Late));
        assert!(job.is_none());
    }

    #[tokio::test]
    async fn a_panic_is_told_of() {
        let work = || assert_eq!(1, 2);
        let mut job = Some(Job::begin(&Handle::current(), Duration::from_mins(1), work));
        assert!(matches!(
            Job::progress(&mut job).await,
            Progress::Done(Err(_))
        ));
    }
}
