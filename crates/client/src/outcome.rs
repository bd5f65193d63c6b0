//! How an exchange ended.

use std::time::Duration;

use quinn::ConnectionError;

use crate::dial::ClientError;

/// What the server made of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Go there.
    Referral {
        /// Host of the next server.
        host: String,
        /// Its port.
        port: u16,
        /// What to hand over there.
        data: Option<Vec<u8>>,
    },
    /// Leave.
    Disconnect {
        /// The packet id that was used: 1 for the oldest clients, 2 for later ones.
        packet_id: i32,
        /// The text for the player.
        reason: Option<String>,
    },
    /// A packet that is no answer, as a game server would send.
    Other {
        /// Its id.
        packet_id: i32,
        /// Length of its payload.
        payload_len: usize,
    },
    /// An answer that this client's build could not read.
    Unreadable {
        /// The packet id.
        packet_id: i32,
        /// What is wrong with it.
        error: String,
    },
    /// No packet came.
    Ended(Ending),
}

/// How a connection ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The server's application closed it.
    Application {
        /// The application's code.
        code: u64,
        /// Its text, mostly empty.
        reason: String,
    },
    /// The server's QUIC stack closed it (RFC 9000, section 20.1); TLS alerts are 0x100 + alert.
    Transport {
        /// The code.
        code: u64,
        /// Its text.
        reason: String,
    },
    /// The server finished its stream without a packet.
    EndOfStream,
    /// Nothing came in time.
    NoAnswer {
        /// How long was waited.
        waited: Duration,
    },
    /// This side could not go on.
    Local(String),
}

impl From<ConnectionError> for Ending {
    fn from(error: ConnectionError) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match error {
            ConnectionError::ApplicationClosed(close) => Self::Application {
                code: close.error_code.into_inner(),
                reason: text(&close.reason),
            },
            ConnectionError::ConnectionClosed(close) => Self::Transport {
                code: close.error_code.into(),
                reason: text(&close.reason),
            },
            ConnectionError::TransportError(error) => Self::Transport {
                code: error.code.into(),
                reason: error.reason,
            },
            other => Self::Local(other.to_string()),
        }
    }
}

impl From<ClientError> for Ending {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Connection(error) => error.into(),
            other => Self::Local(other.to_string()),
        }
    }
}
