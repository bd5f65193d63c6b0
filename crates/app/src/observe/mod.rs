//! Outputs of the router: log lines, sinks of decisions, traces.

pub(crate) mod access_log;
pub(crate) mod record;
pub(crate) mod shadow_log;
pub(crate) mod sinks;
pub(crate) mod traces;
