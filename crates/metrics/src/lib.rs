//! Counters and histograms that cost an atomic addition, and the text that a monitoring system reads.
//!
//! What counts something declares its metrics beside the counters, as constants of [`Desc`], and is a [`Source`]. Whoever
//! composes the process puts the sources into a [`Registry`]; there is no global one. The text is written by
//! `prometheus-client` when it is asked for, and until then nothing is spent on it.
//!
//! ```
//! use std::sync::Arc;
//! use hyrouter_metrics::{Counter, Desc, Exposition, Registry, Source};
//!
//! #[derive(Debug, Default)]
//! struct Door { opened: Counter }
//!
//! impl Door {
//!     const OPENED: Desc = Desc::counter("door_opened", "How often the door was opened", &["side"]);
//! }
//!
//! impl Source for Door {
//!     fn descs(&self) -> &'static [Desc] { &[Self::OPENED] }
//!     fn collect(&self, into: &mut Exposition<'_, '_>) {
//!         into.counts(&Self::OPENED, [(["front"], self.opened.get())]);
//!     }
//! }
//!
//! let door = Arc::new(Door::default());
//! let registry = Registry::new([door.clone() as Arc<dyn Source>]);
//! door.opened.add(3);
//! let text = registry.text();
//! assert!(text.contains("door_opened_total{side=\"front\"} 3"), "{text}");
//! ```

mod counter;
mod desc;
mod histogram;
mod process;
mod registry;

pub use self::counter::{Codes, Counter};
pub use self::desc::{Desc, Kind};
pub use self::histogram::{Histogram, Quantiles, Reading};
pub use self::process::Process;
pub use self::registry::{Exposition, Labels, Registry, Source};
