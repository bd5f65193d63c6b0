//! Checked reading of payloads. Nothing here allocates, and nothing indexes past the end.

use crate::error::DecodeError;

/// Position in a payload.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Lengths must be in their shortest form.
    strict: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], strict: bool) -> Self {
        Self {
            rest: bytes,
            strict,
        }
    }

    /// Returns what was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array(field).map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.array(field).map(u16::from_le_bytes)
    }

    pub(crate) fn i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        self.array(field).map(i32::from_le_bytes)
    }

    pub(crate) fn array<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], DecodeError> {
        let Some((array, rest)) = self.rest.split_first_chunk() else {
            return Err(self.truncated(field, N));
        };
        self.rest = rest;
        Ok(*array)
    }

    pub(crate) fn take(
        &mut self,
        field: &'static str,
        len: usize,
    ) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.truncated(field, len));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Reads ASCII of a fixed width, padded with NUL; a text of the full width has no NUL. What follows the first NUL
    /// is padding whatever it holds: the game stops there too.
    pub(crate) fn fixed_ascii(
        &mut self,
        field: &'static str,
        width: usize,
    ) -> Result<&'a str, DecodeError> {
        let bytes = self.take(field, width)?;
        ascii(
            field,
            bytes.split(|&byte| byte == 0).next().unwrap_or_default(),
        )
    }

    /// Reads bytes behind their length.
    pub(crate) fn bytes(
        &mut self,
        field: &'static str,
        limit: usize,
    ) -> Result<&'a [u8], DecodeError> {
        let len = self.varint(field)?;
        if len > limit {
            return Err(DecodeError::TooLong { field, len, limit });
        }
        self.take(field, len)
    }

    /// Reads UTF-8 behind its length in bytes.
    pub(crate) fn utf8(
        &mut self,
        field: &'static str,
        limit: usize,
    ) -> Result<&'a str, DecodeError> {
        utf8(field, self.bytes(field, limit)?)
    }

    /// Reads ASCII behind its length.
    pub(crate) fn ascii(
        &mut self,
        field: &'static str,
        limit: usize,
    ) -> Result<&'a str, DecodeError> {
        ascii(field, self.bytes(field, limit)?)
    }

    /// Reads an unsigned LEB128 of at most five bytes. Above `i32::MAX` it is a negative number to the game and refused
    /// there.
    fn varint(&mut self, field: &'static str) -> Result<usize, DecodeError> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8(field)?;
            value |= usize::from(byte & 0x7f) << shift;
            if shift == 28 && byte > 0x07 {
                break;
            }
            if byte & 0x80 == 0 {
                if self.strict && byte == 0 && shift > 0 {
                    return Err(DecodeError::NonMinimalVarint { field });
                }
                return Ok(value);
            }
        }
        Err(DecodeError::BadVarint { field })
    }

    fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        DecodeError::Truncated {
            field,
            needed,
            have: self.rest.len(),
        }
    }
}

fn utf8<'a>(field: &'static str, bytes: &'a [u8]) -> Result<&'a str, DecodeError> {
    str::from_utf8(bytes).map_err(|error| DecodeError::NotUtf8 {
        field,
        at: error.valid_up_to(),
    })
}

fn ascii<'a>(field: &'static str, bytes: &'a [u8]) -> Result<&'a str, DecodeError> {
    if let Some(at) = bytes.iter().position(|byte| !byte.is_ascii()) {
        return Err(DecodeError::NotAscii { field, at });
    }
    utf8(field, bytes)
}

#[cfg(test)]
mod tests;
