//! Counters and histograms that cost an atomic addition, and the text that a monitoring system reads.
//!
//! A type that counts declares its metrics beside the counters, as constants of [`Desc`], and is a [`Source`]. The program
//! puts its sources into a [`Registry`]; there is no global one. `prometheus-client` writes the text when it is requested,
//! and nothing is spent on it before.
//!
//! ```
//! use std::sync::Arc;
//! use hyrouter_metrics::{Counter, Desc, Exposition, Registry, Source};
//!
//! #[derive(Debug, Default)]
//! struct Lobby { entered: Counter }
//!
//! impl Lobby {
//!     const OPENED: Desc = Desc::counter("lobby_entered", "Players that entered the lobby", &["side"]);
//! }
//!
//! impl Source for Lobby {
//!     fn descs(&self) -> &'static [Desc] { &[Self::OPENED] }
//!     fn collect(&self, into: &mut Exposition<'_, '_>) {
//!         into.counts(&Self::OPENED, [(["front"], self.entered.get())]);
//!     }
//! }
//!
//! let lobby = Arc::new(Lobby::default());
//! let registry = Registry::new([lobby.clone() as Arc<dyn Source>]);
//! lobby.entered.add(3);
//! let text = registry.text();
//! assert!(text.contains("lobby_entered_total{side=\"front\"} 3"), "{text}");
//! ```

mod counter;
mod desc;
mod histogram;
mod process;
mod registry;

pub use self::counter::{Codes, Counter};
pub use self::desc::{Desc, MetricKind};
pub use self::histogram::{Histogram, HistogramSnapshot, Quantiles};
pub use self::process::Process;
pub use self::registry::{Exposition, Labels, Registry, Source};
