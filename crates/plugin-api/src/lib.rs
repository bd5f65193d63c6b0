//! Messages between Hyrouter and its plugins, and their JSON.
//!
//! For every player with a route the router calls each plugin in turn: a [`ConnectRequest`] holds the player and the
//! chosen backend, a [`ConnectResponse`] holds the changes. Plugins in any language use the same JSON; these types read
//! what other languages write (`null` for an absent list, unknown fields, padded base64).
//!
//! ```
//! use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
//!
//! fn on_connect(request: &ConnectRequest) -> ConnectResponse {
//!     match request.event.username.as_deref() {
//!         Some("deny") => ConnectResponse::deny("Not today."),
//!         Some(name) if name.starts_with("VIP") => ConnectResponse {
//!             referral_data: Some(b"vip".to_vec()),
//!             ..ConnectResponse::default()
//!         },
//!         _ => ConnectResponse::default(),
//!     }
//! }
//!
//! let request: ConnectRequest = serde_json::from_str(
//!     r#"{"event": {"sni": "play.example.com", "username": "deny"}, "candidates": null}"#,
//! )?;
//! let answer = serde_json::to_string(&on_connect(&request))?;
//! assert_eq!(answer, r#"{"deny":true,"deny_reason":"Not today."}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Without features the crate has only the types, which build for `wasm32-wasip1`. Feature `host` adds the side that
//! calls plugins: the trait `Plugin` and its `PluginError`. Feature `schema` adds the JSON Schema of both messages.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod bounded;
mod bytes;
mod cache_field;
mod connect_event;
mod connect_request;
mod connect_response;
#[cfg(feature = "host")]
mod host;
mod misnamed_field;
mod object;
#[cfg(feature = "schema")]
mod schema;
mod whole;

pub use backend::{Backend, MAX_HOST_LEN, MAX_META};
pub use cache_field::CacheField;
pub use connect_event::{ConnectEvent, Identity, Referral, ReferralSource};
pub use connect_request::ConnectRequest;
pub use connect_response::{ConnectResponse, MAX_CANDIDATES};
#[cfg(feature = "host")]
pub use host::{
    ConnectionsClosed, Plugin, PluginAnswer, PluginError, PluginErrorCode, PluginFuture,
    decode_response, trial_request,
};
pub use misnamed_field::MisnamedField;
#[cfg(feature = "schema")]
pub use schema::schema;
