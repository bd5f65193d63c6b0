//! The operator's `config`, read into a type.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use serde::de::DeserializeOwned;

use super::{OnConnect, PluginFailure};

/// Decides about players with the operator's `config`, many at the same time.
///
/// Async functions of the `config` and the request implement it.
pub trait OnConnectWithConfig<C>: Send + Sync + 'static {
    /// Decides about one player, as [`OnConnect::on_connect`].
    ///
    /// # Errors
    ///
    /// As [`OnConnect::on_connect`].
    fn on_connect(
        &self,
        config: Arc<C>,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, PluginFailure>> + Send;
}

impl<C, F, A> OnConnectWithConfig<C> for F
where
    F: Fn(Arc<C>, ConnectRequest) -> A + Send + Sync + 'static,
    A: Future<Output = Result<ConnectResponse, PluginFailure>> + Send,
{
    fn on_connect(
        &self,
        config: Arc<C>,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, PluginFailure>> + Send {
        self(config, request)
    }
}

/// Reads the operator's `config` into a type, and calls a plugin with it.
///
/// The router sends the `config` with each call. It is read when it changes. A `config` that does not fit the type, or
/// that the check refuses, fails the call with status `FAILED_PRECONDITION`, and the router logs the problem. Without a
/// `config`, `{}` is read.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use hyrouter_plugin_grpc::{Backend, ConfigReader, ConnectRequest, ConnectResponse, serve};
///
/// # #[derive(Default)]
/// struct Lobby {
///     host: String,
/// }
/// # impl<'de> serde::Deserialize<'de> for Lobby {
/// #     fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> { Ok(Self::default()) }
/// # }
///
/// # async fn example() -> Result<(), hyrouter_plugin_grpc::PluginServerError> {
/// let plugin = ConfigReader::new(async |lobby: Arc<Lobby>, _: ConnectRequest| {
///     Ok(ConnectResponse {
///         backend: Some(Backend::new(&lobby.host, 5520)),
///         ..ConnectResponse::default()
///     })
/// });
/// serve("127.0.0.1:7777", plugin).await
/// # }
/// ```
pub struct ConfigReader<C, P> {
    plugin: P,
    check: Box<ConfigCheck<C>>,
    /// The `config` of the last call.
    last: Mutex<Option<ReadConfig<C>>>,
}

type ConfigCheck<C> = dyn Fn(&C) -> Result<(), String> + Send + Sync;

struct ReadConfig<C> {
    json: Vec<u8>,
    value: Arc<C>,
}

impl<C, P> ConfigReader<C, P>
where
    C: DeserializeOwned + Send + Sync + 'static,
    P: OnConnectWithConfig<C>,
{
    /// Returns a plugin for [`serve`](crate::serve) and [`PluginServer`](crate::PluginServer).
    pub fn new(plugin: P) -> Self {
        Self {
            plugin,
            check: Box::new(|_| Ok(())),
            last: Mutex::new(None),
        }
    }

    /// Sets a check of what the type does not express. The error is for the operator: it should name the key.
    #[must_use]
    pub fn with_check<E: fmt::Display>(
        mut self,
        check: impl Fn(&C) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.check = Box::new(move |config| check(config).map_err(|error| error.to_string()));
        self
    }

    fn read(&self, json: Option<&[u8]>) -> Result<Arc<C>, PluginFailure> {
        let json = match json.unwrap_or_default().trim_ascii() {
            b"" | b"null" => b"{}",
            json => json,
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref().filter(|known| known.json == json) {
            return Ok(Arc::clone(&known.value));
        }
        let value: C = serde_json::from_slice(json).map_err(PluginFailure::config)?;
        (self.check)(&value).map_err(PluginFailure::config)?;
        let value = Arc::new(value);
        *last = Some(ReadConfig {
            json: json.to_vec(),
            value: Arc::clone(&value),
        });
        Ok(value)
    }
}

impl<C, P> OnConnect for ConfigReader<C, P>
where
    C: DeserializeOwned + Send + Sync + 'static,
    P: OnConnectWithConfig<C>,
{
    async fn on_connect(&self, request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
        self.on_connect_with(None, request).await
    }

    async fn on_connect_with(
        &self,
        config: Option<&[u8]>,
        request: ConnectRequest,
    ) -> Result<ConnectResponse, PluginFailure> {
        let config = self.read(config)?;
        self.plugin.on_connect(config, request).await
    }
}

impl<C, P> fmt::Debug for ConfigReader<C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigReader").finish_non_exhaustive()
    }
}
