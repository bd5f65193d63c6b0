//! HTTP server of the providers that backends register themselves with.
//!
//! ```text
//! PUT    /v1/providers/{provider}/backends/{id}   registers a backend, or renews its lease
//! PATCH  /v1/providers/{provider}/backends/{id}   renews its lease and changes its load
//! DELETE /v1/providers/{provider}/backends/{id}   ends its lease
//! GET    /v1/providers/{provider}/backends/{id}   returns it
//! GET    /v1/providers/{provider}/backends        returns all that the token may change
//! ```

mod access;
mod handlers;
mod limits;
mod refused;
mod routes;
mod server;
mod source_rates;

pub use self::access::PushHandles;
pub use self::server::{PushServer, PushTls};
