//! Tests of Hyrouter plugins: a conformance suite, and the author's own cases.
//!
//! A [`ConformanceSuite`] calls any [`Plugin`](hyrouter_plugin_api::Plugin): one in this process, one behind gRPC, or a
//! WebAssembly file. The command `hyrouter plugin test` runs the same suite.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, Plugin, PluginAnswer, PluginFuture};
//! use hyrouter_plugin_conformance::ConformanceSuite;
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
//! # async fn main() {
//! // In a #[tokio::test]:
//! let report = ConformanceSuite::new(Arc::new(Bans)).run().await;
//! assert!(report.is_passed(), "{report}");
//! # }
//! ```
//!
//! The suite knows the contract and not the plugin: it sends requests of every form, and compares the answers with one
//! another. A [`PluginCase`] from a file has a request and the expected answer. [`ConformanceReport`] is a table, JSON,
//! or the XML that `JUnit` and CI systems use.

mod asker;
mod case;
mod check;
mod check_run;
mod comparison;
mod config_loader;
mod data;
mod difference;
mod live_table;
mod report;
mod requests;
mod rules;
mod suite;
mod suite_request;
mod suite_run;

pub use case::{CaseError, PluginCase};
pub use config_loader::ConfigFailure;
pub use difference::Difference;
pub use report::{CheckGroup, CheckReport, CheckResult, ConformanceReport};
pub use requests::example_request;
pub use suite::ConformanceSuite;
