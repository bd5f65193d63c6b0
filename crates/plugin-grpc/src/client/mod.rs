//! The router's side.

mod backoff;
mod call;
mod dial;
mod error;
mod failure;
mod link;
mod settings;
mod status;
mod target;
mod watched;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use hyrouter_plugin_api::{
    Answer, ConnectRequest, ConnectionsClosed, Plugin, PluginError, PluginFuture,
};
use tokio::time::{Instant, sleep, sleep_until, timeout};

pub use self::error::GrpcError;
use self::failure::Failure;
use self::link::Link;
pub use self::settings::{BackoffSettings, ClientTls, GrpcSettings, MAX_CONFIG};
use self::target::Target;

/// Pause of a call that the server keeps refusing before it looks at it.
const UNASKED_PAUSE: Duration = Duration::from_millis(20);

/// How often a call is made again after its connection broke. A server that is killed can break two: the one that it
/// had, and the one that its kernel took last.
const MAX_BROKEN: u32 = 2;

/// How much earlier than the caller a call gives up, at most.
const MARGIN: Duration = Duration::from_millis(5);

/// A plugin behind an address.
///
/// It connects when it is first asked, and again when it is asked after the connection broke. It can be asked from
/// any tokio runtime with I/O and time. Its connection has a thread of its own, which ends with it. A server that sends
/// frames which answer nothing, thousands more than its calls and the time account for, is disconnected.
pub struct GrpcPlugin {
    link: Link,
    let_go: AtomicU64,
    /// The operator's `config`, as metadata.
    config: Option<HeaderValue>,
    max_response: usize,
}

impl GrpcPlugin {
    /// Reads certificates and keys, but does not touch the network.
    ///
    /// # Errors
    ///
    /// When a setting or a file is wrong; never because the plugin is away.
    pub fn new(settings: &GrpcSettings) -> Result<Self, GrpcError> {
        settings.check()?;
        Ok(Self {
            link: Link::new(Target::new(settings)?, settings).map_err(GrpcError::Thread)?,
            let_go: AtomicU64::new(0),
            config: settings.config.as_ref().map(call::config).transpose()?,
            max_response: settings.max_response,
        })
    }

    /// Calls the plugin, and waits for the connection if there is none. A restart of the server costs a player its
    /// duration, and at most `left`.
    async fn ask(
        &self,
        request: &ConnectRequest,
        started: Instant,
        left: Duration,
    ) -> Result<Answer, PluginError> {
        let message = call::message(request)?;
        let mut tries = Tries::default();
        // A little early, so that it is heard: that a call never reached the plugin is no timeout of it.
        let patience = left.saturating_sub((left / 20).min(MARGIN));
        let asked = timeout(
            patience,
            self.try_until_asked(message, started, left, &mut tries),
        );
        match (asked.await, tries.problem) {
            (Ok(answer), _) => answer,
            (Err(_), problem) if !self.link.hold.is_open() => {
                let problem = problem.or_else(|| self.link.backoff.problem());
                let problem = problem.unwrap_or_else(|| "no connection yet".to_owned());
                Err(PluginError::unreachable(format_args!(
                    "{problem}; waited {} ms (`timeout`)",
                    left.as_millis()
                )))
            }
            // Most of the time went by before there was a connection.
            (Err(_), Some(problem)) => Err(PluginError::unreachable(format_args!(
                "no answer in the rest of {} ms (`timeout`) after the connection came back: {problem}",
                left.as_millis()
            ))),
            (Err(_), None) => Err(PluginError::Timeout { after: left }),
        }
    }

    async fn try_until_asked(
        &self,
        message: Bytes,
        started: Instant,
        left: Duration,
        tries: &mut Tries,
    ) -> Result<Answer, PluginError> {
        loop {
            let ask = call::Ask {
                message: message.clone(),
                config: self.config.clone(),
                left: left.saturating_sub(started.elapsed()),
            };
            match call::unary(&self.link, ask, self.max_response).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::NotConnected(problem, retry_at)) => {
                    tries.problem = Some(problem);
                    sleep_until(retry_at).await;
                }
                // Asked again at once the first time, for a server that restarts or closes idle connections, and then with pauses.
                Err(Failure::NotAsked(problem)) => {
                    tries.problem = Some(problem);
                    if tries.unasked > 0 {
                        sleep(UNASKED_PAUSE).await;
                    }
                    tries.unasked += 1;
                }
                // A plugin decides and changes nothing, so that it can be asked twice.
                Err(Failure::Broken(problem)) if tries.broken < MAX_BROKEN => {
                    tries.problem = Some(problem);
                    if tries.broken > 0 {
                        sleep(UNASKED_PAUSE).await;
                    }
                    tries.broken += 1;
                }
                Err(Failure::Broken(problem)) if self.link.backoff.is_unproven() => {
                    return Err(PluginError::transport(format_args!(
                        "{problem}; {}",
                        self.link.closed_hint()
                    )));
                }
                Err(failure) => return Err(failure.into_error(started, left)),
            }
        }
    }
}

/// What one call has gone through.
#[derive(Debug, Default)]
struct Tries {
    /// Why the plugin could not be asked.
    problem: Option<String>,
    /// How often a connection ended, or the server refused, before the plugin saw the question.
    unasked: u32,
    /// How often a connection ended while the plugin was asked.
    broken: u32,
}

impl Plugin for GrpcPlugin {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a> {
        Box::pin(async move {
            // A time limit alone would still let the first step be done.
            if left.is_zero() {
                return Err(PluginError::Timeout { after: left });
            }
            self.ask(request, Instant::now(), left).await
        })
    }

    /// Closes the connection. The next call makes a new one. Without a connection it is tried from now on whether one
    /// can be made again.
    fn let_go(&self) {
        if self.link.hold.close() {
            self.let_go.fetch_add(1, Ordering::Relaxed);
        } else {
            self.link.watch_for_return();
        }
    }

    fn is_back(&self) -> bool {
        self.link.is_back()
    }

    fn connections_closed(&self) -> Option<ConnectionsClosed> {
        Some(ConnectionsClosed {
            by_breaker: self.let_go.load(Ordering::Relaxed),
            by_flood: self.link.hold.floods(),
        })
    }
}

impl fmt::Debug for GrpcPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrpcPlugin")
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}
