//! The key of a cached answer.

use std::cell::OnceCell;
use std::net::SocketAddr;

use hyrouter_plugin_api::{Backend, CacheField, ConnectEvent, ConnectRequest};
use sha2::{Digest as _, Sha256};

use super::KeyFields;

/// A request whose keys are made.
pub(crate) struct KeySource<'a> {
    request: &'a ConnectRequest,
    /// Hash of the candidates, which can be many: made for the first key that has them.
    candidates: OnceCell<[u8; 32]>,
}

impl<'a> KeySource<'a> {
    pub(crate) fn new(request: &'a ConnectRequest) -> Self {
        Self {
            request,
            candidates: OnceCell::new(),
        }
    }

    fn candidates(&self) -> &[u8; 32] {
        self.candidates.get_or_init(|| {
            let mut hash = KeyHash(Sha256::new());
            hash.length(self.request.candidates.len());
            for backend in &self.request.candidates {
                hash.backend(backend);
            }
            hash.0.finalize().into()
        })
    }
}

/// SHA-256 over the parts of a request that an answer depends on. It has a fixed size and holds no data of the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CacheKey([u8; 32]);

impl CacheKey {
    /// Returns the key of a request. Every key holds whether the identity is verified, so that a client which claims
    /// the UUID of a verified player does not get that player's answer. A key of a player holds the subject of the
    /// token too, which can differ from the claimed UUID and name.
    pub(crate) fn of(source: &KeySource<'_>, fields: KeyFields) -> Self {
        let mut hash = KeyHash(Sha256::new());
        hash.number(fields.number());
        let identity = source.request.event.identity.as_ref();
        hash.optional(identity.map(|identity| identity.verified), KeyHash::flag);
        if fields.contains(CacheField::Uuid) || fields.contains(CacheField::Username) {
            hash.text(identity.and_then(|identity| identity.subject.as_deref()));
        }
        for field in fields.iter() {
            hash.field(source, field);
        }
        Self(hash.0.finalize().into())
    }
}

/// Hash of values, each written so that its end is known. `None` differs from all values.
struct KeyHash(Sha256);

impl KeyHash {
    fn field(&mut self, source: &KeySource<'_>, field: CacheField) {
        let request = source.request;
        let event = &request.event;
        match field {
            CacheField::Uuid => self.text(event.uuid.as_deref()),
            CacheField::Username => self.text(event.username.as_deref()),
            CacheField::Identity => self.identity(event),
            CacheField::Host => self.bytes(event.sni.as_bytes()),
            CacheField::Route => self.text(event.route.as_deref()),
            CacheField::Language => self.text(event.language.as_deref()),
            CacheField::Address => self.address(event.remote_addr.as_deref()),
            CacheField::ClientCertFingerprint => {
                self.text(event.client_cert_fingerprint.as_deref());
            }
            CacheField::IdentityTokenPresent => {
                self.optional(event.identity_token_present, Self::flag);
            }
            CacheField::ClientType => self.optional(event.client_type, Self::number),
            CacheField::ClientVersion => self.text(event.client_version.as_deref()),
            CacheField::ProtocolHash => self.text(event.protocol_hash.as_deref()),
            CacheField::ProtocolCrc => self.optional(event.protocol_crc, Self::number),
            CacheField::ProtocolBuild => self.optional(event.protocol_build, Self::number),
            CacheField::Alpn => self.text(event.alpn.as_deref()),
            CacheField::Referral => self.referral(event),
            CacheField::ReferralSource => {
                self.optional(event.referral_source.as_ref(), |hash, source| {
                    hash.bytes(source.host.as_bytes());
                    hash.number(source.port);
                });
            }
            CacheField::Candidates => {
                self.0.update(source.candidates());
            }
            CacheField::Backend => self.optional(request.backend.as_ref(), Self::backend),
            CacheField::ReferralData => {
                self.optional(request.referral_data.as_deref(), Self::bytes);
            }
        }
    }

    fn identity(&mut self, event: &ConnectEvent) {
        self.optional(event.identity.as_ref(), |hash, identity| {
            hash.flag(identity.verified);
            hash.text(identity.subject.as_deref());
            hash.text(identity.username.as_deref());
            hash.text(identity.issuer.as_deref());
            hash.optional(identity.expires_at, Self::number);
        });
    }

    fn referral(&mut self, event: &ConnectEvent) {
        self.optional(event.referral.as_ref(), |hash, referral| {
            hash.text(referral.route.as_deref());
            hash.optional(referral.data.as_deref(), Self::bytes);
            hash.text(referral.source.as_deref());
            hash.number(referral.key_id);
            hash.number(referral.hops);
        });
    }

    fn backend(&mut self, backend: &Backend) {
        self.bytes(backend.host.as_bytes());
        self.number(backend.port);
        self.number(backend.weight);
        self.length(backend.meta.len());
        for (key, value) in &backend.meta {
            self.bytes(key.as_bytes());
            self.bytes(value.as_bytes());
        }
    }

    /// Adds an address without its port.
    fn address(&mut self, address: Option<&str>) {
        let ip = address.map(|text| {
            text.parse().map_or_else(
                |_| text.to_owned(),
                |addr: SocketAddr| addr.ip().to_string(),
            )
        });
        self.text(ip.as_deref());
    }

    fn text(&mut self, text: Option<&str>) {
        self.optional(text, |hash, text| hash.bytes(text.as_bytes()));
    }

    fn optional<T>(&mut self, value: Option<T>, add: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            add(self, value);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    fn length(&mut self, length: usize) {
        // No length is greater on any machine.
        self.number(u64::try_from(length).unwrap_or(u64::MAX));
    }

    fn flag(&mut self, flag: bool) {
        self.0.update([u8::from(flag)]);
    }

    fn number(&mut self, number: impl Into<i128>) {
        self.0.update(number.into().to_be_bytes());
    }
}
