//! What the listener asks the router.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::error::CommandError;
use crate::health::Health;
use crate::refused::AccessRefused;
use crate::status::{Reloaded, Status};

/// What a command comes to, later.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, CommandError>> + Send>>;

/// The router, as the admin listener sees it.
///
/// The functions that answer at once read counters and snapshots, and wait for nobody. `live` and `ready` are called on
/// the thread of the listener, the others on those of the workers. What takes a while returns an [`Answer`]. It is driven to its end even when whoever asked has
/// gone, so that a command is never done by half.
pub trait Control: Send + Sync + 'static {
    /// Whether the process works at all: it fails when a supervised task has died, and a restart is the remedy.
    fn live(&self) -> Health;

    /// Whether players should be sent here.
    fn ready(&self) -> Health;

    /// All metrics as `OpenMetrics` text, with its `# EOF`.
    fn metrics(&self) -> String;

    /// What the status page shows.
    fn status(&self) -> Status;

    /// At most `limit` of the latest decisions, newest first, redacted as the log is.
    fn decisions(&self, limit: usize) -> Vec<Value>;

    /// What would be decided about a player, and why.
    fn explain(&self, question: Value) -> Answer<Value>;

    /// Reads the configuration again, and takes it if nothing is wrong with it.
    fn reload(&self) -> Answer<Reloaded>;

    /// Begins the shutdown, and does not wait for it.
    fn drain(&self) -> Result<(), CommandError>;

    /// Stops (`drained`) or resumes the sending of players to the backend at `host:port`.
    fn drain_backend(&self, address: &str, drained: bool) -> Answer<()>;

    /// Closes a route for maintenance; `None` opens it again.
    fn maintain(&self, route: &str, maintenance: Option<Value>) -> Answer<()>;

    /// Counts a request that was refused. The listener logs it.
    fn refused(&self, refused: AccessRefused);

    /// The log level or filter in effect.
    fn log_level(&self) -> String;

    /// Sets the log level or filter, until the next restart.
    fn set_log_level(&self, level: &str) -> Result<(), CommandError>;
}
