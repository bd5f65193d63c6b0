//! Packets and frames from outside, by topic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

mod answers;
mod builds;
mod connect;
mod frames;
mod properties;
mod vectors;
