//! Interface from the admin server to the router.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::access_refusal::AccessRefusal;
use crate::backends::{BackendsQuery, BackendsReport};
use crate::error::CommandError;
use crate::health::HealthReport;
use crate::recording::RecordingCommand;
use crate::status::{ReloadReport, RouterStatus};

/// Result of a command that takes time.
pub type CommandFuture<T> = Pin<Box<dyn Future<Output = Result<T, CommandError>> + Send>>;

/// Router that an admin server controls.
///
/// Functions that return no future must not block: they read counters and snapshots. [`live`](Self::live) and
/// [`ready`](Self::ready) are called on the thread of the listener, the others on the worker threads. A
/// [`CommandFuture`] is polled to completion even if the client disconnects, so that no command stops halfway.
pub trait AdminControl: Send + Sync + 'static {
    /// Returns the liveness of the process. It has a problem if a critical task has ended, which only a restart
    /// repairs.
    fn live(&self) -> HealthReport;

    /// Returns the readiness for players.
    fn ready(&self) -> HealthReport;

    /// Returns all metrics as `OpenMetrics` text, with its `# EOF`.
    fn metrics(&self) -> String;

    /// Returns the data of the status page.
    fn status(&self) -> RouterStatus;

    /// Returns one page of the list of backends.
    ///
    /// # Errors
    ///
    /// There is no such provider or route.
    fn backends(&self, query: &BackendsQuery) -> Result<BackendsReport, CommandError>;

    /// Returns at most `limit` of the latest decisions, newest first, with the same redaction as the log.
    fn decisions(&self, limit: usize) -> Vec<Value>;

    /// Explains the decision about a hypothetical player.
    fn explain(&self, question: Value) -> CommandFuture<Value>;

    /// Reloads the configuration. A configuration with mistakes is not applied.
    fn reload(&self) -> CommandFuture<ReloadReport>;

    /// Starts the shutdown, and returns without waiting for its end.
    ///
    /// # Errors
    /// Fails if the shutdown cannot start.
    fn drain(&self) -> Result<(), CommandError>;

    /// Stops (`drained`) or resumes referrals to the backend at `host:port`.
    fn drain_backend(&self, address: &str, drained: bool) -> CommandFuture<()>;

    /// Closes a route for maintenance; `None` opens it again.
    fn maintain(&self, route: &str, maintenance: Option<Value>) -> CommandFuture<()>;

    /// Starts to record the calls of a plugin as test cases.
    ///
    /// # Errors
    /// There is no such plugin, a recording of it is running, or a value of `command` is not valid.
    fn start_recording(&self, plugin: &str, command: RecordingCommand) -> Result<(), CommandError>;

    /// Returns the state of the recording of a plugin.
    ///
    /// # Errors
    /// There is no such plugin, or no recording of it.
    fn recording(&self, plugin: &str) -> Result<Value, CommandError>;

    /// Ends the recording of a plugin, deletes it, and returns its last state.
    ///
    /// # Errors
    /// There is no such plugin, or no recording of it.
    fn stop_recording(&self, plugin: &str) -> Result<Value, CommandError>;

    /// Counts a refused request. The admin server logs it.
    fn refused(&self, refused: AccessRefusal);

    /// Returns the log level or filter in effect.
    fn log_level(&self) -> String;

    /// Sets the log level or filter until the next restart.
    ///
    /// # Errors
    /// Fails if `level` is not a log level or filter.
    fn set_log_level(&self, level: &str) -> Result<(), CommandError>;
}
