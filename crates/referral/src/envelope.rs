use crate::{FLAG_SIGNED, HEADER, KeyRing, MAGIC, MAX_ENVELOPE, SIGNATURE, VERSION};

/// Reads an envelope and verifies it: the content, which the holder of one of the `keys` has sealed.
///
/// # Errors
/// The bytes are not an envelope, it is not signed, its key is unknown, or the signature is wrong.
pub fn open<'a>(bytes: &'a [u8], keys: &KeyRing) -> Result<&'a [u8], VerifyError> {
    Envelope::parse(bytes)?.verify(keys)
}

/// An envelope whose layout was read and of which nothing else is known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    header: &'a [u8; HEADER],
    key_id: u8,
    content: &'a [u8],
    signature: Option<&'a [u8; SIGNATURE]>,
}

impl<'a> Envelope<'a> {
    /// Reads the layout. It is strict: the bytes end where the envelope ends, and a flag that this version does not
    /// know is refused, since what it changes about the layout or the meaning is unknown too.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(EnvelopeError::Magic);
        }
        if bytes.len() > MAX_ENVELOPE {
            return Err(EnvelopeError::TooLong { len: bytes.len() });
        }
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(EnvelopeError::TooShort { len: bytes.len() });
        };
        let &[_, _, _, _, version, flags, key_id, low, high] = header;
        if version != VERSION {
            return Err(EnvelopeError::Version { version });
        }
        if flags & !FLAG_SIGNED != 0 {
            return Err(EnvelopeError::Flags { flags });
        }

        let signed = flags & FLAG_SIGNED != 0;
        let expected =
            usize::from(u16::from_le_bytes([low, high])) + if signed { SIGNATURE } else { 0 };
        if rest.len() != expected {
            return Err(EnvelopeError::Length {
                len: bytes.len(),
                expected: HEADER + expected,
            });
        }
        let (content, signature) = match rest.split_last_chunk::<SIGNATURE>() {
            Some((content, signature)) if signed => (content, Some(signature)),
            _ => (rest, None),
        };
        Ok(Self {
            header,
            key_id,
            content,
            signature,
        })
    }

    /// The content, provided that the key of this envelope is in `keys` and has signed it. The comparison takes the
    /// same time wherever the signatures differ.
    pub fn verify(&self, keys: &KeyRing) -> Result<&'a [u8], VerifyError> {
        let Some(signature) = self.signature else {
            return Err(VerifyError::Unsigned);
        };
        let Some(key) = keys.get(self.key_id) else {
            return Err(VerifyError::UnknownKey {
                key_id: self.key_id,
            });
        };
        if !key.verify(self.header, self.content, signature) {
            return Err(VerifyError::BadSignature {
                key_id: self.key_id,
            });
        }
        Ok(self.content)
    }

    /// The version of the layout, always 1 so far.
    pub fn version(&self) -> u8 {
        VERSION
    }

    /// The flag bits. Bit 0: signed.
    pub fn flags(&self) -> u8 {
        if self.is_signed() { FLAG_SIGNED } else { 0 }
    }

    /// The id of the key that it claims to be sealed with.
    pub fn key_id(&self) -> u8 {
        self.key_id
    }

    /// The content as the player has brought it. Believe it only after [`verify`](Self::verify).
    pub fn content(&self) -> &'a [u8] {
        self.content
    }

    /// The signature, if there is one.
    pub fn signature(&self) -> Option<&'a [u8; SIGNATURE]> {
        self.signature
    }

    /// Whether there is a signature; not whether it is right.
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }
}

/// Why some bytes are not an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// They do not start with the magic: other referral data.
    #[error("not an envelope: it does not start with HYRP")]
    Magic,
    /// They are longer than [`MAX_ENVELOPE`].
    #[error("the envelope has {len} bytes; at most {MAX_ENVELOPE} are allowed")]
    TooLong {
        /// All bytes.
        len: usize,
    },
    /// They end inside the header.
    #[error("the envelope has {len} bytes; the header alone takes {HEADER}")]
    TooShort {
        /// All bytes.
        len: usize,
    },
    /// The version is another one.
    #[error("envelope version {version} is unknown; version {VERSION} is")]
    Version {
        /// The version byte.
        version: u8,
    },
    /// A flag other than bit 0 is set.
    #[error("envelope flags {flags:#04x} hold an unknown bit; only bit 0 (signed) is known")]
    Flags {
        /// The flags byte.
        flags: u8,
    },
    /// They are not as long as flags and content length say.
    #[error("the envelope has {len} bytes; its header says {expected}")]
    Length {
        /// All bytes.
        len: usize,
        /// All bytes by the header.
        expected: usize,
    },
}

/// Why the content of an envelope is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It is not an envelope. From [`open`] only.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is not signed.
    #[error("the envelope is not signed")]
    Unsigned,
    /// It is signed with a key that is not in the ring.
    #[error("the envelope is signed with key {key_id}, which is unknown here")]
    UnknownKey {
        /// The key id of the envelope.
        key_id: u8,
    },
    /// The signature does not fit the envelope and the key.
    #[error("the signature of the envelope is not that of key {key_id}")]
    BadSignature {
        /// The key id of the envelope.
        key_id: u8,
    },
}
