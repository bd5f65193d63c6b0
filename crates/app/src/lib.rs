//! A router from its settings: built, served, reloaded, drained, with its admin server, metrics and sinks.
//!
//! The binary `hyrouter` adds what only a terminal needs: arguments, output, exit codes.

mod assembly;
mod bind;
pub mod clock;
mod commanded;
mod counts;
mod decision_log;
mod decision_note;
mod door;
mod end;
mod expiry;
pub mod explain;
mod findings;
mod history;
mod host_name;
mod identity_keys;
mod live;
mod names;
mod operate;
mod player;
pub mod plugins;
mod port_holder;
mod referrals;
mod refusals;
mod running;
mod service;
mod signals;
mod sinks;
pub mod source;
mod start_log;
pub mod summary;
mod supervised;
mod templates;
mod tickets;
mod traces;
mod watch;

pub use crate::assembly::{Assembler, Assembly};
pub use crate::counts::Counts;
pub use crate::end::log as log_end;
pub use crate::host_name::HostName;
pub use crate::operate::LogLevels;
pub use crate::referrals::{Bound, Referrals};
pub use crate::running::{Ended, RunError, Start, run};
pub use crate::signals::Hangups;
pub use crate::watch::Look;
