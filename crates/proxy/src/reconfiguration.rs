//! Changes of a running server.

use crate::address_token_key::AddressTokenKey;
use crate::limits::Limits;
use crate::setters::setters;
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
    /// The key of Retry tokens; `None` keeps the present one. With another key, a client in the middle of a Retry must
    /// connect again.
    pub token_key: Option<AddressTokenKey>,
}

impl Reconfiguration {
    setters! {
        with_certificate certificate: Option<ServerCertificate>;
        with_alpn alpn: AlpnList;
        with_limits limits: Limits;
        with_token_key token_key: Option<AddressTokenKey>;
    }
}
