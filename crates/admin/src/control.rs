//! What the listener asks the router.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::access_refusal::AccessRefusal;
use crate::error::CommandError;
use crate::health::HealthReport;
use crate::status::{ReloadReport, RouterStatus};

/// What a command comes to, later.
pub type CommandFuture<T> = Pin<Box<dyn Future<Output = Result<T, CommandError>> + Send>>;

/// The router, as the admin listener sees it.
///
/// The functions that answer at once read counters and snapshots, and wait for nobody. `live` and `ready` are called on
/// the thread of the listener, the others on those of the workers. What takes a while returns an [`CommandFuture`]. It is driven to its end even when whoever asked has
/// gone, so that a command is never done by half.
pub trait AdminControl: Send + Sync + 'static {
    /// Whether the process works at all: it fails when a supervised task has died, and a restart is the remedy.
    fn live(&self) -> HealthReport;

    /// Whether players should be sent here.
    fn ready(&self) -> HealthReport;

    /// All metrics as `OpenMetrics` text, with its `# EOF`.
    fn metrics(&self) -> String;

    /// What the status page shows.
    fn status(&self) -> RouterStatus;

    /// At most `limit` of the latest decisions, newest first, redacted as the log is.
    fn decisions(&self, limit: usize) -> Vec<Value>;

    /// What would be decided about a player, and why.
    fn explain(&self, question: Value) -> CommandFuture<Value>;

    /// Reads the configuration again, and takes it if nothing is wrong with it.
    fn reload(&self) -> CommandFuture<ReloadReport>;

    /// Begins the shutdown, and does not wait for it.
    fn drain(&self) -> Result<(), CommandError>;

    /// Stops (`drained`) or resumes the sending of players to the backend at `host:port`.
    fn drain_backend(&self, address: &str, drained: bool) -> CommandFuture<()>;

    /// Closes a route for maintenance; `None` opens it again.
    fn maintain(&self, route: &str, maintenance: Option<Value>) -> CommandFuture<()>;

    /// Counts a request that was refused. The listener logs it.
    fn refused(&self, refused: AccessRefusal);

    /// The log level or filter in effect.
    fn log_level(&self) -> String;

    /// Sets the log level or filter, until the next restart.
    fn set_log_level(&self, level: &str) -> Result<(), CommandError>;
}
