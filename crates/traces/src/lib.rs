//! Traces of a Hytale router over OTLP: a span for each connection and each of its steps.
//!
//! Spans are made after the fact, from an [`Exchange`] that is over. A connection that is not sampled costs a random
//! number, and nothing where there is no [`Tracer`]. What is sent names routes, backends, and plugins; there is no
//! place in it for a player, an address, or what a client sent as SNI.
//!
//! ```no_run
//! use std::time::{Duration, SystemTime};
//!
//! use hyrouter_traces::{Exchange, OtlpSettings, Tracer};
//!
//! # async fn trace() -> Result<(), hyrouter_traces::TelemetryError> {
//! let settings = OtlpSettings::new("http://127.0.0.1:4318");
//! let tracer = Tracer::open(&settings, &tokio::runtime::Handle::current())?;
//! if tracer.samples() {
//!     let mut exchange = Exchange::new(SystemTime::now(), 7, "referral", "referred");
//!     exchange.total = Duration::from_micros(1_500);
//!     exchange.handshake = Duration::from_micros(1_200);
//!     exchange.route = Some("lobby");
//!     tracer.record(&exchange);
//! }
//! tracer.shutdown(Duration::from_secs(2)).await;
//! # Ok(())
//! # }
//! ```

mod backoff;
mod collector;
mod endpoint;
mod error;
mod exchange;
mod otlp;
mod settings;
mod spans;
mod tracer;
mod worker;

pub use self::error::TelemetryError;
pub use self::exchange::{Exchange, PluginSpan};
pub use self::settings::{Header, OtlpSettings};
pub use self::tracer::Tracer;

/// How many spans came to what end, since the tracer was made.
#[doc(inline)]
pub use hyrouter_http_client::batch::DeliveryCounts;
