use hyrouter_config::Problem;
use hyrouter_protocol::{DecodeError, EncodeError, UnknownGeneration};
use hyrouter_proxy::AlpnError;
use hyrouter_router::SpecError;

/// Reason why a question cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// A build and a generation are given.
    #[error("both build and generation are set; set one of them")]
    BuildAndGeneration,
    /// The generation is not known.
    #[error(transparent)]
    Generation(#[from] UnknownGeneration),
    /// The type of the client is not known.
    #[error("client_type: {0:?}; allowed: game, editor")]
    ClientType(String),
    /// The player is assumed to be verified and has a token.
    #[error("both verified and token are set; set one of them: a token is verified anyway")]
    VerifiedAndToken,
    /// The referral data is not hexadecimal.
    #[error("referral: the value is not hexadecimal")]
    Referral(#[source] hex::FromHexError),
    /// No client can send such a packet.
    #[error("the fields do not fit into a Connect packet of this build")]
    Unsendable(#[source] EncodeError),
    /// No router can read such a packet.
    #[error("the Connect packet with these fields cannot be decoded")]
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
