//! The router's side.

mod backoff;
mod call;
mod causes;
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

use http::HeaderValue;
use hyrouter_plugin_api::{
    Answer, ConnectRequest, ConnectionsClosed, Plugin, PluginError, PluginFuture,
};
use tokio::time::{Instant, timeout};

pub use self::error::GrpcError;
use self::link::Link;
pub use self::settings::{BackoffSettings, ClientTls, GrpcSettings, MAX_CONFIG};
use self::target::Target;

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

    async fn ask(
        &self,
        request: &ConnectRequest,
        started: Instant,
        left: Duration,
    ) -> Result<Answer, PluginError> {
        let message = call::message(request)?;
        let mut is_second = false;
        loop {
            let ask = call::Ask {
                message: message.clone(),
                config: self.config.clone(),
                left: left.saturating_sub(started.elapsed()),
            };
            let answer = call::unary(&self.link, ask, self.max_response).await;
            match answer {
                Ok(response) => return Ok(response),
                // The plugin has not seen the question: the connection ended before, or was never made. A new one
                // is tried once, so that a server that restarts or closes idle connections costs no player.
                Err(failure) if failure.is_unasked_since(started) && !is_second => is_second = true,
                Err(failure) => return Err(failure.into_error(started, left)),
            }
        }
    }
}

impl Plugin for GrpcPlugin {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a> {
        Box::pin(async move {
            // A time limit alone would still let the first step be done.
            if left.is_zero() {
                return Err(PluginError::Timeout { after: left });
            }
            let started = Instant::now();
            timeout(left, self.ask(request, started, left))
                .await
                .unwrap_or(Err(PluginError::Timeout { after: left }))
        })
    }

    /// Closes the connection. The next call makes a new one.
    fn let_go(&self) {
        if self.link.hold.close() {
            self.let_go.fetch_add(1, Ordering::Relaxed);
        }
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
