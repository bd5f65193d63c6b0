//! Parts of an answer that are ignored or deviate from the contract.

use std::fmt;

use hyrouter_plugin_api::{Backend, MisnamedField};
use hyrouter_router::{HostProblem, check_host};

use crate::answer_cache::CacheFault;

/// A part of an answer that is ignored, or that is accepted although it deviates from the contract. The rest of the
/// answer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// `selected_index` is outside of the candidates.
    IndexOutside {
        /// The index.
        index: i64,
        /// Number of candidates.
        len: usize,
    },
    /// The named backend is not usable.
    Void(BackendFault),
    /// The named backend is not a candidate, and [`OverridePolicy::Candidates`](crate::OverridePolicy::Candidates) is
    /// set.
    Rejected {
        /// Host and port.
        address: String,
    },
    /// The name of a field is not exactly one of the contract.
    Misnamed(MisnamedField),
    /// There is a `deny_reason`, but the player is not denied.
    ReasonWithoutDeny,
    /// The plugin permits the router to cache the answer, but that is not possible.
    Uncacheable(CacheFault),
}

impl Notice {
    /// Returns the stable code, for logs and metrics.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::IndexOutside { .. } => NoticeCode::IndexIgnored,
            Self::Void(_) => NoticeCode::OverrideVoid,
            Self::Rejected { .. } => NoticeCode::OverrideRejected,
            Self::Misnamed(field) if field.read_as().is_some() => NoticeCode::FieldCase,
            Self::Misnamed(_) => NoticeCode::FieldUnknown,
            Self::ReasonWithoutDeny => NoticeCode::ReasonIgnored,
            Self::Uncacheable(_) => NoticeCode::CacheIgnored,
        }
    }

    /// Returns whether the part is accepted anyway.
    pub fn is_taken(&self) -> bool {
        self.code() == NoticeCode::FieldCase
    }

    /// Returns whether the notice is about the form of the answer, so that it most likely recurs in every answer.
    pub const fn is_about_form(&self) -> bool {
        matches!(
            self,
            Self::Misnamed(_) | Self::ReasonWithoutDeny | Self::Uncacheable(_)
        )
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexOutside { index, len } => {
                write!(f, "selected_index {index} is outside of {len} candidates")
            }
            Self::Void(fault) => write!(f, "backend is void: {fault}"),
            Self::Rejected { address } => write!(f, "{address} is not among the candidates"),
            Self::Misnamed(field) => field.fmt(f),
            Self::Uncacheable(fault) => fault.fmt(f),
            Self::ReasonWithoutDeny => {
                f.write_str("deny_reason was ignored, because deny is not true")
            }
        }
    }
}

/// Stable code of a [`Notice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoticeCode {
    /// Of [`Notice::IndexOutside`].
    IndexIgnored,
    /// Of [`Notice::Void`].
    OverrideVoid,
    /// Of [`Notice::Rejected`].
    OverrideRejected,
    /// Of a [`Notice::Misnamed`] field that is read in spite of its case.
    FieldCase,
    /// Of a [`Notice::Misnamed`] field that is ignored.
    FieldUnknown,
    /// Of [`Notice::ReasonWithoutDeny`].
    ReasonIgnored,
    /// Of [`Notice::Uncacheable`].
    CacheIgnored,
}

impl NoticeCode {
    /// All codes.
    pub const ALL: [Self; 7] = [
        Self::IndexIgnored,
        Self::OverrideVoid,
        Self::OverrideRejected,
        Self::FieldCase,
        Self::FieldUnknown,
        Self::ReasonIgnored,
        Self::CacheIgnored,
    ];

    /// Returns the name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IndexIgnored => "plugin_index_ignored",
            Self::OverrideVoid => "plugin_override_void",
            Self::OverrideRejected => "plugin_override_rejected",
            Self::FieldCase => "plugin_field_case",
            Self::FieldUnknown => "plugin_field_unknown",
            Self::ReasonIgnored => "plugin_reason_ignored",
            Self::CacheIgnored => "plugin_cache_ignored",
        }
    }
}

/// Reason why a backend is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendFault {
    /// Its host is not a valid host.
    Host(HostProblem),
    /// Its port is not one of 1 to 65535.
    BadPort,
}

impl BackendFault {
    /// Returns the fault of a backend, if it has one.
    pub(crate) fn of(backend: &Backend) -> Option<Self> {
        match check_host(&backend.host) {
            Err(problem) => Some(Self::Host(problem)),
            Ok(()) if backend.port == 0 => Some(Self::BadPort),
            Ok(()) => None,
        }
    }
}

impl fmt::Display for BackendFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(problem) => write!(f, "not a host: {problem}"),
            Self::BadPort => f.write_str("port outside of 1 to 65535"),
        }
    }
}
