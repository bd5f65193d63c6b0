use hyrouter_admin::{CommandError, ReloadReport};

use crate::lifecycle::Phases;
use crate::reconfigure::{CommandSender, ReconfigureCommand, send};

/// Handle for commands to a running router.
#[derive(Debug, Clone)]
pub struct AppHandle {
    pub(crate) commands: CommandSender,
    pub(crate) phases: Phases,
}

impl AppHandle {
    /// Reloads the configuration, or changes nothing if it has mistakes.
    ///
    /// # Errors
    /// The configuration has mistakes, or the router has ended.
    pub async fn reload(&self) -> Result<ReloadReport, CommandError> {
        send(&self.commands, ReconfigureCommand::Reload).await
    }

    /// Drains and stops the router, as a shutdown does.
    pub fn drain(&self) {
        self.phases.drain();
    }
}
