//! The admin server from outside: over HTTP, and its page in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a test fails by panic"
)]

mod access;
mod commands;
mod events;
mod health;
mod limits;
mod page;
mod pages;
#[cfg(feature = "push")]
mod push;
mod recordings;
mod support;
