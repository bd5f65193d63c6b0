//! The verifier from outside, by topic. Nothing here reads a clock.

mod bound;
mod cache;
mod claims;
mod faults;
mod fixture;
mod forged;
mod headers;
mod hostile;
mod key_sets;
mod keys;
mod memory;
mod payloads;
mod shapes;
mod signing;
mod stale;
mod tokens;
