//! The client, against servers that answer as no router does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

mod endings;
mod hello;
