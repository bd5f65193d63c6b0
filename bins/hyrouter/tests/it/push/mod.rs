//! Backends that register themselves with the built binary, by `curl` and by Java.

mod examples;
mod leases;
mod load;
mod refused;
mod reloads;
mod support;
