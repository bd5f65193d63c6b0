//! Status and commands of a router over HTTP, for operators.

mod control;
pub mod explain;
mod readiness;
mod recording;
mod server;
mod status;

pub use self::control::LogLevels;
pub(crate) use self::control::{AppControl, FixedLogLevel};
pub(crate) use self::readiness::Readiness;
pub(crate) use self::server::{AdminEndpoint, AdminTokenHandle};
