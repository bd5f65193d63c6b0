//! Version 1 of the envelope: a content and a shared secret, without a time, a player or a target.
//!
//! [`Sealer`] seals with a key and [`open`] opens with the same one. An envelope never expires: put a time into the
//! content if it must not be shown again later.
//!
//! ```
//! use hyrouter_referral::Secret;
//! use hyrouter_referral::v1::{KeyRing, Sealer, open};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = Secret::parse("base64:c2VjcmV0IG9mIHRoZSBuZXR3b3Jr")?;
//!
//! // In the entrypoint:
//! let mut referral_data = Vec::new();
//! let sealed = Sealer::signed(7, &secret).seal(b"party=12", &mut referral_data);
//! assert!(!sealed.truncated);
//!
//! // In the backend, for the referral data of a Connect:
//! let keys = KeyRing::new().with(7, &secret);
//! assert_eq!(open(&referral_data, &keys)?, b"party=12");
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! | bytes | field |
//! |---|---|
//! | 4 | magic `HYRP` |
//! | 1 | version, 1 |
//! | 1 | flags; bit 0: signed, the others are zero |
//! | 1 | key id |
//! | 2 | length of the content, little endian |
//! | n | content |
//! | 32 | HMAC-SHA256 over everything before it, only when signed |
//!
//! An envelope is at most [`MAX_ENVELOPE`] bytes, the bound of the game on referral data.

mod envelope;
mod key_ring;
mod seal;

pub use envelope::{EnvelopeError, EnvelopeV1, VerifyError, open};
pub use key_ring::KeyRing;
pub use seal::{Sealed, Sealer};

use crate::MAX_ENVELOPE;
use crate::hmac_key::TAG;

/// Version byte.
pub const VERSION: u8 = 1;

/// Maximum length of the content of an unsigned envelope in bytes.
pub const MAX_CONTENT_UNSIGNED: usize = MAX_ENVELOPE - HEADER;

/// Maximum length of the content of a signed envelope in bytes.
pub const MAX_CONTENT_SIGNED: usize = MAX_CONTENT_UNSIGNED - TAG;

const FLAG_SIGNED: u8 = 0b0000_0001;
/// Length of all before the content in bytes.
const HEADER: usize = 9;
