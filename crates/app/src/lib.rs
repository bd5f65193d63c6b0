//! A router from its settings: built, served, reloaded, drained, with its admin server, metrics and sinks.
//!
//! The binary `hyrouter` adds what only a terminal needs: arguments, output, exit codes.

mod address;
mod admin;
mod app;
mod build;
mod end;
mod file_set;
mod handler;
mod host_name;
mod lifecycle;
mod metrics;
mod observe;
mod reconfigure;
mod snapshot;
pub mod source;
pub mod summary;
pub mod timestamp;

pub use crate::admin::{LogLevels, explain};
pub use crate::app::{RunError, Start, run};
pub use crate::build::{Assembler, Assembly};

/// Loading of plugins.
pub mod plugins {
    pub use crate::build::{
        COMPILE_WASM, compiler, load_one, trial_request, wasm_host, wasm_settings,
    };
}

pub use crate::end::log as log_end;
pub use crate::file_set::FileSet;
pub use crate::host_name::HostName;
pub use crate::lifecycle::{Ended, Hangups};
pub use crate::metrics::Metrics;
pub use crate::snapshot::sealer;
