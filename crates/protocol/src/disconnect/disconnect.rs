use super::DisconnectType;
use crate::error::{DecodeError, EncodeError};
use crate::formatted::MAX_TEXT;
use crate::reader::Reader;
use crate::writer::{check_len, write_prefixed};

const HEAD: &str = "head of disconnect";
const REASON: &str = "reason";

/// Id 1 of g1 and builds up to 20, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnect<'a> {
    /// Kind of end.
    pub kind: DisconnectType,
    /// Text for the player, at most [`MAX_TEXT`] bytes. An empty one is not the same as none.
    pub reason: Option<&'a str>,
}

impl<'a> Disconnect<'a> {
    /// Packet id, of g1 and builds up to 20 only: later clients know no packet of this id.
    pub const PACKET_ID: i32 = 1;

    /// Reads a payload.
    ///
    /// # Errors
    /// The payload is too short, or a field is not allowed.
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
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if the reason has more than [`MAX_TEXT`] bytes.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        check_len(REASON, self.reason.map_or(0, str::len), MAX_TEXT)?;
        out.extend([u8::from(self.reason.is_some()), self.kind.number()]);
        if let Some(reason) = self.reason {
            write_prefixed(out, reason.as_bytes());
        }
        Ok(())
    }
}
