//! The router from outside, by topic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic, in its helpers too"
)]

mod clients;
mod conditions;
mod explain;
mod fallback;
mod filters;
mod fixture;
mod metamorphic;
mod random;
mod routes;
mod spec;
mod strategies;
mod turns;
