//! Traces of a Hytale router over OTLP: a span for each connection and each of its steps.
//!
//! Spans are made after the fact, from the [`DecisionRecord`] of a connection that has finished. A connection that is not
//! sampled costs a random number, and nothing where there is no [`Tracer`]. What is sent names routes, backends, and
//! plugins; it never contains a player, an address of a client, or what a client sent as SNI.
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

mod endpoint;
mod error;
mod export;
mod header;
mod options;
mod otlp;
mod pending;
mod spans;
mod tracer;

pub use self::error::TracerError;
pub use self::header::TraceHeader;
pub use self::options::TracerOptions;
pub use self::pending::PluginCall;
pub use self::tracer::Tracer;

/// Numbers of sent, lost and failed spans since the tracer was made.
#[doc(inline)]
pub use hyrouter_http_client::batch::DeliveryCounts;

#[doc(no_inline)]
pub use hyrouter_decision_log::DecisionRecord;
