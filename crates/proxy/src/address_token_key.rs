//! The key of Retry tokens.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyrouter_files::{FileProblem, read_text};
use zeroize::Zeroizing;

/// Standard alphabet with optional padding, since tools write both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// HKDF salt. Separates these tokens from other uses of the same secret.
const SALT: &[u8] = b"hyrouter retry token 1";
/// Minimum length of a secret, in bytes. A shorter one could be guessed.
const MIN_LEN: usize = 32;
/// Maximum size of a file, in bytes. A larger file is not a secret: the path is wrong.
const MAX_FILE: usize = 4096;

/// A secret that several servers share, so that each accepts the Retry tokens of the others.
///
/// A token contains the client's address and a time. A party that knows the key can forge addresses as if there were no
/// Retry. The key cannot be printed, and the secret itself is not kept.
#[derive(Clone)]
pub struct AddressTokenKey(Arc<hkdf::Prk>);

impl AddressTokenKey {
    /// Reads a secret of at least 32 bytes in one of its three text forms: `base64:...` (standard alphabet, padded or
    /// not), `hex:...`, and anything else as it is. Surrounding whitespace is ignored.
    ///
    /// # Errors
    ///
    /// The secret is too short, or not in the form that its prefix names. The error holds nothing of the text.
    pub fn parse(text: &str) -> Result<Self, AddressTokenKeyError> {
        let text = text.trim();
        let secret = if let Some(digits) = strip_prefix(text, "base64:") {
            decode_base64(digits)?
        } else if let Some(digits) = strip_prefix(text, "hex:") {
            decode_hex(digits)?
        } else {
            Zeroizing::new(text.as_bytes().to_vec())
        };
        if secret.len() < MIN_LEN {
            return Err(AddressTokenKeyError::Short {
                bytes: secret.len(),
            });
        }
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(&secret);
        Ok(Self(Arc::new(prk)))
    }

    /// Reads a file that holds such a text.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), or the file cannot be read, is not a regular file, is not UTF-8, or is longer than
    /// 4 KiB. Each names the file.
    pub fn read(path: &Path) -> Result<Self, AddressTokenKeyError> {
        let named = |error| AddressTokenKeyError::File {
            file: path.to_owned(),
            error: Box::new(error),
        };
        let text = read_text(path, MAX_FILE)
            .map_err(|error| named(AddressTokenKeyError::Read(error.problem)))?;
        Self::parse(&text).map_err(named)
    }

    pub(crate) fn for_quic(&self) -> Arc<dyn quinn::crypto::HandshakeTokenKey> {
        Arc::clone(&self.0) as Arc<dyn quinn::crypto::HandshakeTokenKey>
    }
}

impl fmt::Debug for AddressTokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressTokenKey(..)")
    }
}

/// Error of a text or file that is not an [`AddressTokenKey`]. It contains nothing of the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddressTokenKeyError {
    /// A file that cannot be used.
    #[error("{}: {error}", file.display())]
    File {
        /// Path of the file.
        file: PathBuf,
        /// Problem with the file.
        error: Box<AddressTokenKeyError>,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Read(FileProblem),
    /// Fewer than 32 bytes.
    #[error("the secret has {bytes} bytes; at least {MIN_LEN} are required")]
    Short {
        /// Length of the secret in bytes.
        bytes: usize,
    },
    /// The text after `base64:` is not base64.
    #[error("the text after `base64:` is not standard base64")]
    Base64,
    /// The text after `hex:` is not hexadecimal.
    #[error("the text after `hex:` is not an even number of hexadecimal digits")]
    Hex,
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| tail.trim())
}

/// Decodes into a buffer that is wiped on every path, errors included.
fn decode_base64(digits: &str) -> Result<Zeroizing<Vec<u8>>, AddressTokenKeyError> {
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(digits.len())]);
    let len = BASE64
        .decode_slice(digits, &mut bytes)
        .map_err(|_| AddressTokenKeyError::Base64)?;
    bytes.truncate(len);
    Ok(bytes)
}

fn decode_hex(digits: &str) -> Result<Zeroizing<Vec<u8>>, AddressTokenKeyError> {
    let mut bytes = Zeroizing::new(vec![0; digits.len() / 2]);
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| AddressTokenKeyError::Hex)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
