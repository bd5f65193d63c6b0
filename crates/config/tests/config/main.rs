//! The configuration through its public interface, by topic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panic, in its helpers too"
)]

mod allocation;
mod captures;
mod discovery;
mod empty;
mod environment;
mod files;
#[cfg(target_os = "linux")]
mod given_open;
mod hosts;
mod lowered;
mod maintenance;
mod never_weaker;
mod numbers;
mod operation;
mod plugins;
mod pools;
mod problems;
mod referral;
mod route_names;
mod schema;
mod sections;
mod support;
mod trust;
