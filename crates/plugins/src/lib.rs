//! Calls plugins for a player, one after the other, and combines their answers into one decision.
//!
//! A [`Chain`] is made of plugins and their [`ChainSettings`]. It sorts them by stage (`deny`, `route`, `mutate`), and
//! inside a stage by `before` and `after`. [`Chain::run`] applies each answer before it calls the next plugin. A player
//! waits for a plugin at most its timeout: if the plugin hangs, panics, answers nonsense or has too many calls already,
//! its `on_error` decides.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use hyrouter_plugin_api::{PluginAnswer, ConnectRequest, ConnectResponse, Plugin, PluginFuture};
//! use hyrouter_plugins::{Chain, ChainDecision, ChainEntry, ChainSettings, DenyCode, Stage};
//!
//! struct Bans;
//!
//! impl Plugin for Bans {
//!     fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
//!         Box::pin(async {
//!             let is_banned = request.event.username.as_deref() == Some("deny");
//!             Ok(if is_banned { ConnectResponse::deny("Not today.").into() } else { PluginAnswer::default() })
//!         })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = ChainSettings { stage: Stage::Deny, ..ChainSettings::new("bans") };
//! let chain = Chain::new(vec![ChainEntry { plugin: Arc::new(Bans), settings }])?;
//!
//! let mut request = ConnectRequest::default();
//! request.event.username = Some("deny".into());
//! let ChainDecision::Deny { code, reason, .. } = chain.run(request).await.decision else { panic!("allowed") };
//! assert_eq!(code, DenyCode::PluginDenied);
//! assert_eq!(reason.as_deref(), Some("Not today."));
//! # Ok(())
//! # }
//! ```
//!
//! No player waits for a plugin in shadow mode; the [`Observer`] gets what it would have done. After repeated failures
//! a breaker ([`BreakerSettings`]) skips a plugin for a while, at no cost to players. When a player leaves, dropping
//! the future cancels the call. If plugin and operator permit it, a cache ([`AnswerCacheSettings`]) answers in place of
//! the plugin.

mod answer_cache;
mod answer_effect;
mod breaker;
mod call_queue;
mod chain;
mod error;
mod member;
mod notice;
mod observer;
mod order;
mod outcome;
mod plugin_status;
mod recording;
mod response_applier;
mod run;
mod settings;
mod shadow;
mod turn;

pub use answer_cache::{
    AnswerCacheSettings, AnswerCacheStatus, CacheFault, CacheLookup, CacheOffer, KeyFields,
};
pub use answer_effect::{AnswerEffect, apply_answer};
pub use breaker::BreakerState;
pub use chain::Chain;
pub use error::{ChainError, ChainProblem, Relation};
pub use hyrouter_router::HostProblem;
pub use notice::{BackendFault, Notice, NoticeCode};
pub use observer::{Observer, ShadowReport};
pub use order::check_order;
pub use outcome::{ChainDecision, ChainOutcome, Changes, DenyCode, Record, Verdict};
pub use plugin_status::PluginStatus;
pub use recording::{
    PrivateField, RecordedCase, RecordingEnd, RecordingError, RecordingOptions, RecordingReport,
};
pub use run::{DenyStageOutcome, PassedDenyStage};
pub use settings::{
    BreakerSettings, ChainEntry, ChainSettings, Mode, OnError, OverridePolicy, Stage,
};
