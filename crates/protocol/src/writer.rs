//! Canonical writing: variable fields in the order of their slots, without gaps, lengths in their shortest form.
//!
//! Writing cannot fail; limits are checked before the first byte is written, so that an error leaves no half packet.

use crate::error::EncodeError;
use crate::field_slots::ABSENT;
use crate::host::HostAddress;

/// A field of the variable block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum VarField<'a> {
    /// Text or bytes behind their length.
    Bytes(&'a [u8]),
    /// Port and host.
    Host(HostAddress<'a>),
}

impl<'a> VarField<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Bytes(text.as_bytes())
    }

    fn size(self) -> usize {
        match self {
            Self::Bytes(bytes) => prefixed_size(bytes),
            Self::Host(address) => size_of::<u16>() + prefixed_size(address.host.as_bytes()),
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Bytes(bytes) => write_prefixed(out, bytes),
            Self::Host(address) => {
                out.extend_from_slice(&address.port.to_le_bytes());
                write_prefixed(out, address.host.as_bytes());
            }
        }
    }
}

/// Writes the slots and, behind them, the fields.
pub(crate) fn write_fields(out: &mut Vec<u8>, fields: &[Option<VarField<'_>>]) {
    out.reserve(
        fields
            .iter()
            .map(|field| size_of::<i32>() + field.map_or(0, VarField::size))
            .sum(),
    );
    let mut end = 0;
    for field in fields {
        let offset = match field {
            // The limits of all fields together are far below `i32::MAX`.
            Some(_) => i32::try_from(end).unwrap_or(i32::MAX),
            None => ABSENT,
        };
        out.extend_from_slice(&offset.to_le_bytes());
        end += field.map_or(0, VarField::size);
    }
    for field in fields.iter().flatten() {
        field.write(out);
    }
}

/// Writes bytes behind their length.
pub(crate) fn write_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut len = bytes.len();
    while len > 0x7f {
        let [low, ..] = len.to_le_bytes();
        out.push(low | 0x80);
        len >>= 7;
    }
    let [last, ..] = len.to_le_bytes();
    out.push(last);
    out.extend_from_slice(bytes);
}

/// Writes ASCII of at most `width` bytes, padded with NUL.
pub(crate) fn write_fixed(out: &mut Vec<u8>, text: &str, width: usize) {
    let end = out.len() + width;
    out.extend_from_slice(text.as_bytes());
    out.resize(end, 0);
}

pub(crate) fn check_len(field: &'static str, len: usize, limit: usize) -> Result<(), EncodeError> {
    if len > limit {
        return Err(EncodeError::TooLong { field, len, limit });
    }
    Ok(())
}

pub(crate) fn check_ascii(
    field: &'static str,
    text: &str,
    limit: usize,
) -> Result<(), EncodeError> {
    if !text.is_ascii() {
        return Err(EncodeError::NotAscii { field });
    }
    check_len(field, text.len(), limit)
}

fn prefixed_size(bytes: &[u8]) -> usize {
    let mut size = 1 + bytes.len();
    let mut len = bytes.len() >> 7;
    while len > 0 {
        size += 1;
        len >>= 7;
    }
    size
}
