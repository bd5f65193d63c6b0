//! The HTTP side of a Hytale router: health, metrics, a status page and commands.
//!
//! The router implements [`Control`]; [`Admin`] listens and asks it.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use hyrouter_admin::{Admin, AdminError, AdminSettings, Control};
//! # async fn example(router: Arc<dyn Control>) -> Result<(), AdminError> {
//! let settings = AdminSettings {
//!     listen: ([127, 0, 0, 1], 5580).into(),
//!     token: None,
//! };
//! let admin = Admin::bind(settings, router)?;
//! println!("http://{}/", admin.local_addr());
//! let workers = tokio::runtime::Handle::current();
//! admin.run(workers, std::future::pending::<()>()).await;
//! # Ok(())
//! # }
//! ```
//!
//! # Who may ask
//!
//! Health, metrics and the page without its data are for everybody who reaches the listener. All else takes the
//! [`Token`] as `Authorization: Bearer ...`. Without a token the listener is on loopback, and programs of the same
//! machine may ask; the web pages in its browser may not, see `guard`.
//!
//! # What it may cost
//!
//! All that callers can use up is bounded: see the constants in `limits`.

mod answer;
mod bounded;
mod commands;
mod control;
mod error;
mod events;
mod gate;
mod guard;
mod health;
mod json_body;
mod limits;
mod metrics_text;
mod page;
mod patient;
mod questions;
mod refused;
mod routes;
mod server;
mod shared;
mod status;
mod token;

pub use control::{Answer, Control};
pub use error::{AdminError, CommandError, TokenError};
pub use health::{Health, Problem};
pub use refused::AccessRefused;
pub use server::{Admin, AdminSettings, Tokens};
pub use status::{
    BackendStatus, CertificateStatus, ConfigStatus, ConnectionsStatus, Count, DecisionsStatus,
    IdentityStatus, Latency, PluginStatus, Quantiles, ReloadError, Reloaded, RouteStatus, State,
    Status, Totals,
};
pub use token::Token;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
