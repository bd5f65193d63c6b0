use hyrouter_plugin_api::ConnectionsClosed;

use crate::answer_cache::AnswerCacheStatus;
use crate::breaker::BreakerState;
use crate::settings::{Mode, Stage};

/// State of a plugin of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginStatus<'a> {
    /// Name of the plugin.
    pub name: &'a str,
    /// Stage of the plugin.
    pub stage: Stage,
    /// Enforcement of its answers.
    pub mode: Mode,
    /// State of its breaker.
    pub breaker: BreakerState,
    /// Number of calls that run.
    pub running: usize,
    /// Number of calls that wait for their turn.
    pub waiting: usize,
    /// Number of connections to it that the router has closed, if it has any.
    pub connections_closed: Option<ConnectionsClosed>,
    /// Content of the cache of its answers, if it has one.
    pub cache: Option<AnswerCacheStatus>,
}
