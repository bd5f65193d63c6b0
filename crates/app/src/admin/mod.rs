//! Status and commands of a router over HTTP, for operators.

mod backends;
mod control;
pub mod explain;
mod log_levels;
mod readiness;
mod recording;
mod server;
mod status;

pub(crate) use self::control::AppControl;
pub(crate) use self::log_levels::FixedLogLevel;
pub use self::log_levels::LogLevels;
pub(crate) use self::readiness::Readiness;
pub(crate) use self::server::{AdminEndpoint, AdminTokenHandle};
