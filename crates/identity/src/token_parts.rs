//! Encoded parts of a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::json::{IsPresent, JsonObject, Text};
use crate::{MAX_TOKEN, TokenRefusal};

/// Token, split into its parts. None of them is decoded.
pub(crate) struct TokenParts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// Header and payload, with the dot between them.
    pub(crate) signed: &'a [u8],
}

impl<'a> TokenParts<'a> {
    pub(crate) fn split(text: &'a str) -> Result<Self, TokenRefusal> {
        if text.is_empty() {
            return Err(TokenRefusal::Missing);
        }
        if text.len() > MAX_TOKEN {
            return Err(TokenRefusal::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenRefusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenRefusal::Malformed)?;
        // Decoding would find it too, but only after the signature was verified.
        if payload.contains('.') {
            return Err(TokenRefusal::Malformed);
        }
        Ok(Self {
            header,
            payload,
            signature,
            signed: signed.as_bytes(),
        })
    }

    pub(crate) fn header(&self) -> Result<TokenPart, TokenRefusal> {
        TokenPart::decode(self.header)
    }

    pub(crate) fn payload(&self) -> Result<TokenPart, TokenRefusal> {
        TokenPart::decode(self.payload)
    }

    /// Decodes the signature. Its length is not checked; the key does.
    pub(crate) fn signature(&self) -> Result<Vec<u8>, TokenRefusal> {
        decode(self.signature)
    }
}

/// Decodes a part. Strict: no padding, no blanks, and only zeros in spare bits, so that a token has one form.
fn decode(part: &str) -> Result<Vec<u8>, TokenRefusal> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| TokenRefusal::Malformed)
}

/// Decoded part.
pub(crate) struct TokenPart(String);

impl TokenPart {
    fn decode(part: &str) -> Result<Self, TokenRefusal> {
        // Checked as a whole, since the parser does not check skipped values for UTF-8.
        let text = String::from_utf8(decode(part)?).map_err(|_| TokenRefusal::Malformed)?;
        Ok(Self(text))
    }

    /// Reads an object. Members of other names may be anything, nested to any depth: they are skipped without
    /// recursion.
    pub(crate) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, TokenRefusal> {
        let JsonObject(value) =
            serde_json::from_str(&self.0).map_err(|_| TokenRefusal::Malformed)?;
        Ok(value)
    }
}

/// Members of the header that are used. Keys that come with the token (`jwk`, `jku`, `x5u`, `x5c`) are not read, since
/// a token must not choose the key that verifies it.
#[derive(Deserialize)]
pub(crate) struct TokenHeader<'a> {
    #[serde(borrow)]
    alg: Option<Text<'a>>,
    #[serde(borrow)]
    kid: Option<Text<'a>>,
    #[serde(default)]
    crit: IsPresent,
}

impl TokenHeader<'_> {
    /// Refuses all algorithms but Ed25519. `EdDSA` includes Ed448; the key decides, and all trusted keys are Ed25519.
    pub(crate) fn check(&self) -> Result<(), TokenRefusal> {
        match self.alg.as_deref() {
            Some("EdDSA" | "Ed25519") if !self.crit.0 => Ok(()),
            _ => Err(TokenRefusal::Algorithm),
        }
    }

    /// Returns the id of the key that the token names.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.kid.as_deref()
    }
}
