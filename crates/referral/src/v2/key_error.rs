use super::signing::MIN_SECRET;
use crate::ed25519::PublicKeyError;

/// Why something is not a key, or not one more key. It says nothing of the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A short secret is guessed by trying, from one envelope and without asking anybody.
    #[error(
        "the secret of key {key_id} has {len} bytes; at least {MIN_SECRET} are needed, 32 random ones are best"
    )]
    SecretTooShort {
        /// The id that the key was to have.
        key_id: u8,
        /// The length of the secret in bytes.
        len: usize,
    },
    /// An Ed25519 seed has one length.
    #[error("the seed of key {key_id} has {len} bytes; an Ed25519 seed has 32")]
    SeedLength {
        /// The id that the key was to have.
        key_id: u8,
        /// The length of the secret in bytes.
        len: usize,
    },
    /// The bytes are not a public key to verify with.
    #[error("the public key of key {key_id} is refused: {problem}")]
    PublicKey {
        /// The id that the key was to have.
        key_id: u8,
        /// What is wrong with it.
        problem: PublicKeyError,
    },
    /// Envelopes name their key by its id, so there is one of each.
    #[error("there is more than one key of id {key_id}")]
    Duplicate {
        /// The id.
        key_id: u8,
    },
}
