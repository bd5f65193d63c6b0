//! The listener, its connections and its answers.

pub(crate) mod accept;
pub(crate) mod bounded;
mod commands;
pub(crate) mod connection;
pub(crate) mod connection_limiter;
pub(crate) mod error_response;
mod events;
pub(crate) mod guard;
pub(crate) mod json_body;
pub(crate) mod limits;
mod listener;
mod listener_state;
mod metrics_text;
mod page;
mod queries;
mod recordings;
pub(crate) mod refusal_log;
mod routes;

pub use self::listener::{AdminServer, AdminTokenHandle};
