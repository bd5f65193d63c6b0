//! A compiled module as bytes that name what they were made from.

use std::io;
use std::ops::Range;

use sha2::{Digest as _, Sha256};
use wasmer::{Engine, Module};

use crate::cache::ModuleKey;

/// First bytes; after it the key, the SHA-256 of the rest, and the rest: wasmer's artifact.
const MAGIC: &[u8; 8] = b"hyrwasm1";
const KEY_AT: Range<usize> = 8..40;
const DIGEST_AT: Range<usize> = 40..72;
const HEAD_LEN: usize = 72;

/// Maximum length in bytes. An artifact is about four times as long as its module; that of a Go guest has 14 MB.
pub(crate) const MAX_LEN: usize = 256 << 20;

/// Serialises a module, with the head in front.
pub(crate) fn save(key: &ModuleKey, module: &Module) -> Result<Vec<u8>, wasmer::SerializeError> {
    let artifact = module.serialize()?;
    let digest = Sha256::digest(&artifact);
    Ok([MAGIC, key.bytes(), digest.as_slice(), &artifact].concat())
}

/// Makes a module of bytes that only this user could write: from the cache, or from the compiler's process.
///
/// # Errors
/// They are damaged, or were made from something else.
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
        return Err(damaged(
            "it was made from another module or by another version",
        ));
    }
    let artifact = saved.get(HEAD_LEN..).unwrap_or_default();
    if head(DIGEST_AT) != Sha256::digest(artifact).as_slice() {
        return Err(damaged("its digest is not that of its content"));
    }
    Ok(artifact)
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
