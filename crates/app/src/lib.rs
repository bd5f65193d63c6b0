//! A router from its settings: built, served, reloaded, drained, with its admin server, metrics and sinks.
//!
//! ```no_run
//! use hyrouter_app::{App, Configuration, Origin, Parts};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let configuration = Configuration::read(Origin::File("config.yaml".into()))?;
//! let app = App::build(configuration, Parts::default())?;
//! println!("listening on {}", app.local_addr());
//! let shutdown = async {
//!     let _ = tokio::signal::ctrl_c().await;
//! };
//! app.run(shutdown).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`App::handle`] reloads and drains a running router. Settings made by a program, without a file, are built in the
//! same way. Features: `wasm` and `grpc` run plugins, `admin` serves the status page and metrics (all three by
//! default), and `otlp` exports traces. A configuration that needs a missing feature is refused. The binary `hyrouter`
//! adds arguments, terminal output and exit codes.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod admin;
mod app;
mod app_handle;
mod build;
mod configuration;
mod discovery;
mod error;
mod handler;
mod host_name;
mod lifecycle;
pub mod log_format;
mod metrics;
mod observe;
mod parts;
mod push;
mod reconfigure;
mod run;
mod snapshot;
pub mod summary;
pub mod timestamp;

pub use crate::admin::{LogLevels, explain};
pub use crate::app::App;
pub use crate::app_handle::AppHandle;
pub use crate::build::{Assembler, Assembly};

/// Loading of plugins.
pub mod plugins {
    pub use crate::build::PluginLoadError;
    #[cfg(feature = "grpc")]
    pub use crate::build::load_grpc;
    #[cfg(feature = "wasm")]
    pub use crate::build::{COMPILE_WASM, compiler, wasm_host, wasm_settings};
}

pub use crate::configuration::{Configuration, Origin};
pub use crate::discovery::LiveReport;
pub use crate::error::AppError;
pub use crate::host_name::HostName;
pub use crate::lifecycle::{Hangups, Termination};
pub use crate::metrics::Metrics;
pub use crate::parts::Parts;
pub use crate::snapshot::sealer;
