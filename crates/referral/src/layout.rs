//! Layout of version 2. The table is in the documentation of the crate.

use crate::MAGIC;

/// Version byte.
pub const VERSION: u8 = 2;

/// Maximum length of the target host in bytes, the bound of the game on the host of a referral.
pub const MAX_HOST: usize = 256;

/// Maximum length of the route in bytes: its length field is one byte.
pub const MAX_ROUTE: usize = 255;

/// Maximum length of the source in bytes: its length field is one byte.
pub const MAX_SOURCE: usize = 255;

pub(crate) const FLAG_PLAYER: u8 = 0b0000_0001;
pub(crate) const FLAG_CERTIFICATE: u8 = 0b0000_0010;
pub(crate) const FLAG_VERIFIED: u8 = 0b0000_0100;

/// All fields before the target host, as they are in the bytes.
pub(crate) struct EnvelopeHeader {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) algorithm: u8,
    pub(crate) key_id: u8,
    pub(crate) hops: u8,
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) nonce: [u8; 16],
    pub(crate) player: [u8; 16],
    pub(crate) certificate: [u8; 32],
    pub(crate) port: u16,
    pub(crate) host_len: u16,
    pub(crate) route_len: u8,
    pub(crate) source_len: u8,
    pub(crate) content_len: u16,
}

impl EnvelopeHeader {
    /// Length in bytes.
    pub(crate) const LEN: usize = 98;

    /// Takes the header off the front. Magic and version were checked before.
    pub(crate) fn read(from: &mut ByteReader<'_>) -> Option<Self> {
        let _magic: [u8; 4] = from.array()?;
        let [_version, kind, flags, algorithm, key_id, hops] = from.array()?;
        Some(Self {
            kind,
            flags,
            algorithm,
            key_id,
            hops,
            issued_at: u64::from_le_bytes(from.array()?),
            expires_at: u64::from_le_bytes(from.array()?),
            nonce: from.array()?,
            player: from.array()?,
            certificate: from.array()?,
            port: u16::from_le_bytes(from.array()?),
            host_len: u16::from_le_bytes(from.array()?),
            route_len: u8::from_le_bytes(from.array()?),
            source_len: u8::from_le_bytes(from.array()?),
            content_len: u16::from_le_bytes(from.array()?),
        })
    }

    /// Appends the header.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[VERSION, self.kind, self.flags, self.algorithm]);
        out.extend_from_slice(&[self.key_id, self.hops]);
        out.extend_from_slice(&self.issued_at.to_le_bytes());
        out.extend_from_slice(&self.expires_at.to_le_bytes());
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.player);
        out.extend_from_slice(&self.certificate);
        out.extend_from_slice(&self.port.to_le_bytes());
        out.extend_from_slice(&self.host_len.to_le_bytes());
        out.extend_from_slice(&[self.route_len, self.source_len]);
        out.extend_from_slice(&self.content_len.to_le_bytes());
    }
}

/// Takes bytes off the front of a slice.
pub(crate) struct ByteReader<'a>(pub(crate) &'a [u8]);

impl<'a> ByteReader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn slice(&mut self, len: impl Into<usize>) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        Some(taken)
    }
}
