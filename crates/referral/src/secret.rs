use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Standard alphabet. Padding is optional and spare bits of the last digit may be set: people paste both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes that sign an envelope. They are never printed, and are wiped from memory on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Reads a secret in one of three text forms: `base64:...` (standard alphabet, padded or not), `hex:...`, or plain
    /// UTF-8. Blanks around it are ignored, and so is the case of the prefixes.
    ///
    /// # Errors
    /// The text is empty or not in the form of its prefix. The error never holds any of the text.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        let bytes = if let Some(digits) = strip_prefix(text, "base64:") {
            decode_base64(digits)?
        } else if let Some(digits) = strip_prefix(text, "hex:") {
            decode_hex(digits)?
        } else {
            Zeroizing::new(text.as_bytes().to_vec())
        };
        if bytes.is_empty() {
            return Err(SecretError::Empty);
        }
        Ok(Self(bytes))
    }

    /// Returns the length in bytes, at least 1. A secret of fewer than 16 can be guessed.
    pub fn byte_count(&self) -> usize {
        self.0.len()
    }

    /// Returns the secret itself, for another use than signing. Do not print it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A text is not a [`Secret`]. Holds nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nothing is left without the blanks and the prefix.
    #[error("the secret is empty")]
    Empty,
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

/// Decodes into a buffer that is always wiped. The allocating decoder would leave half a secret behind when it fails.
fn decode_base64(digits: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    // Tools break long lines, `openssl rand -base64 64` for one.
    let mut joined = Zeroizing::new(String::with_capacity(digits.len()));
    joined.extend(digits.chars().filter(|c| !matches!(c, '\r' | '\n')));
    let digits = &*joined;
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(digits.len())]);
    let len = BASE64
        .decode_slice(digits.as_bytes(), &mut bytes)
        .map_err(|_| SecretError::Base64)?;
    bytes.truncate(len);
    Ok(bytes)
}

fn decode_hex(digits: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut bytes = Zeroizing::new(vec![0; digits.len() / 2]);
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| SecretError::Hex)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_read() {
        let cases: [(&str, &[u8]); 12] = [
            ("plain", b"plain"),
            ("  00123\n", b"00123"),
            ("grün", "grün".as_bytes()),
            ("base64:AAEC", &[0, 1, 2]),
            ("base64:AAECAw==", &[0, 1, 2, 3]),
            ("base64:AAECAw", &[0, 1, 2, 3]),
            ("base64:AAE\r\nC\nAw==\n", &[0, 1, 2, 3]),
            ("base64:YR==", b"a"),
            ("BASE64: AAEC ", &[0, 1, 2]),
            ("hex:00fFaB", &[0x00, 0xff, 0xab]),
            ("Hex:\t01", &[1]),
            ("base32:AA", b"base32:AA"),
        ];
        for (text, bytes) in cases {
            assert_eq!(Secret::parse(text).unwrap().as_bytes(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        let cases = [
            ("", SecretError::Empty),
            (" \t\n", SecretError::Empty),
            ("base64:", SecretError::Empty),
            ("hex: ", SecretError::Empty),
            ("base64:A", SecretError::Base64),
            ("base64:A-_B", SecretError::Base64),
            ("base64:AA EC", SecretError::Base64),
            ("hex:0", SecretError::Hex),
            ("hex:0x", SecretError::Hex),
            ("hex:é", SecretError::Hex),
        ];
        for (text, error) in cases {
            assert_eq!(Secret::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::parse("hunter2").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(format!("{secret:#?}"), "Secret(..)");
        let error = Secret::parse("hex:hunter2").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
