//! State of a server that a handle reads and changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use quinn::{Endpoint, ServerConfig};
use tokio::sync::watch;

use crate::connection_admission::ConnectionAdmission;
use crate::error::ServerError;
use crate::proxy_protocol::Balancers;
use crate::reconfiguration::Reconfiguration;
use crate::tls::{self, ServerCertificate, crypto_provider};
use crate::transport::quic_config;

/// State that all handles of one server share.
#[derive(Debug)]
pub(crate) struct ServerControl {
    pub(crate) admission: Arc<ConnectionAdmission>,
    pub(crate) draining: watch::Receiver<bool>,
    pub(crate) balancers: Option<Arc<Balancers>>,
    config: Arc<ArcSwap<ServerConfig>>,
    current: Mutex<Current>,
}

/// Replaceable state of a server.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) certificate: ServerCertificate,
    /// One endpoint per worker, until it has ended: a held endpoint keeps its socket open.
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

    pub(crate) fn reconfigure(&self, settings: Reconfiguration) -> Result<(), ServerError> {
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
        // From here on nothing can fail, so that all settings change or none.
        for endpoint in current.endpoints.iter().flatten() {
            endpoint.set_server_config(Some(config.clone()));
        }
        current.certificate = certificate;
        self.config.store(Arc::new(config));
        self.admission.replace(settings.limits);
        Ok(())
    }

    /// Drops a worker's endpoint.
    pub(crate) fn release(&self, worker: usize) {
        if let Some(endpoint) = self.current().endpoints.get_mut(worker) {
            *endpoint = None;
        }
    }

    pub(crate) fn current(&self) -> MutexGuard<'_, Current> {
        // Consistent after every statement under the lock, so a poisoned lock is usable.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops all endpoints when the server ends for any reason.
#[derive(Debug)]
pub(crate) struct EndpointsGuard(pub(crate) Arc<ServerControl>);

impl Drop for EndpointsGuard {
    fn drop(&mut self) {
        self.0.current().endpoints.clear();
    }
}
