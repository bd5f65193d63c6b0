//! Outcomes of exchanges.

use std::time::Duration;

use hyrouter_protocol::{ClientReferral, Disconnect, DisconnectForm, ServerDisconnect};
use quinn::ConnectionError;

use crate::error::GameClientError;
use crate::hello::Hello;

/// The result of one exchange, with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientExchange {
    /// Answer, or the end of the connection without one.
    pub outcome: ExchangeOutcome,
    /// The application protocol that the server chose.
    pub alpn: Option<Vec<u8>>,
    /// Duration of the handshake; `None` if it failed.
    pub handshake: Option<Duration>,
    /// Time from the end of the handshake to the last byte of the answer; `None` if there is none.
    pub answer: Option<Duration>,
}

impl ClientExchange {
    pub(crate) fn failed(outcome: ExchangeOutcome) -> Self {
        Self {
            outcome,
            alpn: None,
            handshake: None,
            answer: None,
        }
    }
}

/// Answer of a server, or the end of the connection without one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeOutcome {
    /// A referral to another server.
    Referral {
        /// Host of the next server.
        host: String,
        /// Port of the next server.
        port: u16,
        /// Referral data to present there.
        data: Option<Vec<u8>>,
    },
    /// A disconnect.
    Disconnect {
        /// The packet id that was used: 1 for the oldest clients, 2 for later ones.
        packet_id: i32,
        /// The text for the player.
        reason: Option<String>,
    },
    /// A packet that is no answer, as a game server would send.
    Other {
        /// Id of the packet.
        packet_id: i32,
        /// Length of its payload.
        payload_len: usize,
    },
    /// An answer that this client's build could not read.
    Unreadable {
        /// The packet id.
        packet_id: i32,
        /// Error in the packet.
        error: String,
    },
    /// No packet came.
    Ended(Ending),
}

impl ExchangeOutcome {
    /// Reads the packet as a client that said `hello` does.
    pub(crate) fn decode(packet_id: i32, payload: &[u8], hello: &Hello) -> Self {
        let unreadable = |error: &dyn std::error::Error| Self::Unreadable {
            packet_id,
            error: error.to_string(),
        };
        match packet_id {
            ClientReferral::PACKET_ID => match ClientReferral::decode(payload) {
                Ok(ClientReferral {
                    host_to: Some(to),
                    data,
                }) => Self::Referral {
                    host: to.host.to_owned(),
                    port: to.port,
                    data: data.map(<[u8]>::to_vec),
                },
                Ok(_) => Self::Other {
                    packet_id,
                    payload_len: payload.len(),
                },
                Err(error) => unreadable(&error),
            },
            Disconnect::PACKET_ID => match Disconnect::decode(payload) {
                Ok(packet) => Self::Disconnect {
                    packet_id,
                    reason: packet.reason.map(str::to_owned),
                },
                Err(error) => unreadable(&error),
            },
            ServerDisconnect::PACKET_ID => {
                let layout = match hello.rules().disconnect {
                    DisconnectForm::Formatted(layout) => Some(layout),
                    _ => None,
                };
                match ServerDisconnect::decode(payload, layout) {
                    Ok(packet) => {
                        let text = packet
                            .reason
                            .and_then(|reason| reason.raw_text.or(reason.message_id));
                        Self::Disconnect {
                            packet_id,
                            reason: text.map(str::to_owned),
                        }
                    }
                    Err(error) => unreadable(&error),
                }
            }
            _ => Self::Other {
                packet_id,
                payload_len: payload.len(),
            },
        }
    }
}

/// End of a connection without an answer.
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
        /// Time that the client waited.
        waited: Duration,
    },
    /// An error of the client itself.
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

impl From<GameClientError> for Ending {
    fn from(error: GameClientError) -> Self {
        match error {
            GameClientError::Connection(error) => error.into(),
            other => Self::Local(other.to_string()),
        }
    }
}
