use super::DisconnectType;
use crate::error::{DecodeError, EncodeError};
use crate::formatted::{FormattedLayout, FormattedMessage};
use crate::reader::Reader;

const HEAD: &str = "head of disconnect";
const REASON: &str = "reason";

/// Id 2 from server to client, builds from 29 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerDisconnect<'a> {
    /// Kind of end.
    pub kind: DisconnectType,
    /// Text for the player.
    pub reason: Option<FormattedMessage<'a>>,
}

impl<'a> ServerDisconnect<'a> {
    /// Packet id, of builds from 29 on only: Ping before.
    pub const PACKET_ID: i32 = 2;

    /// Reads a payload, in which a reason has the given layout.
    ///
    /// # Errors
    /// The payload is too short, or a field is not allowed. [`DecodeError::UnknownLayout`] if there is a reason and no
    /// layout.
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

    /// Appends the payload, a reason in the given layout. On an error `out` is unchanged.
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if a text is too long. [`EncodeError::UnknownLayout`] if there is a reason and no
    /// layout.
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
