//! The author's side: a server of one plugin.

mod bound_server;
mod codec;
mod config_reader;
mod connections;
mod error;
mod handler;
mod health;
mod listener;
mod plugin_server;
mod service;
#[cfg(feature = "tls")]
mod tls;

pub use self::bound_server::BoundServer;
pub use self::config_reader::{ConfigReader, OnConnectWithConfig};
pub use self::error::PluginServerError;
pub use self::handler::{OnConnect, PluginFailure};
pub use self::listener::Listener;
pub use self::plugin_server::{PluginServer, serve};
#[cfg(feature = "tls")]
pub use self::tls::ServerTls;
