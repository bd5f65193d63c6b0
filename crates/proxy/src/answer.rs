//! The answer of a connection.

use hyrouter_protocol::{DisconnectForm, encode_disconnect, encode_referral};

/// The only answer of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The packet that is sent.
    pub action: Action,
    /// The reason, as a stable code for logs and metrics. Default: `referred` or `denied`.
    pub reason_code: &'static str,
}

/// The packet of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// `ClientReferral`: the client leaves and connects to that server.
    Referral {
        /// DNS name or address of the server, at most 256 bytes.
        host: String,
        /// Its port, not 0.
        port: u16,
        /// Referral data that the client presents there, at most 4096 bytes.
        data: Option<Vec<u8>>,
    },
    /// `Disconnect` in the form that the client's build reads.
    Disconnect {
        /// The text that the player sees; `None` leaves it to the game.
        reason: Option<String>,
    },
}

impl Answer {
    /// Returns an answer that sends the client to another server.
    pub fn referral(host: impl Into<String>, port: u16, data: Option<Vec<u8>>) -> Self {
        Self {
            action: Action::Referral {
                host: host.into(),
                port,
                data,
            },
            reason_code: "referred",
        }
    }

    /// Returns an answer that refuses the client, with a text for the player.
    pub fn disconnect(reason: Option<String>) -> Self {
        Self {
            action: Action::Disconnect { reason },
            reason_code: "denied",
        }
    }

    /// Sets the reason code.
    #[must_use]
    pub fn with_reason(mut self, reason_code: &'static str) -> Self {
        self.reason_code = reason_code;
        self
    }

    /// Encodes the answer as a frame, and returns the encoded answer. If the handler's answer exceeds a limit of the
    /// protocol, the player gets a `Disconnect` without a text instead.
    pub(crate) fn encode(self, form: DisconnectForm) -> (Self, Vec<u8>) {
        let mut packet = Vec::with_capacity(256);
        let encoded = match &self.action {
            Action::Referral { host, port, data } => {
                encode_referral(host, *port, data.as_deref(), &mut packet)
            }
            Action::Disconnect { reason } => {
                encode_disconnect(form, reason.as_deref(), &mut packet)
            }
        };
        let Err(error) = encoded else {
            return (self, packet);
        };
        tracing::warn!(%error, reason = self.reason_code, "answer cannot be encoded; the player gets a Disconnect without a text");
        packet.clear();
        let encoded = encode_disconnect(form, None, &mut packet);
        debug_assert!(
            encoded.is_ok(),
            "a Disconnect without a reason has no limits to break"
        );
        let bare = Self {
            action: Action::Disconnect { reason: None },
            ..self
        };
        (bare, packet)
    }
}
