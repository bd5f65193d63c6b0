//! Traces of a Hytale router over OTLP: one span for each connection, and one for each of its steps.
//!
//! Spans are made from the [`DecisionRecord`] of a finished connection, when a batch is exported. An unsampled
//! connection costs one random number; without a [`Tracer`] there is no cost. Spans contain the names of routes,
//! backends, and plugins. They never contain a player, the address of a client, or a client's SNI.
//!
//! ```no_run
//! use std::time::{Duration, SystemTime};
//!
//! use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};
//! use hyrouter_traces::{Tracer, TracerError, TracerOptions};
//!
//! # async fn trace() -> Result<(), TracerError> {
//! let options = TracerOptions::new("http://127.0.0.1:4318");
//! let tracer = Tracer::open(&options, &tokio::runtime::Handle::current())?;
//! if tracer.samples() {
//!     let now = SystemTime::now();
//!     let record = DecisionRecord {
//!         route: Some("lobby"),
//!         handshake: Duration::from_micros(1_200),
//!         total: Duration::from_micros(1_500),
//!         ..DecisionRecord::new(now, 7, DecisionOutcome::Referral, "referred")
//!     };
//!     tracer.record(&record, [].into_iter());
//! }
//! tracer.shutdown(Duration::from_secs(2)).await;
//! # Ok(())
//! # }
//! ```

mod collector;
mod error;
mod export;
mod header;
mod options;
mod pending;
mod spans;
mod tracer;

pub use self::error::TracerError;
pub use self::header::TraceHeader;
pub use self::options::TracerOptions;
pub use self::pending::PluginCall;
pub use self::tracer::Tracer;

/// Numbers of sent, lost, and failed spans since the tracer was opened.
#[doc(inline)]
pub use hyrouter_http_client::batch::DeliveryCounts;

#[doc(no_inline)]
pub use hyrouter_decision_log::DecisionRecord;
