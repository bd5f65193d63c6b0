//! Asks plugins about a player, one after the other, and makes one decision of their answers.
//!
//! A [`Chain`] is made of plugins and their [`Settings`]. It puts them in order: stage `deny`, then `route`, then
//! `mutate`, and inside a stage as `before` and `after` have it. [`Chain::run`] applies each answer before the next
//! plugin is asked. Whatever a plugin does, the player waits no longer than its timeout: it may hang, panic, answer
//! nonsense or be asked by too many at once, and each of these ends as its `on_error` says.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use hyrouter_plugin_api::{Answer, ConnectRequest, ConnectResponse, Plugin, PluginFuture};
//! use hyrouter_plugins::{Chain, Decision, DenyCode, Entry, Settings, Stage};
//!
//! struct Bans;
//!
//! impl Plugin for Bans {
//!     fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
//!         Box::pin(async {
//!             let is_banned = request.event.username.as_deref() == Some("deny");
//!             Ok(if is_banned { ConnectResponse::deny("Not today.").into() } else { Answer::default() })
//!         })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings { stage: Stage::Deny, ..Settings::new("bans") };
//! let chain = Chain::new(vec![Entry { plugin: Arc::new(Bans), settings }])?;
//!
//! let mut request = ConnectRequest::default();
//! request.event.username = Some("deny".into());
//! let Decision::Deny { code, reason, .. } = chain.run(request).await.decision else { panic!("allowed") };
//! assert_eq!(code, DenyCode::PluginDenied);
//! assert_eq!(reason.as_deref(), Some("Not today."));
//! # Ok(())
//! # }
//! ```
//!
//! A plugin in shadow mode is asked beside the player's way; what it would have done is told to the [`Observer`]. A
//! plugin that fails again and again is left alone for a while by its breaker ([`BreakerSettings`]), at no cost to the
//! players. When a player leaves, dropping the future cancels the call.

mod apply;
mod breaker;
mod chain;
mod error;
mod gate;
mod member;
mod observer;
mod order;
mod outcome;
mod settings;
mod shadow;
mod step;

pub use apply::{BackendFault, Changes, Notice};
pub use breaker::BreakerState;
pub use chain::{Chain, PluginStatus};
pub use error::{ChainError, ChainProblem, Relation};
pub use hyrouter_router::HostProblem;
pub use observer::{Observer, ShadowReport};
pub use order::check_order;
pub use outcome::{Decision, DenyCode, Outcome, Record, Verdict};
pub use settings::{BreakerSettings, Entry, Mode, OnError, OverridePolicy, Settings, Stage};
pub use step::{Effect, weigh};
