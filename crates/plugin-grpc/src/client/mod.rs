//! The router's side: a plugin behind an address.

mod backoff;
mod call;
mod connection_hold;
mod dial;
mod error;
mod failure;
mod flood_meter;
mod link;
mod message;
mod plugin;
mod settings;
mod status;
mod target;
mod tls;
mod watched_stream;

pub use self::error::GrpcError;
pub use self::plugin::GrpcPlugin;
pub use self::settings::{BackoffSettings, ClientTls, GrpcSettings, MAX_CONFIG};
