//! Changes of a server that runs.

use crate::address_token_key::AddressTokenKey;
use crate::limits::Limits;
use crate::tls::{AlpnList, ServerCertificate};

/// Settings that a running server uses from now on.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Reconfiguration {
    /// The certificate; `None` keeps the present one, also if it is self-signed.
    pub certificate: Option<ServerCertificate>,
    /// The application protocols.
    pub alpn: AlpnList,
    /// The limits.
    pub limits: Limits,
    /// The key of Retry tokens; `None` keeps the present one. With another, a client that is in the middle
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
