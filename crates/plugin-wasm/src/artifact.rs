//! Serialized form of a compiled module, with its key and digest.

use std::io;
use std::ops::Range;

use sha2::{Digest as _, Sha256};
use wasmer::{Engine, Module};

use crate::cache::ModuleKey;

/// First bytes of the form. The key, the SHA-256 of the rest, and the rest, wasmer's artifact, follow.
const MAGIC: &[u8; 8] = b"hyrwasm1";
const KEY_AT: Range<usize> = 8..40;
const DIGEST_AT: Range<usize> = 40..72;
const HEAD_LEN: usize = 72;

/// Maximum length in bytes. An artifact is about four times as long as its module; that of a Go guest has 14 MB.
pub(crate) const MAX_LEN: usize = 256 << 20;

/// Serializes a module with its header.
pub(crate) fn save(key: &ModuleKey, module: &Module) -> Result<Vec<u8>, wasmer::SerializeError> {
    let artifact = module.serialize()?;
    let digest = Sha256::digest(&artifact);
    Ok([MAGIC, key.bytes(), digest.as_slice(), &artifact].concat())
}

/// Reads a module from bytes that only this user could write: from the cache, or from the compiler's process.
///
/// # Errors
/// The bytes are damaged, or belong to another module or version.
pub(crate) fn load(key: &ModuleKey, saved: &[u8], engine: &Engine) -> io::Result<Module> {
    deserialize(engine, open(key, saved)?).map_err(io::Error::other)
}

#[allow(
    unsafe_code,
    reason = "wasmer reads compiled modules back by an unsafe function only"
)]
fn deserialize(engine: &Engine, artifact: &[u8]) -> Result<Module, wasmer::DeserializeError> {
    // SAFETY: the bytes are what `Module::serialize` gave, by their digest, under a key that holds the versions of
    // everything that made them; only the user of this process could write them.
    unsafe { Module::deserialize(engine, artifact) }
}

fn open<'a>(key: &ModuleKey, saved: &'a [u8]) -> io::Result<&'a [u8]> {
    let head = |range: Range<usize>| saved.get(range).unwrap_or_default();
    if head(0..MAGIC.len()) != MAGIC || head(KEY_AT) != key.bytes() {
        return Err(damaged("it belongs to another module or version"));
    }
    let artifact = saved.get(HEAD_LEN..).unwrap_or_default();
    if head(DIGEST_AT) != Sha256::digest(artifact).as_slice() {
        return Err(damaged("its digest does not match its content"));
    }
    Ok(artifact)
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
