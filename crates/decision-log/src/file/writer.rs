//! The thread that writes decisions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use hyrouter_http_client::batch::WarningInterval;

use super::SinkState;
use super::output::LogOutput;
use super::pipe::Pauses;
use crate::DecisionLine;
use crate::losses::LossWarning;

/// Number of bytes from which on lines are written before more are taken from the queue.
const BATCH: usize = 64 * 1024;

#[derive(Debug)]
pub(super) enum WriterMessage {
    Line(DecisionLine),
    /// [`WriterControl`] has changed.
    Wake,
}

/// Requests to the thread. They are not messages, because the queue may be full.
///
/// `Release` and `Acquire`: a thread that reads a flag finds the lines that were queued before the flag was set.
#[derive(Debug, Default)]
pub(super) struct WriterControl {
    reopen: AtomicBool,
    close: AtomicBool,
    abandon: AtomicBool,
}

impl WriterControl {
    pub(super) fn reopen(&self) {
        self.reopen.store(true, Ordering::Release);
    }

    pub(super) fn close(&self) {
        self.close.store(true, Ordering::Release);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.close.load(Ordering::Acquire)
    }

    /// Drops the waiting lines.
    pub(super) fn abandon(&self) {
        self.abandon.store(true, Ordering::Release);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.abandon.load(Ordering::Acquire)
    }
}

pub(super) struct FileWriter {
    messages: Receiver<WriterMessage>,
    output: LogOutput,
    shared: Arc<SinkState>,
    /// Complete lines to be written.
    lines: Vec<u8>,
    count: u64,
    failures: WarningInterval,
    losses: LossWarning,
    /// Dropped last, so that all work is done when the waiting thread wakes.
    _ending: SyncSender<()>,
}

impl FileWriter {
    pub(super) fn new(
        messages: Receiver<WriterMessage>,
        output: LogOutput,
        shared: Arc<SinkState>,
        ending: SyncSender<()>,
    ) -> Self {
        Self {
            messages,
            output,
            shared,
            lines: Vec::with_capacity(BATCH),
            count: 0,
            failures: WarningInterval::default(),
            losses: LossWarning::default(),
            _ending: ending,
        }
    }

    pub(super) fn run(mut self) {
        if !self.wait_for_reader() {
            return;
        }
        while let Ok(message) = self.messages.recv() {
            self.take(message);
            loop {
                // Read before the queue is found empty, so that all lines from before the close are written.
                let is_closing = self.shared.control.is_closing();
                self.fill();
                if self.shared.control.is_abandoned() {
                    return;
                }
                if self.shared.control.reopen.swap(false, Ordering::AcqRel) {
                    self.output.reopen();
                }
                let is_empty = self.lines.is_empty();
                self.write();
                if is_empty && is_closing {
                    return;
                }
                if is_empty {
                    break;
                }
            }
        }
    }

    /// Waits until a pipe has a reader, while the queue fills. Returns whether there is one.
    fn wait_for_reader(&mut self) -> bool {
        let mut pauses = Pauses::default();
        while self.output.lacks_reader() {
            self.report_losses(Instant::now());
            if !pauses.wait(&self.shared.control) {
                return false;
            }
        }
        true
    }

    fn report_losses(&mut self, now: Instant) {
        let lost = self.shared.tally.counts().lost;
        self.losses.report("file", lost, now);
    }

    /// Takes lines from the queue, up to the size of one write.
    fn fill(&mut self) {
        while self.lines.len() < BATCH {
            let Ok(message) = self.messages.try_recv() else {
                return;
            };
            self.take(message);
        }
    }

    fn take(&mut self, message: WriterMessage) {
        if let WriterMessage::Line(line) = message {
            self.lines.extend_from_slice(line.as_str().as_bytes());
            self.lines.push(b'\n');
            self.count += 1;
        }
    }

    fn write(&mut self) {
        let now = Instant::now();
        let written = self.output.write(&self.lines, &self.shared.control);
        if self.shared.control.is_abandoned() {
            // These lines were counted as lost.
            return;
        }
        let failed = self.count.saturating_sub(written.lines);
        self.shared.tally.sent(written.lines);
        self.shared.tally.failed(failed);
        if let Some(error) = written.error
            && self.failures.is_due(now)
        {
            let target = self.output.name();
            tracing::warn!(target_file = %target, %error, failed, "decisions not written");
        }
        self.report_losses(now);
        self.lines.clear();
        self.count = 0;
    }
}
