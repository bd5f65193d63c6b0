//! Where the fields of version 2 are. The table stands in the documentation of the module above.

use crate::MAGIC;

/// The version byte.
pub const VERSION: u8 = 2;

/// The longest target host in bytes, the bound of the game on the host of a referral.
pub const MAX_HOST: usize = 256;

/// The longest route in bytes: its length is one byte.
pub const MAX_ROUTE: usize = 255;

/// The longest source in bytes: its length is one byte.
pub const MAX_SOURCE: usize = 255;

pub(super) const FLAG_PLAYER: u8 = 0b0000_0001;
pub(super) const FLAG_CERTIFICATE: u8 = 0b0000_0010;
pub(super) const FLAG_VERIFIED: u8 = 0b0000_0100;

/// All before the target host, each field as it is in the bytes.
pub(super) struct Header {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) algorithm: u8,
    pub(super) key_id: u8,
    pub(super) hops: u8,
    pub(super) issued_at: u64,
    pub(super) expires_at: u64,
    pub(super) nonce: [u8; 16],
    pub(super) player: [u8; 16],
    pub(super) certificate: [u8; 32],
    pub(super) port: u16,
    pub(super) host_len: u16,
    pub(super) route_len: u8,
    pub(super) source_len: u8,
    pub(super) content_len: u16,
}

impl Header {
    /// Its length in bytes.
    pub(super) const LEN: usize = 98;

    /// Takes the header off the front. Magic and version were looked at before.
    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
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
    pub(super) fn write(&self, out: &mut Vec<u8>) {
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

/// Takes bytes off the front of others.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn slice(&mut self, len: impl Into<usize>) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        Some(taken)
    }
}
