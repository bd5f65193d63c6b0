//! The built binary, in processes of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panic, and reports what it skips"
)]

mod admin;
#[cfg(target_os = "linux")]
mod attacks;
mod check;
mod commands;
#[cfg(target_os = "linux")]
mod compile;
#[cfg(target_os = "linux")]
mod decision_pipe;
mod differential;
mod discovery;
#[cfg(feature = "discovery")]
mod discovery_agones;
mod discovery_dns;
#[cfg(all(unix, feature = "discovery"))]
mod discovery_docker;
mod discovery_file;
mod discovery_http;
#[cfg(feature = "discovery")]
mod discovery_kubernetes;
mod docs;
mod drain;
mod explain;
mod identity;
mod keys;
mod lowered;
mod matching;
mod original;
mod page;
mod plugin_bench;
mod plugin_new;
mod plugin_record;
mod plugin_schema;
mod plugin_test;
mod plugin_tools;
mod plugins;
mod plugins_cache;
mod plugins_grpc;
mod push;
mod referral;
mod reload;
mod replacing;
mod serve;
mod shown;
#[cfg(target_os = "linux")]
mod start;
mod support;
mod tickets;
#[cfg(feature = "otlp")]
mod traces;
mod watching;
