//! The side that calls plugins.

mod answer;
mod error;

use std::pin::Pin;
use std::time::Duration;

pub use self::answer::{Answer, decode_response};
pub use self::error::PluginError;
use crate::ConnectRequest;

/// What a call of a plugin gives, in time.
pub type PluginFuture<'a> = Pin<Box<dyn Future<Output = Result<Answer, PluginError>> + Send + 'a>>;

/// Something that can be asked about a player. Many are asked at once.
///
/// ```
/// use std::time::Duration;
/// use hyrouter_plugin_api::{Answer, ConnectRequest, ConnectResponse, Plugin, PluginFuture};
///
/// struct NoGuests;
///
/// impl Plugin for NoGuests {
///     fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
///         Box::pin(async {
///             let is_guest = request.event.identity_token_present != Some(true);
///             Ok(if is_guest { ConnectResponse::deny("Log in first.").into() } else { Answer::default() })
///         })
///     }
/// }
///
/// let plugin: Box<dyn Plugin> = Box::new(NoGuests);
/// # drop(plugin);
/// ```
pub trait Plugin: Send + Sync + 'static {
    /// Asks about one player.
    ///
    /// `left` is how long the caller will wait. Then, or when the player leaves, it drops the future, and with it all
    /// work on the call has to end. The future must not block its thread.
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a>;

    /// Closes what is held open to a plugin that failed too often, such as a connection. Called when its breaker opens
    /// and after each probe that fails; the next call opens anew. Must not wait.
    fn let_go(&self) {}

    /// Returns whether the plugin could not be reached when it was let go, and can be reached again since. Its breaker
    /// then lets a call probe it at once.
    fn is_back(&self) -> bool {
        false
    }

    /// Returns how many connections to the plugin the router has closed, if it has any.
    fn connections_closed(&self) -> Option<ConnectionsClosed> {
        None
    }
}

/// Connections to a plugin that the router has closed since the plugin was loaded, by cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionsClosed {
    /// The breaker opened, or its probe failed.
    pub by_breaker: u64,
    /// The plugin sent frames that answer nothing.
    pub by_flood: u64,
}
