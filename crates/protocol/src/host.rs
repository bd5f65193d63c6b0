//! `HostAddress`: the host and port that referrals name.

use crate::error::{DecodeError, EncodeError};
use crate::reader::Reader;
use crate::writer::check_len;

/// Maximum length of a host in bytes of UTF-8, in every generation.
pub const MAX_HOST: usize = 256;

/// Host and port, as a referral names them.
///
/// On the wire: port as `u16` little-endian, then the host behind its length. The host is the bare text that the
/// sender put there, whatever it is: a name, an address, brackets, or nothing. In a Connect it is untrusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HostAddress<'a> {
    /// Name or address literal, at most [`MAX_HOST`] bytes.
    pub host: &'a str,
    /// Port. The game takes 1 to 65535, the wire carries 0 as well.
    pub port: u16,
}

impl<'a> HostAddress<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>, field: &'static str) -> Result<Self, DecodeError> {
        let port = reader.u16(field)?;
        let host = reader.utf8(field, MAX_HOST)?;
        Ok(Self { host, port })
    }

    pub(crate) fn check(&self, field: &'static str) -> Result<(), EncodeError> {
        check_len(field, self.host.len(), MAX_HOST)
    }
}
