//! The verifier and the keeper of its keys, from outside. Nothing of the verifier reads a clock.
#![cfg(feature = "sign")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

#[cfg(feature = "fetch")]
mod keeper;
mod verifier;
