//! Providers against their real sources, each in a separate process.

#[cfg(feature = "dns")]
mod dns;
mod followed;
#[cfg(feature = "kubernetes")]
mod kubernetes;
