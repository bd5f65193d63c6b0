//! `vectors.json` as types. The fields stand in the order of the file.

use std::time::{Duration, SystemTime};

use hyrouter_referral::{Secret, SigningKey, Validity, VerifyingKey, VerifyingKeys};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) version: u8,
    pub(crate) keys: Vec<Key>,
    pub(crate) vectors: Vec<Vector>,
    pub(crate) replays: Vec<Replay>,
}

#[derive(Clone, Default, Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) id: u8,
    pub(crate) algorithm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<String>,
    #[serde(rename = "public_key", skip_serializing_if = "Option::is_none")]
    pub(crate) public: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_before: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_after: Option<u64>,
}

impl Key {
    pub(crate) fn signing(&self) -> SigningKey {
        let key = match (&self.secret, &self.seed) {
            (Some(secret), None) => SigningKey::hmac(self.id, &secret_of(secret)),
            (None, Some(seed)) => SigningKey::ed25519(self.id, &secret_of(seed)),
            _ => panic!("key {} has not one secret", self.id),
        };
        key.unwrap().with_validity(self.validity())
    }

    fn verifying_key(&self) -> VerifyingKey {
        let key = match (&self.secret, &self.public) {
            (Some(secret), None) => VerifyingKey::hmac(self.id, &secret_of(secret)),
            (None, Some(key)) => VerifyingKey::ed25519(self.id, &bytes(key)),
            _ => panic!("key {} has not one secret", self.id),
        };
        key.unwrap().with_validity(self.validity())
    }

    fn validity(&self) -> Validity {
        Validity {
            not_before: self.not_before.map(time),
            not_after: self.not_after.map(time),
        }
    }
}

#[derive(Clone, Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) why: String,
    pub(crate) envelope: String,
    pub(crate) now: u64,
    pub(crate) expect: Expect,
    pub(crate) result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) statement: Option<Stated>,
}

#[derive(Clone, Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) kind: String,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) player: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) verified: bool,
    pub(crate) certificate: Option<String>,
    pub(crate) clock_skew_ms: u64,
}

#[derive(Clone, Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stated {
    pub(crate) kind: String,
    pub(crate) hops: u8,
    pub(crate) key_id: u8,
    pub(crate) algorithm: String,
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) nonce: String,
    pub(crate) player: Option<String>,
    pub(crate) verified: bool,
    pub(crate) certificate: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) route: String,
    pub(crate) source: String,
    pub(crate) content: String,
}

#[derive(Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    pub(crate) name: String,
    pub(crate) capacity: usize,
    pub(crate) steps: Vec<Step>,
}

#[derive(Deserialize, Serialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) nonce: String,
    pub(crate) expires_at: u64,
    pub(crate) now: u64,
    pub(crate) result: String,
}

impl File {
    pub(crate) fn read() -> Self {
        serde_json::from_str(&Self::text()).unwrap()
    }

    pub(crate) fn text() -> String {
        std::fs::read_to_string(PATH).unwrap()
    }

    pub(crate) fn write(&self) {
        std::fs::write(PATH, self.to_text()).unwrap();
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap() + "\n"
    }

    pub(crate) fn verifying_keys(&self) -> VerifyingKeys {
        self.keys.iter().fold(VerifyingKeys::new(), |keys, key| {
            keys.with(key.verifying_key())
        })
    }
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors.json");

pub(crate) fn time(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

pub(crate) fn bytes<const N: usize>(digits: &str) -> [u8; N] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

/// The 16 bytes of a UUID in its usual spelling.
pub(crate) fn uuid(text: &str) -> [u8; 16] {
    bytes(&text.replace('-', ""))
}

fn secret_of(digits: &str) -> Secret {
    Secret::parse(&format!("hex:{digits}")).unwrap()
}
