//! Reasons for closing a connection, and the application close codes that the game's own server uses for them.

use quinn::VarInt;

/// Application close code of a normal end.
pub(crate) const NO_ERROR: VarInt = VarInt::from_u32(0);
/// Application close code of an exceeded limit.
pub(crate) const RATE_LIMITED: VarInt = VarInt::from_u32(1);
const INVALID_VERSION: VarInt = VarInt::from_u32(3);
const TIMEOUT: VarInt = VarInt::from_u32(4);

/// Reason for the end of a connection without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The first frame is not one that any version of the game begins with. The connection is closed with application
    /// code 3.
    BadFrame,
    /// No whole frame came within [`Limits::connect_timeout`](crate::Limits::connect_timeout). The connection is closed
    /// with application code 4.
    ConnectTimeout,
    /// The client left before the answer was sent, or takes no bytes.
    ClientGone,
}

impl CloseReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::BadFrame, Self::ConnectTimeout, Self::ClientGone];

    /// Returns the stable code for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadFrame => "bad_frame",
            Self::ConnectTimeout => "connect_timeout",
            Self::ClientGone => "client_gone",
        }
    }

    pub(crate) fn close_code(self) -> VarInt {
        match self {
            Self::BadFrame => INVALID_VERSION,
            Self::ConnectTimeout => TIMEOUT,
            Self::ClientGone => NO_ERROR,
        }
    }
}
