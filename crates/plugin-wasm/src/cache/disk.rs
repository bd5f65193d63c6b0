//! Compiled modules in a folder.
//!
//! A file of it becomes machine code of this process, so it is not believed because it is there: folder and file have
//! to belong to the user that runs the router and to be writable by nobody else, and what is in the file has to be what
//! was written. A file that fails is made anew; whoever is the same user could do as they like anyway.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hyrouter_files::RegularFile;
use sha2::{Digest as _, Sha256};
use wasmer::{Engine, Module};

use super::Key;

/// First bytes of a file; after it the key, the SHA-256 of the rest, and the rest: wasmer's artifact.
const MAGIC: &[u8; 8] = b"hyrwasm1";
const KEY_AT: std::ops::Range<usize> = 8..40;
const DIGEST_AT: std::ops::Range<usize> = 40..72;
const HEAD_LEN: usize = 72;
/// Longest file that is read; the artifact of a Go guest has 8 MB.
const MAX_LEN: usize = 1 << 30;

#[derive(Debug)]
pub(super) struct DiskCache {
    folder: PathBuf,
}

impl DiskCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.module", hex::encode(key.0)))
    }

    /// The module, unless there is none or none to be trusted.
    pub(super) fn load(&self, key: &Key, engine: &Engine) -> Option<Module> {
        let file = self.file(key);
        let artifact = match self.read(&file, key) {
            Ok(artifact) => artifact,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "cached module not used, compiling anew");
                return None;
            }
        };
        match deserialize(engine, &artifact) {
            Ok(module) => Some(module),
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "cached module not used, compiling anew");
                None
            }
        }
    }

    /// The artifact in a file, after everything about it was checked.
    fn read(&self, file: &Path, key: &Key) -> io::Result<Vec<u8>> {
        let open = RegularFile::open(file)?;
        let owner = owner_of_new_files(&self.folder)?;
        only_ours(&fs::metadata(&self.folder)?, owner, "its folder")?;
        only_ours(open.metadata(), owner, "it")?;
        let bytes = open.read(MAX_LEN)?;
        let head = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default();
        if head(0..MAGIC.len()) != MAGIC || head(KEY_AT) != key.0 {
            return Err(damaged("it is not the module that its name says"));
        }
        let artifact = bytes.get(HEAD_LEN..).unwrap_or_default();
        if head(DIGEST_AT) != Sha256::digest(artifact).as_slice() {
            return Err(damaged("its digest is not that of its content"));
        }
        Ok(artifact.to_vec())
    }

    /// Keeps a module for the next start. That it can not be kept is no failure.
    pub(super) fn store(&self, key: &Key, module: &Module) {
        let stored = self.write(key, module);
        if let Err(error) = stored {
            tracing::warn!(folder = %self.folder.display(), %error, "compiled module not cached");
        }
    }

    fn write(&self, key: &Key, module: &Module) -> io::Result<()> {
        make_private_folder(&self.folder)?;
        let artifact = module.serialize().map_err(io::Error::other)?;
        // Under its name only when it is whole: several routers may share the folder.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&key.0)?;
        file.write_all(Sha256::digest(&artifact).as_slice())?;
        file.write_all(&artifact)?;
        file.persist(self.file(key)).map_err(|error| error.error)?;
        Ok(())
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[allow(
    unsafe_code,
    reason = "wasmer reads compiled modules back by an unsafe function only"
)]
fn deserialize(engine: &Engine, artifact: &[u8]) -> Result<Module, wasmer::DeserializeError> {
    // SAFETY: the bytes are what `Module::serialize` gave, by their digest, under a key that holds the versions of
    // everything that made them; the file and its folder can be written by the user of this process alone.
    unsafe { Module::deserialize(engine, artifact) }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// The user that files of this process belong to.
#[cfg(unix)]
fn owner_of_new_files(folder: &Path) -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(tempfile::tempfile_in(folder)?.metadata()?.uid())
}

#[cfg(not(unix))]
fn owner_of_new_files(_: &Path) -> io::Result<u32> {
    Ok(0)
}

#[cfg(unix)]
fn only_ours(metadata: &fs::Metadata, owner: u32, what: &str) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    if metadata.uid() != owner {
        let found = metadata.uid();
        return Err(io::Error::other(format!(
            "{what} belongs to user {found}, not to {owner}"
        )));
    }
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(io::Error::other(format!("{what} can be written by others")));
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_ours(_: &fs::Metadata, _: u32, _: &str) -> io::Result<()> {
    Ok(())
}
