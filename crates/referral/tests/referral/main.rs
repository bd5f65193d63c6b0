//! Envelopes of both versions, their keys and the replay guard, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

mod envelope;
mod keys;
mod replay;
mod v1;
mod vectors;
