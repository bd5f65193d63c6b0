//! The interface from the admin server to the router.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::access_refusal::AccessRefusal;
use crate::error::CommandError;
use crate::health::HealthReport;
use crate::status::{ReloadReport, RouterStatus};

/// The result of a command that takes a while.
pub type CommandFuture<T> = Pin<Box<dyn Future<Output = Result<T, CommandError>> + Send>>;

/// The router, as the admin listener sees it.
///
/// Functions without a future must not block: they read counters and snapshots. [`live`](Self::live) and
/// [`ready`](Self::ready) are called on the thread of the listener, the others on the threads of the workers. A
/// [`CommandFuture`] is polled to completion even if the caller disconnects, so that no command stops halfway.
pub trait AdminControl: Send + Sync + 'static {
    /// Returns whether the process works. It does not if a critical task has died, which only a restart mends.
    fn live(&self) -> HealthReport;

    /// Returns whether players should be sent here.
    fn ready(&self) -> HealthReport;

    /// Returns all metrics as `OpenMetrics` text, with its `# EOF`.
    fn metrics(&self) -> String;

    /// Returns the data of the status page.
    fn status(&self) -> RouterStatus;

    /// Returns at most `limit` of the latest decisions, newest first, redacted as the log is.
    fn decisions(&self, limit: usize) -> Vec<Value>;

    /// Explains what would be decided about a player.
    fn explain(&self, question: Value) -> CommandFuture<Value>;

    /// Reads the configuration again, and applies it if nothing is wrong with it.
    fn reload(&self) -> CommandFuture<ReloadReport>;

    /// Begins the shutdown, and does not wait for it.
    ///
    /// # Errors
    /// The shutdown cannot begin.
    fn drain(&self) -> Result<(), CommandError>;

    /// Stops (`drained`) or resumes referrals to the backend at `host:port`.
    fn drain_backend(&self, address: &str, drained: bool) -> CommandFuture<()>;

    /// Closes a route for maintenance; `None` opens it again.
    fn maintain(&self, route: &str, maintenance: Option<Value>) -> CommandFuture<()>;

    /// Counts a request that was refused. The admin server logs it.
    fn refused(&self, refused: AccessRefusal);

    /// Returns the log level or filter in effect.
    fn log_level(&self) -> String;

    /// Sets the log level or filter, until the next restart.
    ///
    /// # Errors
    /// `level` is not a log level or filter.
    fn set_log_level(&self, level: &str) -> Result<(), CommandError>;
}
