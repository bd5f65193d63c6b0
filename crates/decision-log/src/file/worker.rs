//! The thread that writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use super::Shared;
use super::output::Output;
use super::patience::Pauses;
use crate::Decision;
use crate::notice::{LossNotice, Notice};

/// Bytes that are written in one go. A queue that has less is written at once.
const BATCH: usize = 64 * 1024;

#[derive(Debug)]
pub(super) enum Message {
    Decision(Arc<Decision>),
    /// There are orders.
    Wake,
}

/// What the thread is asked to do. The queue may be full, so this is said beside it.
#[derive(Debug, Default)]
pub(super) struct Orders {
    reopen: AtomicBool,
    close: AtomicBool,
    abandon: AtomicBool,
}

impl Orders {
    pub(super) fn reopen(&self) {
        self.reopen.store(true, Ordering::Release);
    }

    pub(super) fn close(&self) {
        self.close.store(true, Ordering::Release);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.close.load(Ordering::Acquire)
    }

    /// What waits is not to be written any more.
    pub(super) fn abandon(&self) {
        self.abandon.store(true, Ordering::Release);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.abandon.load(Ordering::Acquire)
    }
}

pub(super) struct Worker {
    messages: Receiver<Message>,
    output: Output,
    shared: Arc<Shared>,
    /// Whole lines that are to be written, and how many.
    lines: Vec<u8>,
    count: u64,
    failures: Notice,
    losses: LossNotice,
    /// Dropped last, so that who waits for it sees everything done.
    _ending: SyncSender<()>,
}

impl Worker {
    pub(super) fn new(
        messages: Receiver<Message>,
        output: Output,
        shared: Arc<Shared>,
        ending: SyncSender<()>,
    ) -> Self {
        Self {
            messages,
            output,
            shared,
            lines: Vec::with_capacity(BATCH),
            count: 0,
            failures: Notice::default(),
            losses: LossNotice::default(),
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
                // Read before the queue is found empty: what came before the order is written.
                let is_closing = self.shared.orders.is_closing();
                self.fill();
                if self.shared.orders.is_abandoned() {
                    return;
                }
                if self.shared.orders.reopen.swap(false, Ordering::AcqRel) {
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
            self.tell_losses(Instant::now());
            if !pauses.wait(&self.shared.orders) {
                return false;
            }
        }
        true
    }

    fn tell_losses(&mut self, now: Instant) {
        let lost = self.shared.tally.counts().lost;
        self.losses.tell("file", lost, now);
    }

    /// Takes what is in the queue, as much as is written in one go.
    fn fill(&mut self) {
        while self.lines.len() < BATCH {
            let Ok(message) = self.messages.try_recv() else {
                return;
            };
            self.take(message);
        }
    }

    fn take(&mut self, message: Message) {
        let Message::Decision(decision) = message else {
            return;
        };
        let before = self.lines.len();
        if serde_json::to_writer(&mut self.lines, &decision).is_ok() {
            self.lines.push(b'\n');
            self.count += 1;
        } else {
            self.lines.truncate(before);
            self.shared.tally.failed(1);
        }
    }

    fn write(&mut self) {
        let now = Instant::now();
        let written = self.output.write(&self.lines, &self.shared.orders);
        if self.shared.orders.is_abandoned() {
            // All of them were counted as lost.
            return;
        }
        let failed = self.count.saturating_sub(written.lines);
        self.shared.tally.sent(written.lines);
        self.shared.tally.failed(failed);
        if let Some(error) = written.error
            && self.failures.is_due(now)
        {
            let target = self.output.name();
            tracing::warn!(target_file = %target, %error, failed, "decisions can not be written");
        }
        self.tell_losses(now);
        self.lines.clear();
        self.count = 0;
    }
}
