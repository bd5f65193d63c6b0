//! Recordings: calls of one plugin of a running router as test cases, without the players' data.

mod case_list;
mod pseudonyms;
mod redaction;
mod tap;
mod words;

use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};

pub(crate) use self::tap::RecordingTap;

/// Limits of a recording, and the private fields that it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingOptions {
    /// Number of distinct cases after which it ends, 1 to [`MAX_CASES`](Self::MAX_CASES).
    pub cases: usize,
    /// Time after which it ends, at most [`MAX_DURATION`](Self::MAX_DURATION).
    pub duration: Duration,
    /// Fields that keep their values. All others are replaced by pseudonyms.
    pub kept: Vec<PrivateField>,
}

impl RecordingOptions {
    /// Maximum number of cases of a recording.
    pub const MAX_CASES: usize = 500;
    /// Maximum duration of a recording.
    pub const MAX_DURATION: Duration = Duration::from_hours(1);
}

/// Field of a request that identifies a player or a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrivateField {
    /// Name of the player, also in the identity.
    Username,
    /// UUID of the player, also as subject of the identity.
    Uuid,
    /// Address and port of the player.
    RemoteAddr,
    /// Fingerprint of the client's certificate.
    ClientCertFingerprint,
    /// Name of the connection in the log.
    ConnectionId,
    /// Time at which the identity token expires.
    ExpiresAt,
    /// Referral data of the request, and the data of a ticket.
    ReferralData,
}

impl PrivateField {
    /// All fields.
    pub const ALL: [Self; 7] = [
        Self::Username,
        Self::Uuid,
        Self::RemoteAddr,
        Self::ClientCertFingerprint,
        Self::ConnectionId,
        Self::ExpiresAt,
        Self::ReferralData,
    ];

    /// Returns the name, which is that of the field in the JSON of a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Uuid => "uuid",
            Self::RemoteAddr => "remote_addr",
            Self::ClientCertFingerprint => "client_cert_fingerprint",
            Self::ConnectionId => "connection_id",
            Self::ExpiresAt => "expires_at",
            Self::ReferralData => "referral_data",
        }
    }

    /// Returns the field of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

/// A call, with pseudonyms in place of private values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedCase {
    /// The request.
    pub request: ConnectRequest,
    /// The answer of the plugin.
    pub response: ConnectResponse,
    /// Effect of the answer: `unchanged`, `changed` or `denied`.
    pub effect: &'static str,
    /// `true` if the referral data of the answer is no JSON object or array, and was therefore removed.
    pub lacks_referral_data: bool,
    /// Number of calls that differ from this one in private values at most.
    pub calls: u64,
}

/// State of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingReport {
    /// Reason of its end; `None` while it runs.
    pub end: Option<RecordingEnd>,
    /// Number of answered calls, whether they made a case or not.
    pub calls: u64,
    /// Number of failed calls. They make no cases.
    pub failed: u64,
    /// Number of calls that are too large for a case, or came while another call was being recorded.
    pub omitted: u64,
    /// The distinct cases, in the order of their first calls.
    pub cases: Vec<RecordedCase>,
}

/// Reason for the end of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingEnd {
    /// It has the wanted number of cases.
    Cases,
    /// Its time has passed.
    Time,
    /// Its cases take the maximum memory.
    Memory,
}

impl RecordingEnd {
    /// Returns the name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Time => "time",
            Self::Memory => "memory",
        }
    }
}

/// Error of a command about recordings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// There is no plugin of this name.
    #[error("no plugin {name:?}; the configuration has: {}", .known.join(", "))]
    UnknownPlugin {
        /// The name.
        name: String,
        /// Names of all plugins.
        known: Vec<String>,
    },
    /// The plugin is being recorded.
    #[error("a recording of plugin {name:?} is running; a plugin has one at a time")]
    Running {
        /// Name of the plugin.
        name: String,
    },
    /// The plugin has no recording.
    #[error("plugin {name:?} has no recording; a finished one is kept for 1 minute")]
    Missing {
        /// Name of the plugin.
        name: String,
    },
}
