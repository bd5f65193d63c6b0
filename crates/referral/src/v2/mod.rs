//! Version 2 of the envelope: always signed, with a lifetime, a nonce, and whom and what it is meant for.
//!
//! A [`Statement`] is sealed with a [`SigningKey`] and opened with [`Keys`], an [`Expectation`] and the time. [`open`]
//! makes every check that can be made of one envelope; a [`ReplayGuard`] sees that each is shown once. Referrals go
//! from the entrypoint to a backend, tickets go back. With Ed25519 the backends hold nothing that a referral could be
//! forged with. Nothing here reads a clock or draws a random number.
//!
//! A player is claimed or verified. A sealer that has no proof of who a client is signs the name that the client gave;
//! then the envelope can not be shown under another name, and says nothing of who bears that name. Whoever has no
//! authentication of its own expects a [`verified_player`](Expectation::verified_player).
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use hyrouter_referral::Secret;
//! use hyrouter_referral::v2::{Expectation, Keys, ReplayGuard, SigningKey, Statement, VerifyingKey, open};
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
//!     .issued(now, Duration::from_secs(30))
//!     .nonce(nonce)
//!     .player(player)
//!     .certificate(certificate)
//!     .content(b"party=12")
//!     .seal(&key, &mut referral_data)?;
//!
//! // In the backend, which needs the public key alone:
//! let public_key = key.public_key().ok_or("an HMAC key has none")?;
//! let keys = Keys::new().with(VerifyingKey::ed25519(1, &public_key)?);
//! let mut guard = ReplayGuard::new(100_000);
//! let expectation = Expectation::referral_to("lobby-1.example.com", 5520)
//!     .player(player)
//!     .certificate(certificate);
//! let statement = open(&referral_data, &keys, &expectation, now)?;
//! guard.admit(statement.nonce, statement.expires_at, now)?;
//! assert_eq!(statement.content, b"party=12");
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! All integers are little endian, all times milliseconds since 1970 in UTC. An envelope is at most
//! [`MAX_ENVELOPE`](crate::MAX_ENVELOPE) bytes and ends with its signature.
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
mod envelope;
mod expectation;
mod key_error;
mod kind;
mod layout;
mod name;
mod open;
mod parse_error;
mod replay;
mod seal;
mod signing;
mod statement;
mod validity;
mod verifying;

pub use algorithm::Algorithm;
pub use envelope::Envelope;
pub use expectation::{DEFAULT_CLOCK_SKEW, Expectation};
pub use key_error::KeyError;
pub use kind::Kind;
pub use layout::{MAX_HOST, MAX_ROUTE, MAX_SOURCE, VERSION};
pub use name::UnknownName;
pub use open::{OpenError, open};
pub use parse_error::ParseError;
pub use replay::{ReplayError, ReplayGuard};
pub use seal::SealError;
pub use signing::{SigningKey, SigningKeys};
pub use statement::Statement;
pub use validity::Validity;
pub use verifying::{Keys, VerifyingKey};
