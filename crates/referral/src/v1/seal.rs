use std::fmt;

use super::{FLAG_SIGNED, HEADER, MAX_CONTENT_SIGNED, MAX_CONTENT_UNSIGNED, VERSION};
use crate::hmac_key::{HmacKey, TAG};
use crate::{MAGIC, Secret};

/// Seals envelopes of version 1 with one key.
#[derive(Clone)]
pub struct Sealer {
    key_id: u8,
    key: Option<HmacKey>,
}

impl Sealer {
    /// Makes a sealer of signed envelopes.
    pub fn signed(key_id: u8, secret: &Secret) -> Self {
        Self {
            key_id,
            key: Some(HmacKey::new(secret)),
        }
    }

    /// Makes a sealer of envelopes without a signature, which a player can forge. For networks whose backends do not
    /// rely on the content.
    pub fn unsigned(key_id: u8) -> Self {
        Self { key_id, key: None }
    }

    /// Returns the key id of the envelopes.
    pub fn key_id(&self) -> u8 {
        self.key_id
    }

    /// Returns whether the envelopes are signed.
    pub fn is_signed(&self) -> bool {
        self.key.is_some()
    }

    /// Returns the maximum length of a content in bytes.
    pub fn max_content(&self) -> usize {
        if self.is_signed() {
            MAX_CONTENT_SIGNED
        } else {
            MAX_CONTENT_UNSIGNED
        }
    }

    /// Appends the envelope around `content` to `out`. Content longer than [`max_content`](Self::max_content) is left
    /// out whole: half of it would be signed as well and have another meaning.
    pub fn seal(&self, content: &[u8], out: &mut Vec<u8>) -> Sealed {
        let fitting = u16::try_from(content.len())
            .ok()
            .filter(|_| content.len() <= self.max_content());
        let (content, len) = fitting.map_or((&[][..], 0), |len| (content, len));

        let [m0, m1, m2, m3] = MAGIC;
        let [low, high] = len.to_le_bytes();
        let flags = if self.is_signed() { FLAG_SIGNED } else { 0 };
        let header = [m0, m1, m2, m3, VERSION, flags, self.key_id, low, high];

        out.reserve(HEADER + content.len() + TAG);
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        if let Some(key) = &self.key {
            out.extend_from_slice(&key.sign(&header, content));
        }
        Sealed {
            truncated: fitting.is_none(),
        }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("key_id", &self.key_id)
            .field("key", &self.key.as_ref().map(|_| ".."))
            .finish()
    }
}

/// Result of [`Sealer::seal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "content that did not fit is gone and worth a warning"]
#[non_exhaustive]
pub struct Sealed {
    /// The content did not fit, and the envelope has empty content instead.
    pub truncated: bool,
}
