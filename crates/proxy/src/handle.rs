//! What can be asked of a server, and changed in it, while it runs.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use quinn::{Endpoint, ServerConfig};
use tokio::sync::watch;

use crate::address_token_key::AddressTokenKey;
use crate::certificate_fingerprint::CertificateFingerprint;
use crate::connection_admission::ConnectionAdmission;
use crate::error::ServerError;
use crate::limits::Limits;
use crate::proxy_protocol::Balancers;
use crate::status::ServerStatus;
use crate::tls::{self, AlpnList, CertificateValidity, ServerCertificate, crypto_provider};
use crate::transport::quic_config;

/// A hold on a server that lives on its own threads: from [`Server::handle`](crate::Server::handle). Cheap to clone,
/// good before, while and after it runs, from any thread.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    control: Arc<ServerControl>,
}

/// What a running server is to be from now on.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Reconfiguration {
    /// The certificate; `None` keeps the one there is, also where it is self-signed.
    pub certificate: Option<ServerCertificate>,
    /// The application protocols.
    pub alpn: AlpnList,
    /// The bounds.
    pub limits: Limits,
    /// What Retry tokens are sealed with; `None` keeps the key there is. With another, a client that is in the middle
    /// of a Retry has to connect anew.
    pub token_key: Option<AddressTokenKey>,
}

impl Reconfiguration {
    /// Sets [`certificate`](Self::certificate).
    #[must_use]
    pub fn with_certificate(mut self, certificate: Option<ServerCertificate>) -> Self {
        self.certificate = certificate;
        self
    }

    /// Sets [`alpn`](Self::alpn).
    #[must_use]
    pub fn with_alpn(mut self, alpn: AlpnList) -> Self {
        self.alpn = alpn;
        self
    }

    /// Sets [`limits`](Self::limits).
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`token_key`](Self::token_key).
    #[must_use]
    pub fn with_token_key(mut self, token_key: Option<AddressTokenKey>) -> Self {
        self.token_key = token_key;
        self
    }
}

impl ServerHandle {
    pub(crate) fn new(control: Arc<ServerControl>) -> Self {
        Self { control }
    }

    /// Puts other settings in force, all or none of them. Handshakes that begin from now on use them; connections that
    /// have begun go on by the old ones, and all counts stay.
    ///
    /// # Errors
    ///
    /// When a setting can not be used, and [`ServerError::Ended`] when there is no server any more.
    pub fn reconfigure(&self, settings: Reconfiguration) -> Result<(), ServerError> {
        self.control.reconfigure(settings)
    }

    /// What the server is doing right now.
    pub fn status(&self) -> ServerStatus {
        let ServerControl {
            admission,
            draining,
            balancers,
            ..
        } = &*self.control;
        let pools = admission.pools();
        let (total, unproven, sources) = (pools.total(), pools.unproven(), pools.sources());
        drop(pools);
        ServerStatus {
            open: total.open,
            half_open: total.half_open,
            unproven,
            remembered: total.remembered,
            sources,
            admitted: admission.admitted.load(Ordering::Relaxed),
            retries_sent: admission.retries.load(Ordering::Relaxed),
            refused: admission.refused.read(),
            unread_bytes: total.unread,
            draining: *draining.borrow(),
            proxied: balancers.as_ref().map(|balancers| balancers.status()),
        }
    }

    /// Of the certificate that new clients are shown.
    pub fn fingerprint(&self) -> CertificateFingerprint {
        self.control.current().certificate.fingerprint()
    }

    /// When the certificate is valid that new clients are shown.
    pub fn validity(&self) -> CertificateValidity {
        self.control.current().certificate.validity()
    }
}

/// What all handles of one server share.
#[derive(Debug)]
pub(crate) struct ServerControl {
    admission: Arc<ConnectionAdmission>,
    draining: watch::Receiver<bool>,
    balancers: Option<Arc<Balancers>>,
    config: Arc<ArcSwap<ServerConfig>>,
    current: Mutex<Current>,
}

/// What can be replaced.
#[derive(Debug)]
struct Current {
    certificate: ServerCertificate,
    /// One for each worker, until it has ended: an endpoint that is held keeps its socket open.
    endpoints: Vec<Option<Endpoint>>,
}

impl ServerControl {
    pub(crate) fn new(
        admission: Arc<ConnectionAdmission>,
        draining: watch::Receiver<bool>,
        balancers: Option<Arc<Balancers>>,
        certificate: ServerCertificate,
        config: Arc<ArcSwap<ServerConfig>>,
        endpoints: Vec<Endpoint>,
    ) -> Arc<Self> {
        let current = Mutex::new(Current {
            certificate,
            endpoints: endpoints.into_iter().map(Some).collect(),
        });
        Arc::new(Self {
            admission,
            draining,
            balancers,
            config,
            current,
        })
    }

    fn reconfigure(&self, settings: Reconfiguration) -> Result<(), ServerError> {
        let mut current = self.current();
        if current.endpoints.iter().all(Option::is_none) {
            return Err(ServerError::Ended);
        }
        let certificate = settings
            .certificate
            .unwrap_or_else(|| current.certificate.clone());
        let crypto = tls::server_crypto(&crypto_provider(), &certificate, &settings.alpn)?;
        let key = settings.token_key.as_ref();
        let before = self.config.load();
        let config = quic_config(Some(&before), crypto, &settings.limits, key)?;
        // Nothing can fail any more.
        for endpoint in current.endpoints.iter().flatten() {
            endpoint.set_server_config(Some(config.clone()));
        }
        current.certificate = certificate;
        self.config.store(Arc::new(config));
        self.admission.replace(settings.limits);
        Ok(())
    }

    /// Lets go of a worker's endpoint.
    pub(crate) fn release(&self, worker: usize) {
        if let Some(endpoint) = self.current().endpoints.get_mut(worker) {
            *endpoint = None;
        }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        // Whole after every statement that holds the lock, so a poisoned one is sound.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of all endpoints when the server is gone, however it went.
#[derive(Debug)]
pub(crate) struct EndpointsGuard(pub(crate) Arc<ServerControl>);

impl Drop for EndpointsGuard {
    fn drop(&mut self) {
        self.0.current().endpoints.clear();
    }
}
