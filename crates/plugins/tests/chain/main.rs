//! The chain with scripted plugins and paused time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

mod applying;
mod breaker;
mod cache;
mod cancellation;
mod failures;
mod grace;
mod load;
mod order;
mod pause;
mod recording;
mod reload;
mod shadow;
mod strangers;
mod support;
mod void;
