//! One call on its way to an instance and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use hyrouter_plugin_api::PluginError;
use tokio::sync::oneshot;

use crate::plugin::MeasuredAnswer;

type CallResult = Result<MeasuredAnswer, PluginError>;

/// One call on its way to an instance.
pub(super) struct CallJob {
    pub(super) request: Vec<u8>,
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<CallResult>,
    pub(super) begun: Arc<AtomicBool>,
}

impl CallJob {
    pub(super) fn new(request: Vec<u8>, deadline: Instant) -> (Self, QueuedCall) {
        let (reply, answer) = oneshot::channel();
        let begun = Arc::<AtomicBool>::default();
        let pending = QueuedCall {
            answer,
            begun: Arc::clone(&begun),
        };
        let job = Self {
            request,
            deadline,
            reply,
            begun,
        };
        (job, pending)
    }
}

/// The receiving half of a [`CallJob`].
pub(crate) struct QueuedCall {
    pub(crate) answer: oneshot::Receiver<CallResult>,
    begun: Arc<AtomicBool>,
}

impl QueuedCall {
    /// Returns whether an instance has taken the call.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}
