//! Serves players until a shutdown is asked for, and answers the connections in progress.

use std::sync::Arc;

use arc_swap::ArcSwap;
use hyrouter_proxy::{Server, ServerError};
use tokio::sync::oneshot;

use super::phase::Phases;
use super::signals::{Signal, SignalSource};
use crate::error::AppError;
use crate::handler::SwappableHandler;
use crate::reconfigure::{Active, CommandSender, ReconfigureCommand};

/// Outcome of a requested shutdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    /// All connections in progress were answered, or `shutdown.timeout` was over.
    Drained,
    /// Another signal came before that.
    Interrupted,
}

/// Dependencies of the shutdown.
pub(crate) struct Drain {
    pub(crate) phases: Phases,
    pub(crate) commands: CommandSender,
    pub(crate) active: Arc<ArcSwap<Active>>,
}

impl Drain {
    /// Runs the entrypoint from its start to its last answer.
    pub(crate) async fn serve(
        self,
        server: Server<SwappableHandler>,
        signals: impl SignalSource,
    ) -> Result<Termination, AppError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server.run(async {
            let _ = stopped.await;
        });
        tokio::pin!(serving);
        let mut shutdowns = Shutdowns {
            signals,
            has_one: false,
        };
        loop {
            tokio::select! {
                ended = &mut serving => return outcome(ended),
                signal = shutdowns.signals.next() => match signal {
                    Signal::Reload => self.reload(),
                    Signal::Shutdown(signal) => {
                        shutdowns.has_one = true;
                        tracing::info!(signal, "answering those in flight, then leaving; once more ends at once");
                        break;
                    }
                },
                () = self.phases.draining() => {
                    tracing::info!("drain: answering those in flight, then leaving");
                    break;
                }
            }
        }
        // Load balancers notice before anybody is refused.
        self.phases.drain();
        let delay = self.active.load().assembly.settings.shutdown.delay;
        if !delay.is_zero() {
            tracing::info!(
                ?delay,
                "not ready any more; serving on until load balancers have noticed"
            );
        }
        tokio::select! {
            ended = &mut serving => return outcome(ended),
            () = tokio::time::sleep(delay) => {}
            signal = shutdowns.another() => return Ok(interrupted(signal)),
        }
        let _ = stop.send(());
        tokio::select! {
            ended = serving => outcome(ended),
            signal = shutdowns.another() => Ok(interrupted(signal)),
        }
    }

    fn reload(&self) {
        tracing::info!(signal = "SIGHUP", "reading the configuration again");
        // The log has the result.
        let (reply, _) = oneshot::channel();
        if self
            .commands
            .try_send(ReconfigureCommand::Reload(reply))
            .is_err()
        {
            tracing::warn!("too many commands wait; the configuration is not read again");
        }
    }
}

/// Signals, and whether one has asked for the shutdown. Only another one ends at once: a drain over HTTP is followed by
/// the service manager's own SIGTERM.
struct Shutdowns<S> {
    signals: S,
    has_one: bool,
}

impl<S: SignalSource> Shutdowns<S> {
    /// Waits for a shutdown after the first one, and returns its name.
    async fn another(&mut self) -> &'static str {
        loop {
            let Signal::Shutdown(signal) = self.signals.next().await else {
                continue;
            };
            if self.has_one {
                return signal;
            }
            self.has_one = true;
            tracing::info!(
                signal,
                "already answering those in flight; once more ends at once"
            );
        }
    }
}

fn interrupted(signal: &'static str) -> Termination {
    tracing::warn!(signal, "leaving at once");
    Termination::Interrupted
}

fn outcome(ended: Result<(), ServerError>) -> Result<Termination, AppError> {
    match ended {
        Ok(()) => {
            tracing::info!("all answered, goodbye");
            Ok(Termination::Drained)
        }
        Err(error) => {
            tracing::error!(%error, "stopped");
            Err(AppError::Stopped(error))
        }
    }
}
