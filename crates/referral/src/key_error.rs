use crate::ed25519::PublicKeyError;
use crate::hmac_key::MIN_SECRET;

/// A key is refused. Holds nothing of the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The secret is short enough to be guessed offline, from one envelope.
    #[error(
        "the secret of key {key_id} has {len} bytes; at least {MIN_SECRET} are needed, 32 random ones are best"
    )]
    SecretTooShort {
        /// Id of the key.
        key_id: u8,
        /// Length of the secret in bytes.
        len: usize,
    },
    /// The seed has not the one length of an Ed25519 seed.
    #[error("the seed of key {key_id} has {len} bytes; an Ed25519 seed has 32")]
    SeedLength {
        /// Id of the key.
        key_id: u8,
        /// Length of the secret in bytes.
        len: usize,
    },
    /// The public key is not safe to verify with.
    #[error("the public key of key {key_id} is refused: {problem}")]
    PublicKey {
        /// Id of the key.
        key_id: u8,
        /// Problem with the public key.
        problem: PublicKeyError,
    },
    /// There is a key of this id already. Envelopes name their key by its id.
    #[error("there is more than one key of id {key_id}")]
    Duplicate {
        /// Id of the key.
        key_id: u8,
    },
}
