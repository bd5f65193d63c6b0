//! The signed envelope ("HYRP") around the data that a referred Hytale player carries.
//!
//! The game hands referral data from one server to the next through the player's client and verifies nothing of it.
//! The entrypoint seals its content; the backend opens it and can then believe it. An envelope is not encrypted.
//!
//! There are two versions, told apart by [`version_of`]. Version 1 is here at the root: content and a shared secret,
//! and no word about who may show it, where and how long. Version 2 in [`v2`] says all of that, knows Ed25519 and goes
//! both ways; use it for everything new.
//!
//! # Version 1
//!
//! [`Sealer`] seals with a key and [`open`] opens with the same one. There is no time in it: put an expiry into the
//! content if it must not be shown again later.
//!
//! ```
//! use hyrouter_referral::{KeyRing, Sealer, Secret, open};
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
//! # Layout of version 1
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

pub mod ed25519;
mod envelope;
mod key;
mod seal;
mod secret;
pub mod v2;

pub use envelope::{Envelope, EnvelopeError, VerifyError, open};
pub use key::KeyRing;
pub use seal::{Sealed, Sealer};
pub use secret::{Secret, SecretError};

/// The longest envelope in bytes. A Hytale server disconnects a player who carries more referral data than this.
pub const MAX_ENVELOPE: usize = 4096;

/// The longest content of an unsigned envelope in bytes.
pub const MAX_CONTENT_UNSIGNED: usize = MAX_ENVELOPE - HEADER;

/// The longest content of a signed envelope in bytes.
pub const MAX_CONTENT_SIGNED: usize = MAX_CONTENT_UNSIGNED - SIGNATURE;

/// The version of an envelope, if the bytes begin like one: 1 and 2 can be opened here. Whether they go on like one is
/// not looked at.
pub fn version_of(bytes: &[u8]) -> Option<u8> {
    bytes.strip_prefix(&MAGIC)?.first().copied()
}

const MAGIC: [u8; 4] = *b"HYRP";
const VERSION: u8 = 1;
const FLAG_SIGNED: u8 = 0b0000_0001;
const HEADER: usize = 9;
const SIGNATURE: usize = 32;
