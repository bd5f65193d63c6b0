//! The plugin as a chain calls it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use hyrouter_plugin_api::{
    ConnectRequest, ConnectionsClosed, Plugin, PluginAnswer, PluginError, PluginFuture,
};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::call::{self, OutgoingCall};
use super::failure::CallFailure;
use super::link::Link;
use super::message;
use super::target::DialTarget;
use super::{GrpcError, GrpcSettings};

/// Pause of a call between attempts that the server refuses unread.
const UNASKED_PAUSE: Duration = Duration::from_millis(20);

/// Maximum number of times that a call is repeated after its connection broke. A killed server can break two
/// connections: the one in use, and the one that its kernel accepted last.
const MAX_BROKEN: u32 = 2;

/// Maximum time before the caller's deadline at which a call gives up.
const MARGIN: Duration = Duration::from_millis(5);

/// A plugin behind an address.
///
/// Connects on the first call, and on the first call after the connection broke. Calls are possible from any tokio
/// runtime with I/O and time. The connection has its own thread, which ends with it. A server is disconnected if it
/// sends thousands more frames than its calls and the time account for.
pub struct GrpcPlugin {
    link: Link,
    disconnects: AtomicU64,
    /// The operator's `config`, as metadata.
    config: Option<HeaderValue>,
    max_response: usize,
}

impl GrpcPlugin {
    /// Returns the plugin of these settings. Reads certificates and keys, but does not connect.
    ///
    /// # Errors
    ///
    /// A setting or a file is wrong. An unreachable plugin is not an error.
    pub fn new(settings: &GrpcSettings) -> Result<Self, GrpcError> {
        settings.check()?;
        Ok(Self {
            link: Link::new(DialTarget::new(settings)?, settings).map_err(GrpcError::Thread)?,
            disconnects: AtomicU64::new(0),
            config: settings.config.as_ref().map(call::config).transpose()?,
            max_response: settings.max_response,
        })
    }

    /// Returns whether there is a connection. A server that ends closes it.
    pub fn is_connected(&self) -> bool {
        self.link.hold.is_open()
    }

    /// Calls the plugin, and waits for the connection if there is none. During a restart of the server, a player waits
    /// until it is back, at most `left`.
    async fn ask(
        &self,
        message: Bytes,
        started: Instant,
        left: Duration,
    ) -> Result<PluginAnswer, PluginError> {
        let mut attempts = Attempts::default();
        // A little early: "unreachable" must be returned before the caller's own timeout, which means a slow plugin.
        let patience = left.saturating_sub((left / 20).min(MARGIN));
        let asked = timeout(
            patience,
            self.try_until_sent(message, started, left, &mut attempts),
        );
        match (asked.await, attempts.problem) {
            (Ok(answer), _) => answer,
            (Err(_), problem) if !self.link.hold.is_open() => {
                let problem = problem.or_else(|| self.link.backoff.problem());
                let problem = problem.unwrap_or_else(|| "no connection yet".to_owned());
                Err(PluginError::unreachable(format_args!(
                    "{problem}; waited {} ms (`timeout`)",
                    left.as_millis()
                )))
            }
            // Most of the time passed before there was a connection.
            (Err(_), Some(problem)) => Err(PluginError::unreachable(format_args!(
                "no response in the rest of {} ms (`timeout`) after reconnecting: {problem}",
                left.as_millis()
            ))),
            (Err(_), None) => Err(PluginError::Timeout { after: left }),
        }
    }

    /// Makes the call until the plugin has seen the request, or a failure is final.
    async fn try_until_sent(
        &self,
        message: Bytes,
        started: Instant,
        left: Duration,
        attempts: &mut Attempts,
    ) -> Result<PluginAnswer, PluginError> {
        loop {
            let ask = OutgoingCall {
                message: message.clone(),
                config: self.config.clone(),
                left: left.saturating_sub(started.elapsed()),
            };
            match call::unary(&self.link, ask, self.max_response).await {
                Ok(answer) => return Ok(answer),
                Err(CallFailure::NotConnected(problem, retry_at)) => {
                    attempts.problem = Some(problem);
                    sleep_until(retry_at).await;
                }
                // The first retry is immediate, for a server that restarts or closes idle connections. The others
                // pause.
                Err(CallFailure::NotSent(problem)) => {
                    attempts.problem = Some(problem);
                    if attempts.unasked > 0 {
                        sleep(UNASKED_PAUSE).await;
                    }
                    attempts.unasked += 1;
                }
                // A call has no side effects in the plugin, so it may be repeated.
                Err(CallFailure::Broken(problem)) if attempts.broken < MAX_BROKEN => {
                    attempts.problem = Some(problem);
                    if attempts.broken > 0 {
                        sleep(UNASKED_PAUSE).await;
                    }
                    attempts.broken += 1;
                }
                // The connection still works, so the repetition would meet the same server without a pause.
                Err(failure)
                    if attempts.broken < MAX_BROKEN && failure.is_by_a_stop(started, left) =>
                {
                    sleep(UNASKED_PAUSE).await;
                    attempts.broken += 1;
                }
                Err(CallFailure::Broken(problem)) if self.link.backoff.is_unproven() => {
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

/// Attempts of one call so far.
#[derive(Debug, Default)]
struct Attempts {
    /// Reason why the last attempt did not reach the plugin.
    problem: Option<String>,
    /// Number of attempts that a closed connection or the server refused before the plugin saw the request.
    unasked: u32,
    /// Number of attempts whose connection or server ended during the call.
    broken: u32,
}

impl Plugin for GrpcPlugin {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a> {
        Box::pin(async move {
            // A timeout of zero would still poll the call once, which sends the request.
            if left.is_zero() {
                return Err(PluginError::Timeout { after: left });
            }
            let started = Instant::now();
            self.ask(message::encode(request)?, started, left).await
        })
    }

    fn on_connect_json<'a>(&'a self, json: &'a [u8], left: Duration) -> PluginFuture<'a> {
        Box::pin(async move {
            if left.is_zero() {
                return Err(PluginError::Timeout { after: left });
            }
            let started = Instant::now();
            self.ask(message::frame(json)?, started, left).await
        })
    }

    /// Closes the connection; the next call makes a new one. If there is none, probes the server until it is back.
    fn disconnect(&self) {
        if self.link.hold.close() {
            self.disconnects.fetch_add(1, Ordering::Relaxed);
        } else {
            self.link.watch_for_return();
        }
    }

    fn has_recovered(&self) -> bool {
        self.link.is_back()
    }

    fn connections_closed(&self) -> Option<ConnectionsClosed> {
        Some(ConnectionsClosed {
            by_breaker: self.disconnects.load(Ordering::Relaxed),
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
