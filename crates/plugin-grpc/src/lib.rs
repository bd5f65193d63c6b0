//! Hyrouter plugins over gRPC, in a separate process and in any language.
//!
//! An author implements [`OnConnect`] and calls [`serve`] (feature `server`, on by default):
//!
//! ```no_run
//! # #[cfg(feature = "server")]
//! # mod example {
//! use hyrouter_plugin_grpc::{ConnectRequest, ConnectResponse, PluginFailure, OnConnect, PluginServerError, serve};
//!
//! struct Bans;
//!
//! impl OnConnect for Bans {
//!     async fn on_connect(&self, request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
//!         Ok(match request.event.username.as_deref() {
//!             Some("deny") => ConnectResponse::deny("Not today."),
//!             _ => ConnectResponse::default(),
//!         })
//!     }
//! }
//!
//! # async fn example() -> Result<(), PluginServerError> {
//! serve("127.0.0.1:7777", Bans).await
//! # }
//! # }
//! ```
//!
//! The router calls it through a [`GrpcPlugin`] (feature `client`), which is a
//! [`Plugin`](hyrouter_plugin_api::Plugin):
//!
//! ```
//! # #[cfg(feature = "client")]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use hyrouter_plugin_grpc::{PluginAddress, GrpcPlugin, GrpcSettings, MAX_CONFIG};
//!
//! let plugin = GrpcPlugin::new(&GrpcSettings::new(PluginAddress::parse("127.0.0.1:7777")?))?;
//! # drop(plugin);
//! # Ok(())
//! # }
//! ```
//!
//! # On the wire
//!
//! One unary method, `/hyrouter.Plugin/OnConnect`. Its messages are the JSON of
//! [`hyrouter_plugin_api`], not protobuf. The router's content type is `application/grpc+json`, so that a Go server
//! picks its codec by it; [`serve`] takes `application/grpc` as well. `proto/hyrouter/plugin.proto` describes the
//! messages for authors who generate types.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "client", feature = "server"))]
mod address;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "server")]
mod server;
#[cfg(all(feature = "tls", any(feature = "client", feature = "server")))]
mod tls;
#[cfg(any(feature = "client", feature = "server"))]
mod wire;

#[cfg(any(feature = "client", feature = "server"))]
pub use address::{PluginAddress, PluginAddressError};
#[cfg(feature = "client")]
pub use client::{BackoffSettings, ClientTls, GrpcError, GrpcPlugin, GrpcSettings, MAX_CONFIG};
pub use hyrouter_plugin_api::{
    Backend, CacheField, ConnectEvent, ConnectRequest, ConnectResponse, Identity, Referral,
    ReferralSource,
};
#[cfg(all(feature = "server", feature = "tls"))]
pub use server::ServerTls;
#[cfg(feature = "server")]
pub use server::{
    BoundServer, ConfigReader, Listener, OnConnect, OnConnectWithConfig, PluginFailure,
    PluginServer, PluginServerError, serve,
};
#[cfg(all(feature = "tls", any(feature = "client", feature = "server")))]
pub use tls::TlsError;

#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../README.md")]
struct Readme;
