use hyrouter_config::Problem;
use hyrouter_protocol::{DecodeError, EncodeError, UnknownGeneration};
use hyrouter_proxy::AlpnError;
use hyrouter_router::SpecError;

/// Reason why a question cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// A build and a generation are given.
    #[error("build and generation; allowed: one of them")]
    BuildAndGeneration,
    /// The generation is not known.
    #[error(transparent)]
    Generation(#[from] UnknownGeneration),
    /// The type of the client is not known.
    #[error("client_type: {0:?}; allowed: game, editor")]
    ClientType(String),
    /// The player is assumed to be verified and has a token.
    #[error("verified and token; allowed: one of them, since a token is verified")]
    VerifiedAndToken,
    /// The referral data is not hexadecimal.
    #[error("referral: not hexadecimal")]
    Referral(#[source] hex::FromHexError),
    /// No client can send such a packet.
    #[error("no client could say that")]
    Unsendable(#[source] EncodeError),
    /// No router can read such a packet.
    #[error("no router could read that")]
    Unreadable(#[source] DecodeError),
    /// The application protocols of the configuration cannot be used.
    #[error(transparent)]
    Alpn(#[from] AlpnError),
    /// The identity keys cannot be fetched.
    #[error(transparent)]
    Keys(#[from] Problem),
    /// The routes of the configuration cannot be used.
    #[error(transparent)]
    Routes(#[from] SpecError),
}
