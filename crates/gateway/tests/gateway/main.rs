//! The gateway from outside: one player in, one answer out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panic")]

mod allocation;
mod decide;
mod explain;
mod support;
