//! The HTTP side of a Hytale router: health, metrics, a status page and commands.
//!
//! The router implements [`AdminControl`]; [`AdminServer`] serves it.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use hyrouter_admin::{AdminControl, AdminError, AdminServer};
//! # async fn example(router: Arc<dyn AdminControl>) -> Result<(), AdminError> {
//! let admin = AdminServer::bind(([127, 0, 0, 1], 5580).into(), None, router)?;
//! println!("http://{}/", admin.local_addr());
//! let workers = tokio::runtime::Handle::current();
//! admin.run(workers, std::future::pending::<()>()).await;
//! # Ok(())
//! # }
//! ```
//!
//! # Access
//!
//! Health, metrics and the page without its data need no token. Everything else needs the [`AdminToken`] as
//! `Authorization: Bearer ...`. Without a token the server listens on a loopback address only, and accepts requests of
//! programs of the same machine, but not of web pages in a browser there (see `guard`).
//!
//! # Limits
//!
//! Everything that callers can use up is bounded by the constants in `limits`.

mod access_refusal;
mod bounded;
mod commands;
mod connection;
mod connection_limiter;
mod control;
mod error;
mod error_response;
mod events;
mod guard;
mod health;
mod json_body;
mod limits;
mod listener_state;
mod metrics_text;
mod page;
mod queries;
mod routes;
mod server;
mod status;
mod token;

pub use access_refusal::AccessRefusal;
pub use control::{AdminControl, CommandFuture};
pub use error::{AdminError, AdminTokenError, CommandError};
pub use health::{HealthProblem, HealthReport};
pub use server::{AdminServer, AdminTokenHandle};
pub use status::{
    BackendStatus, CertificateStatus, ConfigStatus, ConnectionsStatus, DecisionsStatus,
    IdentityStatus, LatencyQuantiles, LatencyStatus, NamedCount, PluginOverview, ReloadError,
    ReloadReport, RouteStatus, RouteTotals, RouterState, RouterStatus,
};
pub use token::AdminToken;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
