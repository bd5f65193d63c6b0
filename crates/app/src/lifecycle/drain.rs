//! Serves players until a shutdown is requested, then answers the connections in progress.

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
    /// All connections in progress were answered, or `shutdown.timeout` elapsed.
    Drained,
    /// A second signal interrupted the drain.
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
                        tracing::info!(signal, "draining: finishing connections in progress; a second signal ends at once");
                        break;
                    }
                },
                () = self.phases.draining() => {
                    tracing::info!("draining: finishing connections in progress");
                    break;
                }
            }
        }
        // Load balancers see `/readyz` fail before the first client is refused.
        self.phases.drain();
        let delay = self.active.load().assembly.settings.shutdown.delay;
        if !delay.is_zero() {
            tracing::info!(
                ?delay,
                "not ready; accepting connections until load balancers have noticed"
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
        tracing::info!(signal = "SIGHUP", "reloading the configuration");
        // Without a reply: the task logs the result.
        let (reply, _) = oneshot::channel();
        if self
            .commands
            .try_send(ReconfigureCommand::Reload(reply))
            .is_err()
        {
            tracing::warn!("reload dropped; too many commands wait");
        }
    }
}

/// Signals, and whether one has requested the shutdown. A drain over HTTP does not count: the service manager's SIGTERM
/// follows it and must not interrupt it.
struct Shutdowns<S> {
    signals: S,
    has_one: bool,
}

impl<S: SignalSource> Shutdowns<S> {
    /// Waits for a second shutdown signal and returns its name.
    async fn another(&mut self) -> &'static str {
        loop {
            let Signal::Shutdown(signal) = self.signals.next().await else {
                continue;
            };
            if self.has_one {
                return signal;
            }
            self.has_one = true;
            tracing::info!(signal, "already draining; a second signal ends at once");
        }
    }
}

fn interrupted(signal: &'static str) -> Termination {
    tracing::warn!(signal, "drain interrupted");
    Termination::Interrupted
}

fn outcome(ended: Result<(), ServerError>) -> Result<Termination, AppError> {
    match ended {
        Ok(()) => {
            tracing::info!("drained; all connections were answered");
            Ok(Termination::Drained)
        }
        Err(error) => {
            tracing::error!(%error, "stopped");
            Err(AppError::Stopped(error))
        }
    }
}
