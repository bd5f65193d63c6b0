//! The verifier and the keeper of its keys through their public interface.
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
