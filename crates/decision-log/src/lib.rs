//! Where the decisions of a Hytale router go: the last ones in memory, a file, standard output, a webhook.
//!
//! A [`Decision`] is one flat JSON object. [`Sinks`] shares it between what is switched on. No sink makes a player
//! wait: each has a bounded queue, and what finds it full is lost and counted ([`DeliveryCounts`]).
//!
//! ```
//! use std::sync::Arc;
//! use std::time::SystemTime;
//!
//! use hyrouter_decision_log::{Decision, Outcome, Recent, Sinks};
//!
//! let sinks = Sinks {
//!     recent: Some(Arc::new(Recent::default())),
//!     ..Sinks::default()
//! };
//! if sinks.wants() {
//!     let mut decision = Decision::new(SystemTime::now(), 7, Outcome::Referral, "referred");
//!     decision.host = "play.example.com".to_owned();
//!     sinks.record(decision);
//! }
//! let newest = sinks.recent.as_ref().map(|recent| recent.newest(10)).unwrap_or_default();
//! assert_eq!(newest[0].connection, 7);
//! ```

mod decision;
mod error;
mod file;
mod notice;
mod recent;
mod sinks;
mod webhook;

pub use self::decision::{Decision, Outcome};
pub use self::error::SinkError;
pub use self::file::{FileSettings, FileSink, Target};
pub use self::recent::Recent;
pub use self::sinks::Sinks;
pub use self::webhook::{Token, WebhookSettings, WebhookSink};

/// How many decisions came to what end in one sink, since it was made.
#[doc(inline)]
pub use hyrouter_http_client::batch::DeliveryCounts;
