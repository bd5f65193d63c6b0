//! Backends of a pool under one policy.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use crate::{
    Backend, HostTemplate, PoolPolicy, RouteRequest,
    filter::{NamePatterns, RuntimeCheck},
    number::Number,
};

/// A backend that may be a candidate under a policy.
#[derive(Debug)]
pub(crate) struct PoolEntry {
    pub(crate) backend: Arc<Backend>,
    /// The value of the policy's key, if the strategy compares it.
    pub(crate) load: Option<Number>,
    checks: Box<[RuntimeCheck]>,
    /// The host, if it has captures.
    template: Option<HostTemplate>,
}

impl PoolEntry {
    /// Creates an entry without checks.
    pub(crate) fn new(policy: &PoolPolicy, backend: &Arc<Backend>) -> Self {
        let compared = policy.key.as_ref().filter(|_| policy.strategy.needs_key());
        Self {
            backend: Arc::clone(backend),
            load: compared.and_then(|key| key.number(backend)),
            checks: Box::default(),
            // `PoolSpec::check` has refused malformed captures.
            template: HostTemplate::parse(&backend.host).unwrap_or_default(),
        }
    }

    /// Sets its checks.
    pub(super) fn checked_by(mut self, checks: Box<[RuntimeCheck]>) -> Self {
        self.checks = checks;
        self
    }

    /// Returns whether it takes every player at every time.
    pub(super) fn is_for_all(&self) -> bool {
        self.checks.is_empty() && self.template.is_none()
    }

    /// Returns the patterns of the first filter `hostname`. With such a filter each entry has some.
    pub(crate) fn names(&self) -> Option<&NamePatterns> {
        self.checks.iter().find_map(RuntimeCheck::names)
    }

    /// Returns whether it is a candidate for this player at this time.
    pub(super) fn admits(
        &self,
        request: &RouteRequest<'_>,
        now: SystemTime,
        captured: &[String],
    ) -> bool {
        self.checks
            .iter()
            .all(|check| check.failure(request, now).is_none())
            && self
                .template
                .as_ref()
                .is_none_or(|template| template.expand(captured).is_some())
    }

    /// Returns its share under [`Strategy::Weighted`]. A missing weight counts as 1, as in the original. It occurs only
    /// in a fallback: the pool's own policy is refused when it is weighted and a weight is missing.
    pub(crate) fn weight(&self) -> u64 {
        u64::from(self.backend.weight.max(1))
    }

    /// Returns the host that players are referred to.
    pub(crate) fn host(&self, captured: &[String]) -> Cow<'_, str> {
        match &self.template {
            Some(template) => Cow::Owned(template.fill(captured)),
            None => Cow::Borrowed(&self.backend.host),
        }
    }
}
