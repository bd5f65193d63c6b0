//! Reloads. The next configuration is read on its own thread, while the task handles commands.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyrouter_admin::{CommandError, ReloadReport};
use hyrouter_files::watch::{FileSet, Watch};
use tokio::time::Instant;

use super::candidate::{Candidate, CandidateRejection, read};
use super::command::Reply;
use super::job::{Job, Progress};
use super::task::Reconfigurer;
use crate::build::Assembler;

/// Maximum time to read files and compile plugins. A disk may hang.
const LOAD_TIMEOUT: Duration = Duration::from_mins(5);
/// Time between two attempts of the same refused configuration.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// A configuration and the assembler that made it.
type LoadResult = (Result<Candidate, CandidateRejection>, Assembler);

/// The reload in progress, and the senders that wait for it.
#[derive(Default)]
pub(super) struct PendingReload {
    /// At most one job. If it hangs, the next one waits for its end.
    pub(super) job: Option<Job<LoadResult>>,
    /// Fingerprints of the files just before they were read.
    before: Arc<OnceLock<FileSet>>,
    /// Mistakes of the refused configuration that is retried. They are not logged again.
    known: Option<Vec<String>>,
    replies: Vec<Reply<ReloadReport>>,
    /// Senders of reloads that came after the files were read. The files may have changed, so one more reload answers
    /// all.
    again: Option<Vec<Reply<ReloadReport>>>,
}

impl Reconfigurer {
    /// Reads the configuration and its files, and applies it if it is valid. Otherwise nothing changes.
    pub(super) fn reload(&mut self, reply: Option<Reply<ReloadReport>>) {
        // A rotated decision log is reopened even if the configuration is rejected.
        self.state.handler.sinks().reopen();
        // A signal waits for no answer.
        let reply = reply.filter(|reply| !reply.is_closed());
        match &self.pending.job {
            None => self.begin(None, reply.into_iter().collect()),
            Some(job) if job.is_overdue() => {
                if let Some(reply) = reply {
                    answer(reply, &Err(not_reloaded(vec![overdue()])));
                }
            }
            Some(_) => {
                let again = self.pending.again.get_or_insert_default();
                again.retain(|reply| !reply.is_closed());
                again.extend(reply);
            }
        }
    }

    /// Retries a refused configuration: its cause may be gone without a change of the watched files.
    pub(super) fn try_again(&mut self) {
        if let Some((at, before)) = &self.rejected
            && at.elapsed() >= RETRY_INTERVAL
        {
            self.begin(Some(before.clone()), Vec::new());
        }
    }

    fn begin(&mut self, known: Option<Vec<String>>, replies: Vec<Reply<ReloadReport>>) {
        let (state, origin) = (self.state.clone(), self.origin.clone());
        let mut assembler = self.assembler.clone();
        let files = self.watch.read().clone();
        let before = Arc::new(OnceLock::new());
        self.pending.before = Arc::clone(&before);
        self.pending.known = known;
        self.pending.replies = replies;
        let work = move || {
            // Before the read, so that a change during the read differs from these fingerprints and triggers a reload.
            let now = files.refresh();
            let _ = before.set(now.clone());
            let candidate = read(&state, &origin, &mut assembler, now);
            (candidate, assembler)
        };
        self.pending.job = Some(Job::begin(&self.services, LOAD_TIMEOUT, work));
    }

    /// Handles progress of the reload: the result, or an overdue read.
    pub(super) async fn loaded(&mut self, loaded: Progress<LoadResult>) {
        let result = match loaded {
            Progress::Done(Ok((Ok(candidate), assembler))) => {
                self.assembler = assembler;
                self.apply(candidate).await
            }
            Progress::Done(Ok((Err(CandidateRejection { mistakes, files }), assembler))) => {
                self.assembler = assembler;
                self.watch = Watch::from(files);
                Err(mistakes)
            }
            Progress::Done(Err(error)) => {
                self.same_files_rest();
                Err(vec![format!(
                    "reading the configuration or loading a plugin panicked: {error}"
                )])
            }
            Progress::Overdue => Err(vec![overdue()]),
            // Its requesters were answered when it was overdue, and its result may be outdated by now.
            Progress::Late => return self.same_files_rest(),
        };
        let is_overdue = self.pending.job.is_some();
        let known = self.pending.known.take();
        self.report(&result, known.as_deref());
        let result = result.map_err(not_reloaded);
        for reply in self.pending.replies.drain(..) {
            answer(reply, &result);
        }
        match self.pending.again.take() {
            // The hanging job still runs. A second one would block one more thread.
            Some(replies) if is_overdue => {
                for reply in replies {
                    answer(reply, &result);
                }
            }
            Some(replies) => self.begin(None, replies),
            None => {}
        }
    }

    /// Marks the current files as read, so that only a change of them triggers the next reload.
    fn same_files_rest(&mut self) {
        if let Some(before) = self.pending.before.get() {
            self.watch = Watch::from(before.clone());
        }
    }

    fn report(&mut self, result: &Result<ReloadReport, Vec<String>>, known: Option<&[String]>) {
        match result {
            Ok(reloaded) => {
                self.rejected = None;
                let waiting = &reloaded.restart_needed;
                if waiting.is_empty() {
                    tracing::info!("configuration reloaded");
                } else {
                    let keys = waiting.join(", ");
                    tracing::warn!(keys, "configuration reloaded; some keys need a restart");
                }
            }
            Err(mistakes) => {
                // An automatic retry with the same mistakes is not logged again.
                if known != Some(mistakes) {
                    for mistake in mistakes {
                        tracing::error!("configuration: {mistake}");
                    }
                    tracing::error!("reload failed; the previous configuration stays active");
                    self.state.history.failed(mistakes.clone());
                }
                self.rejected = Some((Instant::now(), mistakes.clone()));
            }
        }
    }
}

fn overdue() -> String {
    format!(
        "reading the configuration and loading plugins takes longer than {LOAD_TIMEOUT:?}; a file system may hang"
    )
}

fn not_reloaded(mistakes: Vec<String>) -> CommandError {
    CommandError::Failed {
        message: "reload failed; the previous configuration stays active".to_owned(),
        mistakes,
    }
}

/// Sends the result to the requester, which may have gone.
fn answer(reply: Reply<ReloadReport>, result: &Result<ReloadReport, CommandError>) {
    let _ = reply.send(result.clone());
}
