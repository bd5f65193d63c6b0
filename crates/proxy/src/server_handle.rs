//! Handle of a running server.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::certificate_fingerprint::CertificateFingerprint;
use crate::error::ServerError;
use crate::reconfiguration::Reconfiguration;
use crate::server_control::ServerControl;
use crate::status::ServerStatus;
use crate::tls::{CertificateValidity, ServerCertificate};

/// Handle of a server, from [`Server::handle`](crate::Server::handle). Cheap to clone, and usable from any thread
/// before, during and after the run.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    control: Arc<ServerControl>,
}

impl ServerHandle {
    pub(crate) fn new(control: Arc<ServerControl>) -> Self {
        Self { control }
    }

    /// Replaces the settings, all or none. New handshakes use the new settings. Connections in progress keep the old
    /// ones, and all counts stay.
    ///
    /// # Errors
    ///
    /// A setting is invalid, or the server has ended ([`ServerError::Ended`]).
    pub fn reconfigure(&self, settings: Reconfiguration) -> Result<(), ServerError> {
        self.control.reconfigure(settings)
    }

    /// Returns the current counts of the server.
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

    /// Returns the current certificate.
    pub fn certificate(&self) -> ServerCertificate {
        self.control.current().certificate.clone()
    }

    /// Returns the fingerprint of the current certificate.
    pub fn fingerprint(&self) -> CertificateFingerprint {
        self.control.current().certificate.fingerprint()
    }

    /// Returns the validity of the current certificate.
    pub fn validity(&self) -> CertificateValidity {
        self.control.current().certificate.validity()
    }
}
