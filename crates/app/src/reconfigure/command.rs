use hyrouter_admin::{CommandError, ReloadReport};
use tokio::sync::{mpsc, oneshot};

/// Maximum number of waiting commands.
pub(crate) const COMMAND_QUEUE: usize = 64;

/// A command of an operator, with the receiver of its result.
#[derive(Debug)]
pub(crate) enum ReconfigureCommand {
    Reload(Reply<ReloadReport>),
    DrainBackend {
        address: String,
        drained: bool,
        reply: Reply<()>,
    },
    Maintain {
        route: String,
        maintenance: Option<serde_json::Value>,
        reply: Reply<()>,
    },
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, CommandError>>;

/// Sender of commands to the task.
pub(crate) type CommandSender = mpsc::Sender<ReconfigureCommand>;

/// Sends a command, and waits for its result.
pub(crate) async fn send<T>(
    commands: &CommandSender,
    make: impl FnOnce(Reply<T>) -> ReconfigureCommand,
) -> Result<T, CommandError> {
    let (reply, answer) = oneshot::channel();
    commands
        .try_send(make(reply))
        .map_err(|_| CommandError::failed("too many commands wait; try again"))?;
    answer
        .await
        .map_err(|_| CommandError::failed("the command failed; see the router's log"))?
}
