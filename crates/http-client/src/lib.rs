//! An HTTP client for the services of an operator, such as a webhook, a collector of traces, or a server of keys.
//!
//! A [`ServiceUrl`] is a URL that requests can be sent to, by [`UrlRules`]. [`HttpClientOptions::client`] makes a client
//! for it, which trusts the certificates of the system and those of a file. [`read_body`] reads a response within a limit;
//! a [`RequestError`] is the reason why there is none, in one line. [`Backoff`] and [`Retry`] are the times of the next
//! attempts. A [`BearerToken`] authenticates the router. [`Poster`] posts bodies to one URL; [`mod@batch`] is a queue for
//! what it sends in batches.
//! [`ClientTlsFiles`] is the TLS of a client that does not use [`HttpClientOptions`], with a certificate for the client.
//!
//! ```
//! use std::time::Duration;
//!
//! use hyrouter_http_client::{Backoff, ServiceUrl, ServiceUrlError, UrlRules};
//!
//! let address = ServiceUrl::parse("https://hooks.example:8443/decisions?key=1", UrlRules::default())?;
//! assert!(address.is_https());
//! assert_eq!(address.origin(), "https://hooks.example:8443");
//!
//! let rules = UrlRules { secret: Some("the token"), ..UrlRules::default() };
//! let error = ServiceUrl::parse("http://hooks.example/", rules).unwrap_err().to_string();
//! assert!(error.ends_with("would send the token in the clear over a network; use https://"));
//!
//! let waits = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
//! let third = waits.wait(3);
//! assert!(third >= Duration::from_secs(2) && third <= Duration::from_secs(4));
//! # Ok::<(), ServiceUrlError>(())
//! ```

mod backoff;
pub mod batch;
mod bearer_token;
mod bounded;
mod client_tls_files;
mod http_client;
mod poster;
mod response;
mod retry_after;
mod service_url;
mod trust;

pub use self::backoff::{Backoff, Retry};
pub use self::bearer_token::BearerToken;
pub use self::bounded::{Bounded, BoundedStream};
pub use self::client_tls_files::ClientTlsFiles;
pub use self::http_client::{HttpClient, HttpClientError, HttpClientOptions};
pub use self::poster::Poster;
pub use self::response::{RequestError, read_body};
pub use self::service_url::{MAX_URL, ServiceUrl, ServiceUrlError, UrlProblem, UrlRules};
pub use self::trust::{TrustError, check_ca_file};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
