//! Routes in an explanation.

use std::sync::Arc;

use crate::{Conditions, HostPattern, RouteRequest, pattern::normalise, route::Route};

/// A route that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedRoute {
    /// Place among the routes, from 0.
    pub index: usize,
    /// Name of the route.
    pub name: Arc<str>,
    /// Patterns of the route.
    pub patterns: Vec<HostPattern>,
    /// Conditions of the route beside the host.
    pub conditions: Conditions,
    /// The reason why it does not match.
    pub why: &'static str,
}

/// The route that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchedRoute {
    /// Name of the route; `default` for the default pool.
    pub name: Arc<str>,
    /// Place among the routes, from 0; none for the default pool.
    pub index: Option<usize>,
    /// The first of its patterns that matches; none for the default pool.
    pub pattern: Option<HostPattern>,
    /// The text of the host that each `*` of the pattern matched; empty when no backend has captures.
    pub captured: Vec<String>,
}

impl SkippedRoute {
    /// Returns the route with the reason why it does not match; none when it matches.
    pub(super) fn new(route: &Route, request: &RouteRequest<'_>) -> Option<Self> {
        let why = match route.matching(request.host) {
            Some(_) => route.conditions.failure(request)?,
            None if route.takes_every_host() => route.conditions.failure(request)?,
            None if route.patterns.is_empty() => "it has no pattern",
            None if normalise(request.host).is_none() => "the host is too long",
            None if request.host.is_empty() => "the client sent no host name",
            None => "no pattern matches",
        };
        Some(Self {
            index: route.index.unwrap_or_default(),
            name: Arc::clone(&route.name),
            patterns: route.patterns.to_vec(),
            conditions: route.conditions.clone(),
            why,
        })
    }
}

impl MatchedRoute {
    pub(super) fn new(route: &Route, host: &str) -> Self {
        Self {
            name: Arc::clone(&route.name),
            index: route.index,
            pattern: route.matching(host).cloned(),
            captured: route.captured(host),
        }
    }
}
