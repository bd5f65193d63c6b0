//! One line a decision, appended to a file or written to standard output.

mod lines;
mod output;
mod patience;
mod worker;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use hyrouter_http_client::batch::DeliveryTally;

use self::output::Output;
use self::worker::{Message, Orders, Worker};
use crate::{Decision, DeliveryCounts, SinkError};

/// The most lines that may be asked to wait.
const MAX_QUEUE: usize = 1 << 20;
/// How long dropping a sink that was not closed waits for its last lines.
const DROP_WAIT: Duration = Duration::from_secs(1);

/// Where lines go, and how many may wait.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSettings {
    /// Where they go.
    pub target: Target,
    /// Decisions that may wait to be written, 1 to 1,048,576. Default 16,384: a second of a router that does as many,
    /// and about 8 MiB if nothing is written any more.
    pub queue: usize,
}

/// Where lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output of the process.
    Stdout,
    /// A file that is appended to, and made if it is not there; or a pipe with a name.
    File(PathBuf),
}

impl FileSettings {
    /// That target, and the default of the rest.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            queue: 16_384,
        }
    }
}

/// Writes decisions from a thread of its own. When the disk is slower than the players, lines are lost and counted.
///
/// A file that was moved away or removed is seen before the next lines are written, and made anew; [`Self::reopen`]
/// does so at once. The
/// reader of a pipe is waited for by that thread, which ends with the sink all the same.
#[derive(Debug)]
pub struct FileSink {
    queue: SyncSender<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    orders: Orders,
    tally: DeliveryTally,
    /// Closed when the thread has ended.
    ended: Mutex<Receiver<()>>,
}

impl FileSink {
    /// Opens the file and starts the thread.
    ///
    /// # Errors
    ///
    /// When the file can not be opened, or a setting is out of its range.
    pub fn open(settings: FileSettings) -> Result<Self, SinkError> {
        if !(1..=MAX_QUEUE).contains(&settings.queue) {
            return Err(SinkError::Setting {
                key: "queue",
                value: settings.queue,
                most: MAX_QUEUE,
            });
        }
        let output = Output::new(settings.target)?;
        let (queue, messages) = sync_channel(settings.queue);
        let (ending, ended) = sync_channel(0);
        let shared = Arc::new(Shared {
            orders: Orders::default(),
            tally: DeliveryTally::default(),
            ended: Mutex::new(ended),
        });
        let worker = Worker::new(messages, output, Arc::clone(&shared), ending);
        thread::Builder::new()
            .name("decisions".to_owned())
            .spawn(move || worker.run())
            .map_err(SinkError::Thread)?;
        Ok(Self { queue, shared })
    }

    /// Queues one, if there is room.
    pub fn record(&self, decision: Arc<Decision>) {
        let tally = &self.shared.tally;
        if !self.shared.orders.is_closing()
            && self.queue.try_send(Message::Decision(decision)).is_ok()
        {
            tally.accepted(1);
        } else {
            tally.not_accepted(1);
        }
    }

    /// Opens the file anew, soon: what `logrotate` asks for after it has moved it. If that fails, the old one is
    /// written on.
    pub fn reopen(&self) {
        self.shared.orders.reopen();
        self.wake();
    }

    /// Whether somebody writes. False when the thread that does has ended though nobody told it to, by a panic above all.
    pub fn is_at_work(&self) -> bool {
        if self.shared.orders.is_closing() {
            return true;
        }
        // Whoever holds the lock waits for the end.
        let Ok(ended) = self.shared.ended.try_lock() else {
            return true;
        };
        ended.try_recv() != Err(TryRecvError::Disconnected)
    }

    /// How it fares.
    pub fn counts(&self) -> DeliveryCounts {
        self.shared.tally.counts()
    }

    /// Writes what waits, and ends. What is not written within this time is lost and counted, and so is all that is
    /// recorded from now on. Whether all was written, or has failed, in time.
    pub async fn close(&self, timeout: Duration) -> bool {
        self.shared.orders.close();
        self.wake();
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.wait(timeout))
            .await
            .unwrap_or(false)
    }

    /// A full queue needs no waking.
    fn wake(&self) {
        let _ = self.queue.try_send(Message::Wake);
    }
}

impl Shared {
    fn wait(&self, timeout: Duration) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let in_time = ended.recv_timeout(timeout) != Err(RecvTimeoutError::Timeout);
        if !in_time {
            self.orders.abandon();
        }
        self.tally.give_up();
        in_time
    }
}

impl Drop for FileSink {
    /// Waits a second at most, and not at all after [`FileSink::close`].
    fn drop(&mut self) {
        if !self.shared.orders.is_closing() {
            self.shared.orders.close();
            self.wake();
            self.shared.wait(DROP_WAIT);
        }
    }
}
