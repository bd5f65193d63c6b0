use hyrouter_admin::{CommandError, ReloadReport};

use crate::lifecycle::Phases;
use crate::reconfigure::{CommandSender, ReconfigureCommand, send};

/// Commands to a router that runs.
#[derive(Debug, Clone)]
pub struct AppHandle {
    pub(crate) commands: CommandSender,
    pub(crate) phases: Phases,
}

impl AppHandle {
    /// Reads the configuration again and applies it, or changes nothing.
    ///
    /// # Errors
    /// The configuration has mistakes, or the router has ended.
    pub async fn reload(&self) -> Result<ReloadReport, CommandError> {
        send(&self.commands, ReconfigureCommand::Reload).await
    }

    /// Ends the router after the connections in progress, as a shutdown does.
    pub fn drain(&self) {
        self.phases.drain();
    }
}
