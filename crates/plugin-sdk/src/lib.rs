//! Write a Hyrouter plugin in Rust: a function from request to response becomes a WebAssembly plugin.
//!
//! ```
//! use hyrouter_plugin_sdk::{ConnectRequest, ConnectResponse, plugin, serde_json::json};
//!
//! plugin!(on_connect);
//!
//! fn on_connect(request: ConnectRequest) -> ConnectResponse {
//!     match request.event.username.as_deref() {
//!         Some("deny") => ConnectResponse::deny("Not today."),
//!         Some(name) if name.starts_with("VIP") => ConnectResponse {
//!             referral_data: Some(json!({ "lobby": "vip" }).to_string().into_bytes()),
//!             ..ConnectResponse::default()
//!         },
//!         _ => ConnectResponse::default(),
//!     }
//! }
//! # use hyrouter_plugin_sdk::testing;
//! # assert!(on_connect(testing::request("deny")).deny);
//! # assert_eq!(on_connect(testing::request("VIP_Ann")).referral_data.unwrap(), br#"{"lobby":"vip"}"#);
//! # assert_eq!(on_connect(testing::request("Ann")), ConnectResponse::default());
//! ```
//!
//! [`plugin!`] makes everything that the router needs in the module: the exports, the memory behind them, and the reading
//! of the operator's configuration. The function stays an ordinary one, so `cargo test` can test it; [`testing`] has
//! requests for it.
//!
//! The router logs what a plugin prints on standard output or standard error. It also logs a panic, which makes the call
//! fail. [`info!`] and its siblings log with a level.

mod answer;
mod buffers;
mod config;
mod fault;
mod guest;
mod log;
mod plugin;
pub mod testing;

pub use hyrouter_plugin_api::{
    Backend, CacheField, ConnectEvent, ConnectRequest, ConnectResponse, Identity, MAX_CANDIDATES,
    MAX_HOST_LEN, MAX_META, Referral, ReferralSource,
};
pub use {serde, serde_json};

pub use crate::answer::IntoAnswer;
pub use crate::log::PluginLogLevel;

/// Items that the macros expand to. Not part of the public interface.
#[doc(hidden)]
pub mod expanded {
    pub use crate::config::{NoConfig, accept, read};
    pub use crate::guest::{Guest, pack, refuse, trap};
    pub use crate::log::to_stderr;
}

/// Compiles and runs the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles and runs the programs of the page about writing plugins.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/plugin-development.md")]
struct PluginDevelopment;
