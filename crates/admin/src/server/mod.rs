//! The listener, its connections and its answers.

mod bounded;
mod commands;
mod connection;
mod connection_limiter;
mod error_response;
mod events;
mod guard;
mod json_body;
mod limits;
mod listener;
mod listener_state;
mod metrics_text;
mod page;
mod queries;
mod recordings;
mod refusal_log;
mod routes;

pub use self::listener::{AdminServer, AdminTokenHandle};
