//! A Connect that owns its bytes.

use std::fmt;
use std::ops::Range;

use uuid::Uuid;

use super::{ClientType, Connect, Protocol};
use crate::builds::{ClientBuild, Generation};
use crate::error::DecodeError;
use crate::host::HostAddress;

/// Connect together with its payload, to be moved to where a borrow cannot go, such as another task.
///
/// Remembers where in the payload each field is: nothing is decoded again and no field is copied.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectBuf {
    payload: Vec<u8>,
    generation: Generation,
    build: ClientBuild,
    crc: i32,
    client_type: ClientType,
    uuid: Option<Uuid>,
    /// Protocol hash or client version.
    version: Range<usize>,
    username: Option<Range<usize>>,
    language: Option<Range<usize>>,
    identity_token: Option<Range<usize>>,
    referral_data: Option<Range<usize>>,
    referral_source: Option<(Range<usize>, u16)>,
}

impl ConnectBuf {
    /// Reads a payload as [`Connect::decode`] does and keeps it.
    ///
    /// # Errors
    /// As [`Connect::decode`].
    pub fn decode(payload: Vec<u8>, alpn: Option<&[u8]>) -> Result<Self, DecodeError> {
        let connect = Connect::decode(&payload, alpn)?;
        let range = |field: &[u8]| range_in(&payload, field);
        let text = |field: Option<&str>| field.map(|text| range(text.as_bytes()));
        let (crc, version) = match connect.protocol {
            Protocol::Hash(hash) => (0, hash),
            Protocol::Build {
                crc,
                client_version,
                ..
            } => (crc, client_version),
        };
        Ok(Self {
            generation: connect.generation,
            build: connect.build(),
            crc,
            client_type: connect.client_type,
            uuid: connect.uuid,
            version: range(version.as_bytes()),
            username: text(connect.username),
            language: text(connect.language),
            identity_token: text(connect.identity_token),
            referral_data: connect.referral_data.map(range),
            referral_source: connect
                .referral_source
                .map(|source| (range(source.host.as_bytes()), source.port)),
            payload,
        })
    }

    /// Returns the packet. Cheap: only the UTF-8 of its texts is checked again.
    #[must_use]
    pub fn connect(&self) -> Connect<'_> {
        let text = |range: &Option<Range<usize>>| range.as_ref().map(|range| self.text(range));
        let protocol = match self.build {
            ClientBuild::Number(number) => Protocol::Build {
                crc: self.crc,
                number,
                client_version: self.text(&self.version),
            },
            ClientBuild::Hash | ClientBuild::Unknown => Protocol::Hash(self.text(&self.version)),
        };
        Connect {
            generation: self.generation,
            protocol,
            client_type: self.client_type,
            uuid: self.uuid,
            username: text(&self.username),
            language: text(&self.language),
            identity_token: text(&self.identity_token),
            referral_data: self.referral_data.as_ref().map(|range| self.bytes(range)),
            referral_source: self
                .referral_source
                .as_ref()
                .map(|(range, port)| HostAddress {
                    host: self.text(range),
                    port: *port,
                }),
        }
    }

    /// Returns the payload as it came in.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    fn text(&self, range: &Range<usize>) -> &str {
        // The range was a `str` when it was taken, and the payload has not changed since.
        str::from_utf8(self.bytes(range)).unwrap_or_default()
    }

    fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.payload.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for ConnectBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConnectBuf").field(&self.connect()).finish()
    }
}

/// Returns where `part`, a piece of `whole`, is in it.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start + part.len()
}
