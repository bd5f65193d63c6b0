//! Sinks for the decisions of a Hytale router: memory, a file, standard output, a webhook.
//!
//! A [`DecisionRecord`] is one finished connection, and one flat JSON object. [`SinkSet`] writes it once, and
//! shares the line between the enabled sinks. No sink makes a player wait: each has a bounded queue. When the queue is
//! full, lines are lost and counted ([`DeliveryCounts`]).
//!
//! ```
//! use std::sync::Arc;
//! use std::time::SystemTime;
//!
//! use hyrouter_decision_log::{DecisionOutcome, DecisionRecord, SinkSet, RecentDecisions};
//!
//! let recent = Arc::new(RecentDecisions::default());
//! let sinks = SinkSet {
//!     recent: Some(Arc::clone(&recent)),
//!     ..SinkSet::default()
//! };
//! sinks.record(&DecisionRecord {
//!     host: "play.example.com",
//!     ..DecisionRecord::new(SystemTime::now(), 7, DecisionOutcome::Referral, "referred")
//! });
//! assert!(recent.newest(10)[0].as_str().contains("play.example.com"));
//! ```

mod error;
mod file;
mod line;
mod losses;
mod recent;
mod record;
mod sinks;
mod values;
mod webhook;

pub use self::error::SinkError;
pub use self::file::{FileSink, FileSinkOptions, FileTarget};
pub use self::line::DecisionLine;
pub use self::recent::RecentDecisions;
pub use self::record::{DecisionOutcome, DecisionRecord, as_micros};
pub use self::sinks::SinkSet;
pub use self::values::{BackendAddress, ErrorText};
pub use self::webhook::{WebhookOptions, WebhookSink};

/// Maximum number of decisions that can wait for a file or a webhook.
pub(crate) const MAX_QUEUE: usize = 1_000_000;

/// Numbers of sent, lost and failed decisions of one sink since it was made.
#[doc(inline)]
pub use hyrouter_http_client::batch::DeliveryCounts;

/// The token of a webhook.
#[doc(inline)]
pub use hyrouter_http_client::BearerToken;
