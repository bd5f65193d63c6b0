//! The router from outside, by topic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

mod captures;
mod clients;
mod conditions;
mod discovered;
mod draining;
mod explain;
mod explain_json;
mod fallback;
mod filters;
mod fixture;
mod maintenance;
mod metamorphic;
mod naive;
mod names;
mod oracle;
mod random;
mod routes;
mod spec;
mod strategies;
mod turns;
mod whitelists;
