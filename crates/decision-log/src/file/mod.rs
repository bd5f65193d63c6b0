//! One line per decision, appended to a file or written to standard output.

mod lines;
mod output;
mod pipe;
mod writer;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use hyrouter_http_client::batch::DeliveryTally;

use self::output::LogOutput;
use self::writer::{FileWriter, WriterControl, WriterMessage};
use crate::{DecisionLine, DeliveryCounts, MAX_QUEUE, SinkError};

/// Maximum time that dropping an open sink waits for its last lines.
const DROP_WAIT: Duration = Duration::from_secs(1);

/// Target of lines, and the number of lines that can wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSinkOptions {
    target: FileTarget,
    queue: usize,
}

/// Target of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileTarget {
    /// Standard output of the process.
    Stdout,
    /// A file that is appended to, and created if it does not exist; or a named pipe.
    File(PathBuf),
}

impl FileSinkOptions {
    /// Returns the defaults for this target.
    pub fn new(target: FileTarget) -> Self {
        Self {
            target,
            queue: 16_384,
        }
    }

    /// Sets the maximum number of waiting decisions, 1 to 1,000,000. Default 16,384: 1 second of a router with as many
    /// decisions per second, and at most about 8 MiB.
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }
}

/// Writes decisions from its own thread. If the disk is slower than the decisions, lines are lost and counted.
///
/// If the file was moved or removed, it is created again before the next lines are written;
/// [`Self::reopen`] does so at once. The thread waits for the reader of a pipe, but always ends with the sink.
#[derive(Debug)]
pub struct FileSink {
    queue: SyncSender<WriterMessage>,
    shared: Arc<SinkState>,
}

#[derive(Debug)]
struct SinkState {
    control: WriterControl,
    tally: DeliveryTally,
    /// Closed when the thread has ended.
    ended: Mutex<Receiver<()>>,
}

impl FileSink {
    /// Opens the file and starts the thread.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened, or an option is out of its range.
    pub fn open(options: FileSinkOptions) -> Result<Self, SinkError> {
        if !(1..=MAX_QUEUE).contains(&options.queue) {
            return Err(SinkError::Setting {
                key: "queue",
                value: options.queue,
                most: MAX_QUEUE,
            });
        }
        let output = LogOutput::new(options.target)?;
        let (queue, messages) = sync_channel(options.queue);
        let (ending, ended) = sync_channel(0);
        let shared = Arc::new(SinkState {
            control: WriterControl::default(),
            tally: DeliveryTally::default(),
            ended: Mutex::new(ended),
        });
        let writer = FileWriter::new(messages, output, Arc::clone(&shared), ending);
        thread::Builder::new()
            .name("decisions".to_owned())
            .spawn(move || writer.run())
            .map_err(SinkError::Thread)?;
        Ok(Self { queue, shared })
    }

    /// Queues a line if there is room.
    pub fn record(&self, line: DecisionLine) {
        let tally = &self.shared.tally;
        if !self.shared.control.is_closing()
            && self.queue.try_send(WriterMessage::Line(line)).is_ok()
        {
            tally.accepted(1);
        } else {
            tally.not_accepted(1);
        }
    }

    /// Requests that the thread reopen the file, which `logrotate` needs after it moved the file. If that fails, the old
    /// file stays in use.
    pub fn reopen(&self) {
        self.shared.control.reopen();
        self.wake();
    }

    /// Returns whether the thread runs. `false` before the sink is closed means that the thread panicked.
    pub fn is_running(&self) -> bool {
        if self.shared.control.is_closing() {
            return true;
        }
        // A thread in `close` holds the lock while it waits.
        let Ok(ended) = self.shared.ended.try_lock() else {
            return true;
        };
        ended.try_recv() != Err(TryRecvError::Disconnected)
    }

    /// Returns the numbers of sent, lost and failed decisions.
    pub fn counts(&self) -> DeliveryCounts {
        self.shared.tally.counts()
    }

    /// Writes the waiting decisions, then ends. Decisions that are not written within this time are counted as lost, and
    /// so are all that are recorded from now on. Returns `true` if all were written,
    /// or failed, in time.
    pub async fn close(&self, timeout: Duration) -> bool {
        self.shared.control.close();
        self.wake();
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.wait(timeout))
            .await
            .unwrap_or(false)
    }

    /// Wakes the thread. A full queue wakes it without a message.
    fn wake(&self) {
        let _ = self.queue.try_send(WriterMessage::Wake);
    }
}

impl SinkState {
    fn wait(&self, timeout: Duration) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let in_time = ended.recv_timeout(timeout) != Err(RecvTimeoutError::Timeout);
        if !in_time {
            self.control.abandon();
        }
        self.tally.give_up();
        in_time
    }
}

impl Drop for FileSink {
    /// Waits for the thread at most a second, and not at all after [`FileSink::close`].
    fn drop(&mut self) {
        if !self.shared.control.is_closing() {
            self.shared.control.close();
            self.wake();
            self.shared.wait(DROP_WAIT);
        }
    }
}
