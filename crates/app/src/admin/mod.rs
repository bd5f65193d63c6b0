//! What operators see of a router over HTTP, and what they command.

mod control;
pub mod explain;
mod readiness;
mod status;

pub use self::control::LogLevels;
pub(crate) use self::control::{AppControl, FixedLogLevel};
pub(crate) use self::readiness::Readiness;
