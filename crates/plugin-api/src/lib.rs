//! What Hyrouter and its plugins say to each other, and its JSON.
//!
//! For every player that has a route the router asks each plugin in turn: a [`ConnectRequest`] says who comes and
//! where they would go, a [`ConnectResponse`] says what shall be different. Plugins in any language speak the same
//! JSON; these types read what other languages write (`null` for an absent list, unknown fields, padded base64).
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
//! Without features there are the types alone, which build for `wasm32-wasip1`. Feature `host` adds the side that
//! calls plugins: the trait `Plugin` and its `PluginError`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod bounded;
mod bytes;
mod event;
#[cfg(feature = "host")]
mod host;
mod misnamed;
mod object;
mod request;
mod response;
mod whole;

pub use backend::{Backend, MAX_HOST_LEN, MAX_META};
pub use event::{ConnectEvent, Identity, Referral, ReferralSource};
#[cfg(feature = "host")]
pub use host::{Answer, ConnectionsClosed, Plugin, PluginError, PluginFuture, decode_response};
pub use misnamed::Misnamed;
pub use request::ConnectRequest;
pub use response::{ConnectResponse, MAX_CANDIDATES};
