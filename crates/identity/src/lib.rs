//! The identity token of a Hytale player: a JWT that the game's session service signed with Ed25519.
//!
//! Since build 77 only the token holds the UUID and the name of the player in the first packet. [`read`] returns its
//! claims and verifies nothing. A [`TokenVerifier`] verifies them offline, with the public keys of the service. It
//! reads no clock and waits for no network; the caller passes the time.
//!
//! ```
//! # #[cfg(feature = "sign")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::{Duration, SystemTime};
//!
//! use hyrouter_identity::{ClientKind, Expected, KeySet, TokenPolicy, TokenRefusal, TokenVerifier};
//! # use hyrouter_identity::{TestClaims, TokenSigningKey};
//! # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
//! # let key = TokenSigningKey::generate("k1")?;
//! # let jwks = key.public_jwks();
//! # let token = &key.sign(&TestClaims {
//! #     username: "Alder".to_owned(),
//! #     issued_at: now,
//! #     expires_at: now + Duration::from_secs(60),
//! #     ..TestClaims::default()
//! # })?;
//!
//! let verifier = TokenVerifier::new(TokenPolicy::default()); // one for all threads
//! verifier.replace_keys(KeySet::parse(jwks.as_bytes())?);
//!
//! let expected = Expected { client: ClientKind::Game, uuid: None };
//! let player = verifier.verify(Some(token), &expected, now)?;
//! assert_eq!(player.username.map(|name| name.to_string()).as_deref(), Some("Alder"));
//!
//! let an_hour_later = now + Duration::from_secs(3600);
//! let refusal = verifier.verify(Some(token), &expected, an_hour_later);
//! assert_eq!(refusal, Err(TokenRefusal::Expired));
//! assert_eq!(TokenRefusal::Expired.as_str(), "identity_expired");
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sign"))]
//! # fn main() {}
//! ```
//!
//! # Accepted tokens
//!
//! At most [`MAX_TOKEN`] bytes: header, payload and signature in base64url, with dots between them, in the one form
//! that each of them has. Members that are not named here may be anything.
//!
//! | in | member | |
//! |---|---|---|
//! | header | `alg` | `EdDSA` or `Ed25519` (RFC 9864), whatever the key |
//! | | `kid` | the key; may be absent if there is only one key |
//! | | `crit` | must be absent |
//! | | `jwk`, `jku`, `x5u`, `x5c` | ignored: a token must not choose the key that verifies it |
//! | payload | `iss` | the issuer, compared exactly |
//! | | `exp` | seconds since 1970, a number; a token without it counts as expired |
//! | | `nbf` | seconds since 1970, a number; may be absent |
//! | | `iat` | seconds since 1970, a number; may be absent unless [`TokenPolicy::max_age`] is set |
//! | | `scope` | `hytale:client` or `hytale:editor` among others, with blanks between them or in a list |
//! | | `sub` | the UUID, with hyphens or without |
//! | | `profile.username` | the name |
//!
//! A checked member that occurs twice or has another type is an error. Null is the same as absent, except for `crit`.
//! `aud` is ignored: the game's tokens are for every server. Times are whole numbers from
//! -2^63 to below 2^63, or numbers with a fraction or an exponent from -2^53 to 2^53.
//!
//! # Features
//!
//! `fetch`: `Keeper` fetches the keys of a service or a file in the background. `sign`: `TokenSigningKey` makes keys
//! and tokens for development and tests.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod bindings;
mod cache;
mod claims;
mod expected;
mod freshness;
mod json;
#[cfg(feature = "fetch")]
mod keeper;
mod keys;
mod scopes;
mod time_rules;
mod token_counts;
mod token_parts;
mod token_policy;
mod token_refusal;
#[cfg(feature = "sign")]
mod token_signing_key;
mod token_verifier;
mod username;

pub use bindings::Bindings;
pub use claims::{Claims, read};
pub use expected::{ClientKind, Expected};
#[cfg(feature = "fetch")]
pub use keeper::{JwksSource, Keeper, KeeperError, KeeperSettings, KeeperStatus, SourceError};
pub use keys::{KeyProblem, KeySet, KeySetChange, KeySetError, RefusedKey};
pub use scopes::Scopes;
pub use token_counts::TokenCounts;
pub use token_policy::TokenPolicy;
pub use token_refusal::TokenRefusal;
#[cfg(feature = "sign")]
pub use token_signing_key::{TestClaims, TokenSigningError, TokenSigningKey};
pub use token_verifier::TokenVerifier;
pub use username::{Username, UsernameError};

/// Maximum length of a token in bytes, the bound of the game.
pub const MAX_TOKEN: usize = 8192;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
