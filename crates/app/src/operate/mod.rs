//! What operators do with a router that runs: reload, drain, maintenance, and look at it.

mod changes;
mod commands;
mod conductor;
mod control;
mod job;
mod next;
mod phase;
mod readiness;
mod reading;
mod reload;
mod status;

pub(crate) use self::changes::StartedWith;
pub(crate) use self::conductor::{AtWorkNow, Conductor, Order, Orders, Running};
pub use self::control::LogLevels;
pub(crate) use self::control::Operator;
pub(crate) use self::phase::Phases;
pub(crate) use self::readiness::Readiness;
