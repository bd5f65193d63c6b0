//! Providers against their real sources, each in a separate process.

mod followed;
#[cfg(feature = "kubernetes")]
mod kubernetes;
