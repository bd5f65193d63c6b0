use super::DisconnectType;
use crate::error::DecodeError;
use crate::reader::Reader;

const REASON: &str = "reason";

/// Reason of a client to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClientDisconnectReason {
    /// 0.
    #[default]
    PlayerLeave,
    /// 1.
    PlayerAbort,
    /// 2.
    UserLeave,
    /// 3.
    Crash,
}

impl ClientDisconnectReason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 4] = [
        Self::PlayerLeave,
        Self::PlayerAbort,
        Self::UserLeave,
        Self::Crash,
    ];

    /// Returns the number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::PlayerLeave => 0,
            Self::PlayerAbort => 1,
            Self::UserLeave => 2,
            Self::Crash => 3,
        }
    }

    /// Returns the reason of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.number() == number)
    }
}

/// Id 1 from client to server, builds from 29 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientDisconnect {
    /// Reason for leaving.
    pub reason: ClientDisconnectReason,
    /// Kind of end.
    pub kind: DisconnectType,
}

impl ClientDisconnect {
    /// Packet id, of builds from 29 on.
    pub const PACKET_ID: i32 = 1;

    /// Reads a payload.
    ///
    /// # Errors
    /// The payload is too short, or a field is not allowed.
    pub fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(payload, false);
        let value = reader.u8(REASON)?;
        let max = ClientDisconnectReason::Crash.number();
        let reason =
            ClientDisconnectReason::from_number(value).ok_or(DecodeError::UnknownValue {
                field: REASON,
                value,
                max,
            })?;
        let kind = DisconnectType::read(&mut reader)?;
        Ok(Self { reason, kind })
    }

    /// Returns the payload.
    #[must_use]
    pub const fn encode(&self) -> [u8; 2] {
        [self.reason.number(), self.kind.number()]
    }
}
