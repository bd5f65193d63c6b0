//! The verifier from outside, by topic. Nothing here reads a clock.
#![cfg(feature = "sign")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic, in its helpers too"
)]

mod cache;
mod claims;
mod fixture;
mod forged;
mod headers;
mod hostile;
mod keys;
mod payloads;
mod signing;
mod tokens;
