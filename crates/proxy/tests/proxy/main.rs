//! A server and its clients, by topic.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic, in its helpers too"
)]

mod address_token_key;
mod admission;
mod certificates;
mod drain;
mod exchange;
mod failures;
mod limits;
mod lost_endpoint;
mod proxy_protocol;
mod reconfigure;
mod support;
