use super::{FLAG_SIGNED, HEADER, KeyRing, VERSION};
use crate::hmac_key::TAG;
use crate::{MAGIC, MAX_ENVELOPE};

/// Opens an envelope. Returns the content if the holder of one of the `keys` has sealed it.
///
/// # Errors
/// The bytes are not an envelope, it is not signed, its key is unknown, or the signature is wrong.
pub fn open<'a>(bytes: &'a [u8], keys: &KeyRing) -> Result<&'a [u8], VerifyError> {
    EnvelopeV1::parse(bytes)?.verify(keys)
}

/// Envelope of version 1 with its layout read and nothing verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopeV1<'a> {
    header: &'a [u8; HEADER],
    key_id: u8,
    content: &'a [u8],
    signature: Option<&'a [u8; TAG]>,
}

impl<'a> EnvelopeV1<'a> {
    /// Reads the layout. Strict: the bytes end where the envelope ends, and an unknown flag is refused, since it may
    /// change the layout or the meaning.
    ///
    /// # Errors
    /// The first rule of the layout that the bytes break.
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
        let expected = usize::from(u16::from_le_bytes([low, high])) + if signed { TAG } else { 0 };
        if rest.len() != expected {
            return Err(EnvelopeError::Length {
                len: bytes.len(),
                expected: HEADER + expected,
            });
        }
        let (content, signature) = match rest.split_last_chunk::<TAG>() {
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

    /// Returns the content if the key of this envelope is in `keys` and has signed it. Signatures are compared in
    /// constant time.
    ///
    /// # Errors
    /// [`VerifyError::Unsigned`], [`VerifyError::UnknownKey`] or [`VerifyError::BadSignature`].
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

    /// Returns the version of the layout, always 1.
    pub fn version(&self) -> u8 {
        VERSION
    }

    /// Returns the flag bits. Bit 0: signed.
    pub fn flags(&self) -> u8 {
        if self.is_signed() { FLAG_SIGNED } else { 0 }
    }

    /// Returns the id of the key that the envelope claims to be sealed with.
    pub fn key_id(&self) -> u8 {
        self.key_id
    }

    /// Returns the content, not verified. Only [`verify`](Self::verify) returns a content to rely on.
    pub fn content(&self) -> &'a [u8] {
        self.content
    }

    /// Returns the signature, if there is one, not verified.
    pub fn signature(&self) -> Option<&'a [u8; TAG]> {
        self.signature
    }

    /// Returns whether there is a signature, not whether it is right.
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }
}

/// Bytes are not an envelope of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// They do not start with the magic: referral data of another kind.
    #[error("not an envelope: it does not start with HYRP")]
    Magic,
    /// They are longer than [`MAX_ENVELOPE`].
    #[error("the envelope has {len} bytes; at most {MAX_ENVELOPE} are allowed")]
    TooLong {
        /// Number of bytes.
        len: usize,
    },
    /// They end inside the header.
    #[error("the envelope has {len} bytes; the header alone takes {HEADER}")]
    TooShort {
        /// Number of bytes.
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
        /// Number of bytes.
        len: usize,
        /// Number of bytes by the header.
        expected: usize,
    },
}

/// The content of an envelope of version 1 is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Not an envelope. From [`open`] only.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The envelope is not signed.
    #[error("the envelope is not signed")]
    Unsigned,
    /// The envelope is signed with a key that is not in the ring.
    #[error("the envelope is signed with key {key_id}, which is unknown here")]
    UnknownKey {
        /// Key id of the envelope.
        key_id: u8,
    },
    /// The signature does not fit the envelope and the key.
    #[error("the signature of the envelope is not that of key {key_id}")]
    BadSignature {
        /// Key id of the envelope.
        key_id: u8,
    },
}
