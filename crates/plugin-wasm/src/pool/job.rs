//! One call on its way to an instance and back.

use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use hyrouter_plugin_api::PluginError;

use super::relay::WakeRelay;
use crate::plugin::MeasuredAnswer;

type CallResult = Result<MeasuredAnswer, PluginError>;

/// One call on its way to an instance. Dropping it without an answer ends the wait of its caller.
#[derive(Debug)]
pub(super) struct CallJob(Arc<Call>);

/// The receiving half of a [`CallJob`]. Dropping it cancels the call, unless an instance has taken it.
#[derive(Debug)]
pub(crate) struct QueuedCall(Arc<Call>);

/// State that both halves share. The caller drops it last, so that the memory returns to the thread that allocated it.
#[derive(Debug)]
struct Call {
    request: Vec<u8>,
    deadline: Instant,
    relay: Option<Arc<WakeRelay>>,
    state: Mutex<CallState>,
}

#[derive(Debug)]
struct CallState {
    has_begun: bool,
    progress: Progress,
}

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every call becomes an answer, and a box would be one more allocation"
)]
enum Progress {
    /// There is no answer yet. Has the waker of the caller once that waits.
    Open(Option<Waker>),
    /// The answer, or `None` if the call was not made.
    Answered(Option<CallResult>),
    /// The caller has the answer, or has left.
    Closed,
}

impl CallJob {
    pub(super) fn new(request: Vec<u8>, deadline: Instant) -> (Self, QueuedCall) {
        let call = Arc::new(Call {
            request,
            deadline,
            relay: WakeRelay::current(),
            state: Mutex::new(CallState {
                has_begun: false,
                progress: Progress::Open(None),
            }),
        });
        (Self(Arc::clone(&call)), QueuedCall(call))
    }

    pub(super) fn request(&self) -> &[u8] {
        &self.0.request
    }

    pub(super) fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// Marks the call as taken by an instance. Returns `false` if the caller has left.
    pub(super) fn begin(&self) -> bool {
        let mut state = self.0.lock();
        state.has_begun = true;
        matches!(state.progress, Progress::Open(_))
    }

    /// Delivers the answer.
    pub(super) fn answer(self, answer: CallResult) {
        self.0.finish(Some(answer));
    }
}

impl Drop for CallJob {
    fn drop(&mut self) {
        self.0.finish(None);
    }
}

impl QueuedCall {
    /// Waits for the answer. `None` if the call was not made.
    pub(crate) async fn answer(&mut self) -> Option<CallResult> {
        poll_fn(|context| self.0.poll(context)).await
    }

    /// Returns whether an instance has taken the call.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.lock().has_begun
    }
}

impl Drop for QueuedCall {
    fn drop(&mut self) {
        self.0.lock().progress = Progress::Closed;
    }
}

impl Call {
    fn finish(&self, answer: Option<CallResult>) {
        let mut state = self.lock();
        let Progress::Open(caller) = &mut state.progress else {
            return;
        };
        let caller = caller.take();
        state.progress = Progress::Answered(answer);
        drop(state);
        match (caller, &self.relay) {
            (Some(caller), Some(relay)) => relay.wake(caller),
            (Some(caller), None) => caller.wake(),
            (None, _) => {}
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<CallResult>> {
        let mut state = self.lock();
        if let Progress::Open(caller) = &mut state.progress {
            match caller {
                Some(caller) => caller.clone_from(context.waker()),
                None => *caller = Some(context.waker().clone()),
            }
            return Poll::Pending;
        }
        match mem::replace(&mut state.progress, Progress::Closed) {
            Progress::Answered(answer) => Poll::Ready(answer),
            Progress::Open(_) | Progress::Closed => Poll::Ready(None),
        }
    }

    fn lock(&self) -> MutexGuard<'_, CallState> {
        // Consistent after every statement under the lock, so a poisoned lock is usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use hyrouter_plugin_api::PluginError;
    use tokio::time::timeout;

    use super::{CallJob, QueuedCall};

    fn call() -> (CallJob, QueuedCall) {
        CallJob::new(b"{}".to_vec(), Instant::now())
    }

    #[tokio::test]
    async fn an_answer_is_received_once() {
        let (job, mut caller) = call();
        assert!(!caller.has_begun());
        assert!(job.begin());
        assert!(caller.has_begun());
        job.answer(Err(PluginError::Panic));
        assert_eq!(caller.answer().await, Some(Err(PluginError::Panic)));
        assert_eq!(caller.answer().await, None);
    }

    #[tokio::test]
    async fn a_caller_that_waits_is_woken() {
        for is_answered in [true, false] {
            let (job, mut caller) = call();
            let early = timeout(Duration::from_millis(1), caller.answer()).await;
            assert!(early.is_err());
            let worker = std::thread::spawn(move || {
                if is_answered {
                    job.answer(Err(PluginError::Panic));
                }
            });
            let answer = timeout(Duration::from_mins(1), caller.answer()).await;
            let expected = is_answered.then_some(Err(PluginError::Panic));
            assert_eq!(answer.unwrap(), expected);
            worker.join().unwrap();
        }
    }

    #[tokio::test]
    async fn a_caller_that_left_takes_no_answer() {
        let (job, caller) = call();
        drop(caller);
        assert!(!job.begin());
        job.answer(Err(PluginError::Panic));
    }
}
