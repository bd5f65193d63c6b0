//! The JSON of requests and responses, and its memory.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

mod golden;
#[cfg(target_os = "linux")]
mod memory;
mod properties;
mod schema;
