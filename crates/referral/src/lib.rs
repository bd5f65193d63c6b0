//! The signed envelope ("HYRP") around the data that a referred Hytale player carries.
//!
//! The game hands referral data from one server to the next through the player's client and verifies nothing of it.
//! The entrypoint seals its content; the backend opens it and can then believe it. An envelope is not encrypted.
//!
//! There are two versions, told apart by [`version_of`]. Version 2, here at the root, is always signed and states how
//! long it is valid, a nonce, and the player, client certificate and target that it is for. It knows Ed25519 and goes
//! both ways. Version 1, in [`v1`], holds a content and nothing else, for networks that have it already.
//!
//! A [`Statement`] is sealed with a [`SigningKey`] and opened with [`VerifyingKeys`], an [`Expectation`] and the time.
//! [`open`] makes every check that one envelope allows; a [`ReplayGuard`] refuses an envelope that is shown again.
//! Referrals go from the entrypoint to a backend, tickets go back. With Ed25519 the backends hold nothing that a
//! referral could be forged with. This crate reads no clock and draws no random number.
//!
//! A player is claimed or verified. A sealer without proof of a client's identity signs the UUID that the client
//! claims: such an envelope cannot be shown under another UUID, but proves nothing about the player. A backend without
//! authentication of its own expects a [verified player](Expectation::with_verified_player).
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use hyrouter_referral::{
//!     Expectation, ReplayGuard, Secret, SigningKey, Statement, VerifyingKey, VerifyingKeys, open,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (player, certificate, nonce) = ([7; 16], [8; 32], [9; 16]);
//! let now = SystemTime::now();
//!
//! // In the entrypoint:
//! let seed = Secret::parse("hex:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")?;
//! let key = SigningKey::ed25519(1, &seed)?;
//! let mut referral_data = Vec::new();
//! Statement::referral("lobby-1.example.com", 5520)
//!     .with_lifetime(now, Duration::from_secs(30))
//!     .with_nonce(nonce)
//!     .with_player(player)
//!     .with_certificate(certificate)
//!     .with_content(b"party=12")
//!     .seal(&key, &mut referral_data)?;
//!
//! // In the backend, which needs the public key alone:
//! let public_key = key.public_key().ok_or("an HMAC key has none")?;
//! let keys = VerifyingKeys::new().with(VerifyingKey::ed25519(1, &public_key)?);
//! let mut guard = ReplayGuard::new(100_000);
//! let expectation = Expectation::referral_to("lobby-1.example.com", 5520)
//!     .with_player(player)
//!     .with_certificate(certificate);
//! let statement = open(&referral_data, &keys, &expectation, now)?;
//! guard.admit(statement.nonce, statement.expires_at, now)?;
//! assert_eq!(statement.content, b"party=12");
//! # Ok(())
//! # }
//! ```
//!
//! # Layout of version 2
//!
//! All integers are little endian, all times milliseconds since 1970 in UTC. An envelope is at most [`MAX_ENVELOPE`]
//! bytes and ends with its signature.
//!
//! | at | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic `HYRP` |
//! | 4 | 1 | version, 2 |
//! | 5 | 1 | kind: 1 referral, 2 ticket |
//! | 6 | 1 | flags; bit 0: player known, 1: certificate known, 2: player verified, never without 0; others zero |
//! | 7 | 1 | algorithm: 1 HMAC-SHA256, 2 Ed25519 |
//! | 8 | 1 | key id |
//! | 9 | 1 | hops |
//! | 10 | 8 | issued at |
//! | 18 | 8 | expires at, later than issued at |
//! | 26 | 16 | nonce |
//! | 42 | 16 | UUID of the player in the order of print; zero when not known |
//! | 58 | 32 | SHA-256 of the client's certificate in DER; zero when not known |
//! | 90 | 2 | target port; 0 only in a ticket |
//! | 92 | 2 | length of the target host, at most 256; 0 only in a ticket |
//! | 94 | 1 | length of the route |
//! | 95 | 1 | length of the source |
//! | 96 | 2 | length of the content |
//! | 98 | | target host, route, source (UTF-8), content |
//! | | 32 or 64 | signature over everything before it |

mod algorithm;
pub mod ed25519;
mod envelope;
mod envelope_kind;
mod expectation;
mod hmac_key;
mod key;
mod key_error;
mod keys;
mod layout;
mod name;
mod open;
mod open_error;
mod parse_error;
mod replay;
mod seal;
mod secret;
mod statement;
pub mod v1;
mod validity;

pub use algorithm::Algorithm;
pub use envelope::Envelope;
pub use envelope_kind::EnvelopeKind;
pub use expectation::{DEFAULT_CLOCK_SKEW, Expectation};
pub use key::{EnvelopeKey, Signer, SigningKey, Verifier, VerifyingKey};
pub use key_error::KeyError;
pub use keys::{Keys, SigningKeys, VerifyingKeys};
pub use layout::{MAX_HOST, MAX_ROUTE, MAX_SOURCE, VERSION};
pub use name::UnknownEnvelopeName;
pub use open::open;
pub use open_error::{OpenError, OpenErrorCode};
pub use parse_error::ParseError;
pub use replay::{ReplayError, ReplayGuard};
pub use seal::SealError;
pub use secret::{Secret, SecretError};
pub use statement::Statement;
pub use validity::Validity;

/// Maximum length of an envelope of any version in bytes. A Hytale server disconnects a player who carries more
/// referral data.
pub const MAX_ENVELOPE: usize = 4096;

const MAGIC: [u8; 4] = *b"HYRP";

/// Returns the version of an envelope, if the bytes begin like one. This crate opens 1 and 2. The bytes after the
/// version are not checked.
pub fn version_of(bytes: &[u8]) -> Option<u8> {
    bytes.strip_prefix(&MAGIC)?.first().copied()
}
