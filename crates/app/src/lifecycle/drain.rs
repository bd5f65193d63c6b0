//! Serves players until somebody asks for an end, and ends well.

use hyrouter_proxy::{Server, ServerError};
use tokio::sync::oneshot;

use crate::handler::SwappableHandler;
use crate::lifecycle::Phases;
use crate::lifecycle::{Signal, Signals};
use crate::reconfigure::{Command, CommandSender, Running};

/// How a router ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All were answered.
    Drained,
    /// A second signal came before that.
    Interrupted,
    /// It could not go on.
    Failed,
}

pub(crate) async fn serve(
    server: Server<SwappableHandler>,
    signals: &mut Signals,
    phases: &Phases,
    running: &Running,
    commands: &CommandSender,
) -> Ended {
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = server.run(async {
        let _ = stopped.await;
    });
    tokio::pin!(serving);
    let mut end = LastSignal::default();
    loop {
        tokio::select! {
            ended = &mut serving => return outcome(ended),
            asked = signals.next() => match asked {
                Signal::Reload => reload(commands),
                Signal::Shutdown(signal) => {
                    end.asked = true;
                    tracing::info!(signal, "answering those in flight, then leaving; once more ends at once");
                    break;
                }
            },
            () = phases.draining() => {
                tracing::info!("drain: answering those in flight, then leaving");
                break;
            }
        }
    }
    // Load balancers are told before anybody is turned away.
    phases.drain();
    let delay = running.active.load().assembly.settings.shutdown.delay;
    if !delay.is_zero() {
        tracing::info!(
            ?delay,
            "not ready any more; serving on until load balancers have noticed"
        );
    }
    tokio::select! {
        ended = &mut serving => return outcome(ended),
        () = tokio::time::sleep(delay) => {}
        signal = end.once_more(signals) => return interrupted(signal),
    }
    let _ = stop.send(());
    tokio::select! {
        ended = serving => outcome(ended),
        signal = end.once_more(signals) => interrupted(signal),
    }
}

/// Whether a signal has asked for the end, since only another one ends at once: what commands a drain over HTTP is
/// followed by the service manager's own SIGTERM.
#[derive(Debug, Default)]
struct LastSignal {
    asked: bool,
}

impl LastSignal {
    /// Waits for a signal after the first one, and says which it was.
    async fn once_more(&mut self, signals: &mut Signals) -> &'static str {
        loop {
            let signal = signals.end().await;
            if self.asked {
                return signal;
            }
            self.asked = true;
            tracing::info!(
                signal,
                "already answering those in flight; once more ends at once"
            );
        }
    }
}

fn reload(commands: &CommandSender) {
    tracing::info!(signal = "SIGHUP", "reading the configuration again");
    // Whether it worked the log tells.
    let (reply, _) = oneshot::channel();
    if commands.try_send(Command::Reload(reply)).is_err() {
        tracing::warn!("too many commands wait; the configuration is not read again");
    }
}

fn interrupted(signal: &'static str) -> Ended {
    tracing::warn!(signal, "leaving at once");
    Ended::Interrupted
}

fn outcome(ended: Result<(), ServerError>) -> Ended {
    match ended {
        Ok(()) => {
            tracing::info!("all answered, goodbye");
            Ended::Drained
        }
        Err(error) => {
            tracing::error!(%error, "stopped");
            Ended::Failed
        }
    }
}
