use std::fmt;

/// Part of a request that an answer depends on, for [`ConnectResponse::cache_key`](crate::ConnectResponse::cache_key).
///
/// Exhaustive, so that a router which leaves a new field out of its keys does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CacheField {
    /// `event.uuid`
    Uuid,
    /// `event.username`
    Username,
    /// `event.identity`, the whole of it
    Identity,
    /// `event.sni`
    Host,
    /// `event.route`
    Route,
    /// `event.language`
    Language,
    /// The IP address of `event.remote_addr`, without the port
    Address,
    /// `event.client_cert_fingerprint`
    ClientCertFingerprint,
    /// `event.identity_token_present`
    IdentityTokenPresent,
    /// `event.client_type`
    ClientType,
    /// `event.client_version`
    ClientVersion,
    /// `event.protocol_hash`
    ProtocolHash,
    /// `event.protocol_crc`
    ProtocolCrc,
    /// `event.protocol_build`
    ProtocolBuild,
    /// `event.alpn`
    Alpn,
    /// `event.referral`, the whole of it
    Referral,
    /// `event.referral_source`
    ReferralSource,
    /// `candidates`, with their `weight` and `meta`
    Candidates,
    /// `backend`, with its `weight` and `meta`
    Backend,
    /// `referral_data`
    ReferralData,
}

impl CacheField {
    /// All fields.
    pub const ALL: [Self; 20] = [
        Self::Uuid,
        Self::Username,
        Self::Identity,
        Self::Host,
        Self::Route,
        Self::Language,
        Self::Address,
        Self::ClientCertFingerprint,
        Self::IdentityTokenPresent,
        Self::ClientType,
        Self::ClientVersion,
        Self::ProtocolHash,
        Self::ProtocolCrc,
        Self::ProtocolBuild,
        Self::Alpn,
        Self::Referral,
        Self::ReferralSource,
        Self::Candidates,
        Self::Backend,
        Self::ReferralData,
    ];

    /// Returns the name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Username => "username",
            Self::Identity => "identity",
            Self::Host => "host",
            Self::Route => "route",
            Self::Language => "language",
            Self::Address => "address",
            Self::ClientCertFingerprint => "client_cert_fingerprint",
            Self::IdentityTokenPresent => "identity_token_present",
            Self::ClientType => "client_type",
            Self::ClientVersion => "client_version",
            Self::ProtocolHash => "protocol_hash",
            Self::ProtocolCrc => "protocol_crc",
            Self::ProtocolBuild => "protocol_build",
            Self::Alpn => "alpn",
            Self::Referral => "referral",
            Self::ReferralSource => "referral_source",
            Self::Candidates => "candidates",
            Self::Backend => "backend",
            Self::ReferralData => "referral_data",
        }
    }

    /// Returns the field of this name. `sni`, the name of the host in the request, is read as `host`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = if name == "sni" { "host" } else { name };
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

impl fmt::Display for CacheField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
