//! Providers against their real sources, each in a separate process.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

#[cfg(feature = "agones")]
mod agones;
#[cfg(feature = "dns")]
mod dns;
#[cfg(all(unix, feature = "docker"))]
mod docker;
#[cfg(feature = "file")]
mod files;
mod followed;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "kubernetes")]
mod kubernetes;
#[cfg(feature = "push")]
mod push;
