//! One client for one service.

use std::path::Path;
use std::time::Duration;

use hyper::body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::bounded::Bounded;
use crate::{ServiceUrl, TrustError, trust};

/// Maximum length of the head of a response in bytes. A head that ends in the last piece that is read can have twice as
/// many.
const MAX_HEAD: usize = 64 * 1024;

/// Client of HTTP/1.1 for one service; `B` is the body of requests. It closes a connection on which more than 16
/// informational responses (1xx) come before the final one. Its futures need a tokio runtime with I/O and time.
pub type HttpClient<B> = legacy::Client<Bounded<HttpsConnector<HttpConnector>>, B>;

/// Reason why there is no response. [`Causes`](hyrouter_text::Causes) prints it with all its sources.
pub type HttpClientError = legacy::Error;

/// Options of a client's connections.
#[derive(Debug, Clone, Copy)]
pub struct HttpClientOptions<'a> {
    /// File of certificates in PEM that the service is trusted by, beside those of the system. It is read when the client
    /// is made, if the URL is `https://`.
    pub ca_file: Option<&'a Path>,
    /// Maximum time to make a connection, without TLS. The addresses of a name share it, so that an unreachable one
    /// leaves time for the next.
    pub connect_timeout: Duration,
    /// Time that a connection is kept for the next request, at most one connection. `None`: each request has its own
    /// connection.
    pub idle: Option<Duration>,
}

impl HttpClientOptions<'_> {
    /// Makes a client. Does not connect.
    ///
    /// A client for `https://` sends nothing to `http://`.
    ///
    /// # Errors
    ///
    /// Fails if the certificates that the service is trusted by cannot be used.
    pub fn client<B>(&self, address: &ServiceUrl) -> Result<HttpClient<B>, TrustError>
    where
        B: Body + Send,
        B::Data: Send,
    {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(self.connect_timeout));
        let config = trust::config(address.is_https(), self.ca_file)?;
        let schemes = HttpsConnectorBuilder::new().with_tls_config(config);
        let schemes = if address.is_https() {
            schemes.https_only()
        } else {
            schemes.https_or_http()
        };
        Ok(legacy::Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(usize::from(self.idle.is_some()))
            .pool_idle_timeout(self.idle)
            .http1_max_buf_size(MAX_HEAD)
            .build(Bounded(schemes.enable_http1().wrap_connector(tcp))))
    }
}
