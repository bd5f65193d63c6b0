//! Helpers for tests of more than one crate. Each feature has one kind of helpers, so that a crate builds no more
//! than its tests need.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    missing_debug_implementations,
    reason = "a test fails by panic, and reports what it skips"
)]

#[cfg(feature = "http")]
pub mod authority;
#[cfg(feature = "wasm")]
pub mod bombs;
#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "http")]
pub mod clock;
pub mod document_server;
#[cfg(all(unix, feature = "containers"))]
pub mod engine;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
#[cfg(feature = "http")]
pub mod listen;
#[cfg(feature = "dns")]
pub mod name_server;
pub mod peer;
#[cfg(feature = "http")]
pub mod post;
#[cfg(feature = "http")]
pub mod scripted;
mod target;

pub use target::{built, target};
