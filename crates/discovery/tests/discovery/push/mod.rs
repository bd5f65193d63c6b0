//! Provider `push`, with requests by its handle. Time is paused.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

mod leases;
mod load;
mod state_file;
mod support;
