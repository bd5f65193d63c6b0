//! A second writer of the layout, for valid and invalid data. It shares no code with the crate.

use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::file::{Key, Stated, bytes, uuid};

/// The fields of an envelope, each as it goes into the bytes.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) magic: [u8; 4],
    pub(crate) version: u8,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) algorithm: u8,
    pub(crate) key_id: u8,
    pub(crate) hops: u8,
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) nonce: [u8; 16],
    pub(crate) player: [u8; 16],
    pub(crate) certificate: [u8; 32],
    pub(crate) port: u16,
    pub(crate) host: Vec<u8>,
    pub(crate) route: Vec<u8>,
    pub(crate) source: Vec<u8>,
    pub(crate) content: Vec<u8>,
    /// Added to the length of the content that the header tells, wrapping.
    pub(crate) content_lie: u16,
}

impl Raw {
    pub(crate) fn of(stated: &Stated) -> Self {
        let known = u8::from(stated.player.is_some()) | u8::from(stated.certificate.is_some()) << 1;
        let verified = u8::from(stated.verified) << 2;
        let player = stated.player.as_deref();
        let certificate = stated.certificate.as_deref();
        Self {
            magic: *b"HYRP",
            version: 2,
            kind: if stated.kind == "ticket" { 2 } else { 1 },
            flags: known | verified,
            algorithm: if stated.algorithm == "ed25519" { 2 } else { 1 },
            key_id: stated.key_id,
            hops: stated.hops,
            issued_at: stated.issued_at,
            expires_at: stated.expires_at,
            nonce: bytes(&stated.nonce),
            player: player.map(uuid).unwrap_or_default(),
            certificate: certificate.map(bytes).unwrap_or_default(),
            port: stated.port,
            host: stated.host.clone().into_bytes(),
            route: stated.route.clone().into_bytes(),
            source: stated.source.clone().into_bytes(),
            content: hex::decode(&stated.content).unwrap(),
            content_lie: 0,
        }
    }

    /// All before the signature.
    pub(crate) fn unsigned(&self) -> Vec<u8> {
        let mut out = self.magic.to_vec();
        out.extend([self.version, self.kind, self.flags, self.algorithm]);
        out.extend([self.key_id, self.hops]);
        out.extend(self.issued_at.to_le_bytes());
        out.extend(self.expires_at.to_le_bytes());
        out.extend(self.nonce);
        out.extend(self.player);
        out.extend(self.certificate);
        out.extend(self.port.to_le_bytes());
        out.extend(u16::try_from(self.host.len()).unwrap().to_le_bytes());
        out.push(u8::try_from(self.route.len()).unwrap());
        out.push(u8::try_from(self.source.len()).unwrap());
        let content = u16::try_from(self.content.len()).unwrap();
        out.extend(content.wrapping_add(self.content_lie).to_le_bytes());
        for field in [&self.host, &self.route, &self.source, &self.content] {
            out.extend(field);
        }
        out
    }

    pub(crate) fn signed(&self, key: &Key) -> Vec<u8> {
        sign(self.unsigned(), key)
    }
}

/// Appends the signature of a key, whatever the bytes say about their key.
pub(crate) fn sign(mut out: Vec<u8>, key: &Key) -> Vec<u8> {
    if let Some(seed) = &key.seed {
        let key = ed25519_dalek::SigningKey::from_bytes(&bytes(seed));
        let signature = key.sign(&out).to_bytes();
        out.extend(signature);
        return out;
    }
    hmac(out, &hex::decode(key.secret.as_ref().unwrap()).unwrap())
}

/// Appends the HMAC of any secret.
pub(crate) fn hmac(mut out: Vec<u8>, secret: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(&out);
    let signature = mac.finalize().into_bytes();
    out.extend(signature);
    out
}

/// Adds the order of the group to the second half of an Ed25519 signature, which ends the bytes: the same signature in
/// the eyes of whoever does not check its range.
pub(crate) fn add_group_order(mut envelope: Vec<u8>) -> Vec<u8> {
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let start = envelope.len() - 32;
    let mut carry = 0;
    for (byte, add) in envelope[start..].iter_mut().zip(bytes::<32>(ORDER)) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    envelope
}
