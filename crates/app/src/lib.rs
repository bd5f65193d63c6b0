//! A router from its settings: built, served, reloaded, drained, with its admin server, metrics and sinks.
//!
//! The binary `hyrouter` adds what only a terminal needs: arguments, output, exit codes.

mod address;
mod admin;
mod app;
mod build;
mod decision_note;
mod door;
mod end;
mod file_set;
mod handler;
mod host_name;
mod lifecycle;
mod metrics;
mod observe;
mod player;
pub mod plugins;
mod reconfigure;
mod referrals;
mod refusals;
mod service;
pub mod source;
pub mod summary;
mod templates;
mod tickets;
pub mod timestamp;

pub use crate::admin::{LogLevels, explain};
pub use crate::app::{RunError, Start, run};
pub use crate::build::{Assembler, Assembly};
pub use crate::end::log as log_end;
pub use crate::file_set::FileSet;
pub use crate::host_name::HostName;
pub use crate::lifecycle::{Ended, Hangups};
pub use crate::metrics::Metrics;
pub use crate::referrals::{Bound, Referrals};
