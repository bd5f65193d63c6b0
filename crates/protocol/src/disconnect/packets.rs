//! The three packets: id 1 of old in both directions, and the pair that replaced it with build 29.

use crate::error::{DecodeError, EncodeError};
use crate::formatted::{FormattedLayout, FormattedMessage, MAX_TEXT};
use crate::reader::Reader;
use crate::writer::{check_len, write_prefixed};

const HEAD: &str = "head of disconnect";
const REASON: &str = "reason";
const TYPE: &str = "type";

/// What kind of end it is. There is no other value in any generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DisconnectType {
    /// An orderly one, 0.
    #[default]
    Disconnect,
    /// A crash, 1.
    Crash,
}

impl DisconnectType {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Disconnect => 0,
            Self::Crash => 1,
        }
    }

    /// The type with that number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Disconnect),
            1 => Some(Self::Crash),
            _ => None,
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let value = reader.u8(TYPE)?;
        Self::from_number(value).ok_or(DecodeError::UnknownValue {
            field: TYPE,
            value,
            max: Self::Crash.number(),
        })
    }
}

/// Id 1 of g1 and builds up to 20, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnect<'a> {
    /// What kind of end it is.
    pub kind: DisconnectType,
    /// Text for the player, at most [`MAX_TEXT`] bytes. An empty one is not the same as none.
    pub reason: Option<&'a str>,
}

impl<'a> Disconnect<'a> {
    /// Packet id, of g1 and builds up to 20 only: later clients know no packet of this id.
    pub const PACKET_ID: i32 = 1;

    /// Reads a payload.
    pub fn decode(payload: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(payload, false);
        let nulls = reader.u8(HEAD)?;
        let kind = DisconnectType::read(&mut reader)?;
        let reason = match nulls & 1 {
            0 => None,
            _ => Some(reader.utf8(REASON, MAX_TEXT)?),
        };
        Ok(Self { kind, reason })
    }

    /// Appends the payload. On an error `out` is unchanged.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        check_len(REASON, self.reason.map_or(0, str::len), MAX_TEXT)?;
        out.extend([u8::from(self.reason.is_some()), self.kind.number()]);
        if let Some(reason) = self.reason {
            write_prefixed(out, reason.as_bytes());
        }
        Ok(())
    }
}

/// Id 2 from server to client, builds from 29 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerDisconnect<'a> {
    /// What kind of end it is.
    pub kind: DisconnectType,
    /// Text for the player.
    pub reason: Option<FormattedMessage<'a>>,
}

impl<'a> ServerDisconnect<'a> {
    /// Packet id, of builds from 29 on only: Ping before.
    pub const PACKET_ID: i32 = 2;

    /// Reads a payload, in which a reason has the given layout. With `None`, one with a reason is refused.
    pub fn decode(payload: &'a [u8], layout: Option<FormattedLayout>) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(payload, false);
        let nulls = reader.u8(HEAD)?;
        let kind = DisconnectType::read(&mut reader)?;
        if nulls & 1 == 0 {
            return Ok(Self { kind, reason: None });
        }
        let Some(layout) = layout else {
            return Err(DecodeError::UnknownLayout { field: REASON });
        };
        let message = FormattedMessage::decode(reader.rest(), layout)?;
        Ok(Self {
            kind,
            reason: Some(message),
        })
    }

    /// Appends the payload, a reason in the given layout. With `None`, a packet with a reason is refused. On an error
    /// `out` is unchanged.
    pub fn encode(
        &self,
        layout: Option<FormattedLayout>,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let head = [u8::from(self.reason.is_some()), self.kind.number()];
        match (&self.reason, layout) {
            (None, _) => out.extend(head),
            (Some(_), None) => return Err(EncodeError::UnknownLayout { field: REASON }),
            (Some(message), Some(layout)) => {
                message.check()?;
                out.extend(head);
                message.encode(layout, out)?;
            }
        }
        Ok(())
    }
}

/// Why a client leaves.
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

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::PlayerLeave => 0,
            Self::PlayerAbort => 1,
            Self::UserLeave => 2,
            Self::Crash => 3,
        }
    }

    /// The reason with that number.
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
    /// Why the client leaves.
    pub reason: ClientDisconnectReason,
    /// What kind of end it is.
    pub kind: DisconnectType,
}

impl ClientDisconnect {
    /// Packet id, of builds from 29 on.
    pub const PACKET_ID: i32 = 1;

    /// Reads a payload.
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

    /// The payload.
    #[must_use]
    pub const fn encode(&self) -> [u8; 2] {
        [self.reason.number(), self.kind.number()]
    }
}
