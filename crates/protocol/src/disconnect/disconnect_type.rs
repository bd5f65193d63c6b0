use crate::error::DecodeError;
use crate::reader::Reader;

const TYPE: &str = "type";

/// Kind of end. There is no other value in any generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DisconnectType {
    /// An orderly one, 0.
    #[default]
    Disconnect,
    /// A crash, 1.
    Crash,
}

impl DisconnectType {
    /// Returns the number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Disconnect => 0,
            Self::Crash => 1,
        }
    }

    /// Returns the type of this number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Disconnect),
            1 => Some(Self::Crash),
            _ => None,
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let value = reader.u8(TYPE)?;
        Self::from_number(value).ok_or(DecodeError::UnknownValue {
            field: TYPE,
            value,
            max: Self::Crash.number(),
        })
    }
}
