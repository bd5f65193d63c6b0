//! The reason why a backend is no candidate, and the values behind it.

use std::{fmt, sync::Arc, time::SystemTime};

use super::BackendOrigin;
use crate::{
    Backend, BackendKey, Filter, HostTemplate, Maintenance, RouteRequest, WhitelistSubject,
    filter::unusable_patterns,
};

/// A backend that is no candidate for this player.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// The backend.
    pub backend: Arc<Backend>,
    /// The first cause that removes it.
    pub by: RemovalCause,
    /// The condition that does not hold.
    pub why: &'static str,
    /// The values that the cause depends on.
    pub seen: Vec<Observation>,
    /// The provider of the backend, as of [`Explanation::name_origins`](super::Explanation::name_origins).
    pub origin: Option<BackendOrigin>,
}

/// The cause for which a backend is removed. The causes are checked in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemovalCause {
    /// The backend is [drained](Backend::drained).
    Drain,
    /// The host is no host name once its captures are replaced.
    Capture,
    /// A filter does not hold.
    Filter {
        /// Place of the filter in the policy, from 0.
        index: usize,
        /// The first filter that does not hold.
        filter: Filter,
    },
}

/// A value that a filter or a maintenance reads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// The key, or the attribute of the player.
    pub what: String,
    /// The value as text; none when it is missing.
    pub value: Option<String>,
}

impl fmt::Display for RemovalCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drain => write!(f, "drained"),
            Self::Capture => write!(f, "capture"),
            Self::Filter { index, filter } => write!(f, "filter {index} ({filter})"),
        }
    }
}

impl Removal {
    /// Returns the first cause that removes a backend for this player; none when it passes. The limit does not count.
    pub(super) fn find(
        filters: &[Filter],
        backend: &Arc<Backend>,
        captured: &[String],
        request: &RouteRequest<'_>,
        now: SystemTime,
    ) -> Option<Self> {
        let removal = |by, why, seen| {
            Some(Self {
                backend: Arc::clone(backend),
                by,
                why,
                seen,
                origin: None,
            })
        };
        if backend.drained {
            return removal(RemovalCause::Drain, "it takes no more players", Vec::new());
        }
        // `PoolSpec::check` has refused malformed captures.
        if let Ok(Some(template)) = HostTemplate::parse(&backend.host)
            && template.expand(captured).is_none()
        {
            let why = "what the pattern took makes no host name";
            let filled = Observation::new("host", Some(template.fill(captured)));
            return removal(RemovalCause::Capture, why, vec![filled]);
        }
        filters.iter().enumerate().find_map(|(index, filter)| {
            let why = filter.failure(backend, request, now)?;
            let seen = Observation::of_filter(filter, backend, request);
            let filter = filter.clone();
            removal(RemovalCause::Filter { index, filter }, why, seen)
        })
    }
}

impl Observation {
    fn new(what: impl Into<String>, value: Option<String>) -> Self {
        let what = what.into();
        Self { what, value }
    }

    /// Returns the values that a filter reads.
    fn of_filter(filter: &Filter, backend: &Backend, request: &RouteRequest<'_>) -> Vec<Self> {
        let of_backend =
            |key: &BackendKey| Self::new(key.to_string(), key.value(backend).map(String::from));
        match filter {
            Filter::Compare { left, right, .. } => vec![of_backend(left), of_backend(right)],
            Filter::Identity { .. } => vec![Self::of_verification(request)],
            Filter::GameStartNotPast { key } => vec![of_backend(key)],
            Filter::Hostname { key } => {
                let text = key.value(backend).unwrap_or_default();
                let unusable = unusable_patterns(&text);
                let mut seen = vec![
                    of_backend(key),
                    Self::new("player's host name", Some(request.host.to_owned())),
                ];
                if !unusable.is_empty() {
                    seen.push(Self::new("unreadable patterns", Some(unusable.join(", "))));
                }
                seen
            }
            Filter::Whitelist {
                enabled_key,
                list_key,
                subject,
                verified,
            } => {
                let player = match subject {
                    WhitelistSubject::Uuid => Self::of_uuid(request),
                    WhitelistSubject::Username => Self::of_username(request),
                };
                let mut seen = vec![of_backend(enabled_key), of_backend(list_key), player];
                seen.extend(verified.then(|| Self::of_verification(request)));
                seen
            }
        }
    }

    /// Returns the values that a maintenance compares with its lists.
    pub(super) fn of_maintenance(
        maintenance: &Maintenance,
        request: &RouteRequest<'_>,
    ) -> Vec<Self> {
        let ip = request.client.ip.map(|ip| ip.to_canonical().to_string());
        let mut seen = vec![
            Self::of_uuid(request),
            Self::of_username(request),
            Self::new("player's address", ip),
        ];
        let verified_only = maintenance.allow.verified_only;
        seen.extend(verified_only.then(|| Self::of_verification(request)));
        seen
    }

    fn of_uuid(request: &RouteRequest<'_>) -> Self {
        Self::new("player's uuid", request.uuid.map(|uuid| uuid.to_string()))
    }

    fn of_username(request: &RouteRequest<'_>) -> Self {
        Self::new("player's username", request.username.map(str::to_owned))
    }

    fn of_verification(request: &RouteRequest<'_>) -> Self {
        Self::new("player verified", Some(request.verified.to_string()))
    }
}
