//! HTTP server of a Hytale router: health, metrics, a status page and commands.
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
//! Health, metrics and the page without its data need no token. All other paths need the [`AdminToken`] as
//! `Authorization: Bearer ...`. Without a token, the server listens on a loopback address only. It then accepts
//! requests from local programs, but not from web pages in a local browser (see `guard`).
//!
//! # Limits
//!
//! The constants in `limits` bound all resources of clients.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod access_refusal;
mod backends;
mod control;
mod error;
mod health;
#[cfg(feature = "push")]
mod push;
mod recording;
#[cfg(feature = "server")]
mod server;
mod status;
mod token;

pub use access_refusal::AccessRefusal;
pub use backends::{BackendsQuery, BackendsReport, ListedBackend};
pub use control::{AdminControl, CommandFuture};
pub use error::{AdminError, CommandError};
pub use health::{HealthProblem, HealthReport};
#[cfg(feature = "push")]
pub use push::{PushHandles, PushServer, PushTls};
pub use recording::RecordingCommand;
#[cfg(feature = "server")]
pub use server::{AdminServer, AdminTokenHandle};
pub use status::{
    BackendStatus, CertificateStatus, ConfigStatus, ConnectionsStatus, DecisionsStatus,
    IdentityStatus, LatencyQuantiles, LatencyStatus, NamedCount, PluginCacheStatus, PluginOverview,
    ProviderStatus, ReloadError, ReloadReport, RouteStatus, RouteTotals, RouterState, RouterStatus,
};
pub use token::AdminToken;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
