//! Caller side: the plugin trait and its error.

mod plugin_answer;
mod plugin_error;
mod plugin_error_code;
mod trial;

use std::pin::Pin;
use std::time::Duration;

pub use self::plugin_answer::{PluginAnswer, decode_response};
pub use self::plugin_error::PluginError;
pub use self::plugin_error_code::PluginErrorCode;
pub use self::trial::trial_request;
use crate::ConnectRequest;

/// Future of a call of a plugin.
pub type PluginFuture<'a> =
    Pin<Box<dyn Future<Output = Result<PluginAnswer, PluginError>> + Send + 'a>>;

/// Plugin. Calls run concurrently.
///
/// ```
/// use std::time::Duration;
/// use hyrouter_plugin_api::{PluginAnswer, ConnectRequest, ConnectResponse, Plugin, PluginFuture};
///
/// struct NoGuests;
///
/// impl Plugin for NoGuests {
///     fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
///         Box::pin(async {
///             let is_guest = request.event.identity_token_present != Some(true);
///             Ok(if is_guest { ConnectResponse::deny("Log in first.").into() } else { PluginAnswer::default() })
///         })
///     }
/// }
///
/// let plugin: Box<dyn Plugin> = Box::new(NoGuests);
/// # drop(plugin);
/// ```
pub trait Plugin: Send + Sync + 'static {
    /// Calls the plugin for one player.
    ///
    /// The caller waits for `left`. Then, or when the player leaves, it drops the future, which must end all work on
    /// the call. The future must not block its thread.
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a>;

    /// Calls the plugin with a request that is JSON already, as [`on_connect`](Self::on_connect) does. For tests of
    /// requests that [`ConnectRequest`] cannot hold, such as one with unknown fields.
    ///
    /// By default reads the JSON and calls [`on_connect`](Self::on_connect), and fails with
    /// [`PluginError::Transport`] if it is not a request. Plugins that receive JSON get these bytes as they are.
    fn on_connect_json<'a>(&'a self, json: &'a [u8], left: Duration) -> PluginFuture<'a> {
        Box::pin(async move {
            let request: ConnectRequest = serde_json::from_slice(json).map_err(|error| {
                PluginError::transport(format_args!("reading the request: {error}"))
            })?;
            self.on_connect(&request, left).await
        })
    }

    /// Closes resources of a plugin that failed too often, such as a connection. Called when its breaker opens
    /// and after each failed probe; the next call opens it again. Must not block.
    fn disconnect(&self) {}

    /// Returns whether the plugin was unreachable when it was [disconnected](Self::disconnect) and can be reached
    /// again. Its breaker then lets a call probe it at once.
    fn has_recovered(&self) -> bool {
        false
    }

    /// Returns how many connections to the plugin the router has closed. `None` for plugins without connections.
    fn connections_closed(&self) -> Option<ConnectionsClosed> {
        None
    }
}

/// Connections to a plugin that the router has closed since the plugin was loaded, by cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionsClosed {
    /// The breaker opened, or its probe failed.
    pub by_breaker: u64,
    /// The plugin sent frames that belong to no call.
    pub by_flood: u64,
}
