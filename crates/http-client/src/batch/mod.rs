//! A queue of items that are sent in batches. Recording an item never waits.
//!
//! A [`Queue`] has a bound, and one task that takes [`Batches`] out of it. Each item waits, or [`DeliveryCounts`] counts
//! it once as sent, lost or failed.
//!
//! ```
//! use std::time::Duration;
//!
//! use hyrouter_http_client::batch::{Batches, BatchLimits, Queue};
//! use tokio::runtime::Handle;
//!
//! async fn work(mut batches: Batches<&'static str>) {
//!     while let Some(batch) = batches.next().await {
//!         // Post it, then count the result.
//!         batches.tally().sent(batch.len() as u64);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let limits = BatchLimits { room: 4_096, most: 100, age: Duration::from_secs(1) };
//! let queue = Queue::open(limits, &Handle::current(), work);
//! queue.record(1, || "a line");
//! assert!(queue.close(Duration::from_secs(2)).await);
//! assert_eq!(queue.counts().sent, 1);
//! # }
//! ```

mod batches;
mod counts;
mod queue;
#[cfg(test)]
mod tests;
mod warning;

pub use self::batches::Batches;
pub use self::counts::{DeliveryCounts, DeliveryTally};
pub use self::queue::{BatchLimits, Queue};
pub use self::warning::WarningInterval;
