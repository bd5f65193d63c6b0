//! The router's side.

mod backoff;
mod call;
mod causes;
mod dial;
mod error;
mod failure;
mod links;
mod settings;
mod status;
mod target;

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, Plugin, PluginError, PluginFuture};
use tokio::time::{Instant, timeout};

pub use self::error::GrpcError;
use self::links::Links;
pub use self::settings::{BackoffSettings, ClientTls, GrpcSettings, MAX_CONFIG};
use self::target::Target;

/// A plugin behind an address.
///
/// It connects when it is first asked, and again when it is asked after the connection broke. It can be asked from
/// any tokio runtime with I/O and time, and has a connection for each.
pub struct GrpcPlugin {
    links: Links,
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
            links: Links::new(Target::new(settings)?, settings),
            config: settings.config.as_ref().map(call::config).transpose()?,
            max_response: settings.max_response,
        })
    }

    async fn ask(
        &self,
        request: &ConnectRequest,
        started: Instant,
        left: Duration,
    ) -> Result<ConnectResponse, PluginError> {
        let message = call::message(request)?;
        let mut is_second = false;
        loop {
            let mut link = self.links.here()?;
            let ask = call::Ask {
                message: message.clone(),
                config: self.config.clone(),
                left: left.saturating_sub(started.elapsed()),
            };
            let answer = call::unary(&mut link, ask, self.max_response).await;
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
}

impl fmt::Debug for GrpcPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrpcPlugin")
            .field("links", &self.links)
            .finish_non_exhaustive()
    }
}
