//! Changes of a running router: reloads, drained backends, maintenance.

mod apply;
mod candidate;
mod command;
mod commands;
mod history;
mod job;
mod overrides;
mod rediscover;
mod reload;
mod restart_only;
mod task;

pub(crate) use self::command::{COMMAND_QUEUE, CommandSender, ReconfigureCommand, Reply, send};
pub(crate) use self::history::ReloadHistory;
pub(crate) use self::overrides::Overrides;
pub(crate) use self::task::{Active, AppState, Reconfigurer};
