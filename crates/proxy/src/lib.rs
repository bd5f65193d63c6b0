//! A QUIC entrypoint for Hytale clients.
//!
//! A client connects, sends one `Connect` packet, gets a referral to another server or a disconnect,
//! and leaves. This crate does everything but the decision, which is yours:
//!
//! ```no_run
//! use hyrouter_proxy::{Answer, ConnectInfo, ServerBuilder};
//!
//! async fn decide(info: ConnectInfo) -> Answer {
//!     match info.host() {
//!         "play.example.com" => Answer::referral("10.0.0.7", 5521, None),
//!         other => Answer::disconnect(Some(format!("No server for {other:?}."))),
//!     }
//! }
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let server = ServerBuilder::default().bind(decide)?;
//! println!("listening on {}", server.local_addr());
//! server.run(async { let _ = tokio::signal::ctrl_c().await; }).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What a client can count on
//!
//! * One decision per connection, on its first bidirectional stream. What it sends after its
//!   `Connect`, on that stream or another, changes nothing.
//! * A `Disconnect` has the form that the client's build reads.
//! * The answer arrives: the connection is closed, with application code 0, once the client left,
//!   or a while after it acknowledged the last byte.
//!
//! # What a server can count on
//!
//! Every wait and every count is bounded by [`Limits`]. A connection beyond them is refused before
//! any TLS work is done for it. A [`ServerHandle`] reads counts, and replaces limits, certificate and
//! protocols, while the server runs.

mod access;
mod address_token_key;
mod admission_policy;
mod answer;
mod builder;
mod certificate_fingerprint;
mod close_reason;
mod connect_exchange;
mod connect_info;
mod connection;
mod connection_admission;
mod connection_ids;
mod endpoint_worker;
mod error;
mod established_connection;
mod event;
mod first_frame;
mod handler;
mod handshake_queue;
mod limits;
mod networks;
mod peer;
mod permit;
mod pools;
mod proxy_protocol;
mod rate;
mod rate_table;
mod rates;
mod reconfiguration;
mod refusal;
mod server;
mod server_control;
mod server_handle;
mod setters;
mod socket;
mod status;
mod tls;
mod transport;
mod worker_runtime;

pub use self::access::Access;
pub use self::address_token_key::{AddressTokenKey, AddressTokenKeyError};
pub use self::answer::{Action, Answer};
pub use self::builder::ServerBuilder;
pub use self::certificate_fingerprint::CertificateFingerprint;
pub use self::close_reason::CloseReason;
pub use self::connect_info::ConnectInfo;
pub use self::error::ServerError;
pub use self::event::{Event, FinishedConnection, SentAnswer, Times};
pub use self::handler::{Failure, FailureReason, Handler};
pub use self::limits::{Limits, RetryMode};
pub use self::peer::Peer;
pub use self::proxy_protocol::{ProxyHeaders, ProxyProtocol};
pub use self::rate::{Rate, Rates};
pub use self::reconfiguration::Reconfiguration;
pub use self::refusal::{Refusal, RefusalCounts};
pub use self::server::Server;
pub use self::server_handle::ServerHandle;
pub use self::socket::{ListenAddress, RecvBuffer};
pub use self::status::{ProxiedStatus, ServerStatus};
pub use self::tls::{
    AlpnError, AlpnList, CertificateError, CertificateValidity, HttpTlsConfig, ServerCertificate,
};
