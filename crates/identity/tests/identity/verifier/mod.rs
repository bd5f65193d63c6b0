//! The verifier through its public interface. No test reads a clock.

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
