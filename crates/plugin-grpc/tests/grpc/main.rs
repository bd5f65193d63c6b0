//! Plugins over gRPC: this crate's client and server against each other, and against programs in other languages.
#![cfg(all(feature = "client", feature = "server"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

mod author;
mod callers;
mod config;
mod drain;
mod example;
mod hostile;
mod losses;
mod peers;
mod proto;
mod refusals;
mod runtimes;
mod support;
mod tls;
mod tls_files;
mod unix;
