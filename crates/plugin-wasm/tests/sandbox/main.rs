//! WebAssembly plugins from outside, by topic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panic, in its helpers too, and prints what it skips"
)]

mod abi;
mod bad_guests;
mod bounds;
mod built;
#[cfg(unix)]
mod cache;
#[cfg(unix)]
mod compiler;
mod loading;
mod pool;
mod support;
