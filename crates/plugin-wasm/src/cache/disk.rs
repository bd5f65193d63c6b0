//! Compiled modules in a folder.
//!
//! A file of it becomes machine code of this process. So a file is used only if folder and file belong to the user that
//! runs the router, if no other user can write to them, and if the content has its digest. Otherwise the module is
//! compiled again. Another process of the same user is trusted.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hyrouter_files::RegularFile;
use wasmer::{Engine, Module};

use super::ModuleKey;
use crate::artifact::{self, MAX_LEN};

#[derive(Debug, Clone)]
pub(super) struct DiskCache {
    folder: PathBuf,
}

impl DiskCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn file(&self, key: &ModuleKey) -> PathBuf {
        self.folder.join(format!("{}.module", hex::encode(key.0)))
    }

    /// Returns the module; `None` if it is missing or not trusted.
    pub(super) fn load(&self, key: &ModuleKey, engine: &Engine) -> Option<Module> {
        let file = self.file(key);
        let loaded = self
            .read(&file)
            .and_then(|saved| artifact::load(key, &saved, engine));
        match loaded {
            Ok(module) => Some(module),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "cached module not usable; compiling again");
                None
            }
        }
    }

    /// Reads a file that no other user can write to.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let open = RegularFile::open(file)?;
        let owner = owner_of_new_files(&self.folder)?;
        only_ours(&fs::metadata(&self.folder)?, owner, "its folder")?;
        only_ours(open.metadata(), owner, "it")?;
        Ok(open.read(MAX_LEN)?)
    }

    /// Stores a module for the next start. A failure is logged and not returned.
    pub(super) fn store(&self, key: &ModuleKey, saved: &[u8]) {
        if let Err(error) = self.write(key, saved) {
            tracing::warn!(folder = %self.folder.display(), %error, "compiled module not cached");
        }
    }

    fn write(&self, key: &ModuleKey, saved: &[u8]) -> io::Result<()> {
        make_private_folder(&self.folder)?;
        // Renamed once complete, so that a router that shares the folder never reads a part.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(saved)?;
        file.persist(self.file(key)).map_err(|error| error.error)?;
        Ok(())
    }
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

/// Returns the owner of files that this process creates.
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
        return Err(io::Error::other(format!(
            "{what} is writable by other users"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_ours(_: &fs::Metadata, _: u32, _: &str) -> io::Result<()> {
    Ok(())
}
