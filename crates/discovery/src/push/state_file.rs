//! Leases in a file, so that they survive a restart of the router.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use hyrouter_files::read_file;
use serde::{Deserialize, Serialize, Serializer};

use super::lease::Lease;
use crate::document::BackendEntry;

/// Maximum length of a state file in bytes. 10,000 leases of usual length take 2 MiB.
const MAX_LEN: usize = 256 << 20;
const VERSION: u32 = 1;

/// The content of a state file, as it is read.
#[derive(Debug, Deserialize)]
struct SavedLeases {
    version: u32,
    leases: Vec<SavedLease>,
}

/// The same, as it is written: one lease after the other, so that not all are in memory twice.
#[derive(Debug, Serialize)]
struct LeasesToSave<'l> {
    version: u32,
    #[serde(serialize_with = "in_turn")]
    leases: &'l [(Arc<str>, Lease)],
}

fn in_turn<S: Serializer>(leases: &&[(Arc<str>, Lease)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(leases.iter().map(|(id, lease)| SavedLease::of(id, lease)))
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedLease {
    backend: BackendEntry,
    /// In seconds.
    ttl: u64,
    /// In milliseconds since 1970.
    expires_at: u64,
}

/// A state file and the number of its last write.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    written: Mutex<Option<u64>>,
}

impl StateFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            written: Mutex::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the leases that have not ended, at most `max` of them. A missing file has none.
    ///
    /// # Errors
    /// The file cannot be read, or has another content.
    pub(super) fn read(
        &self,
        max: usize,
        max_lease: Duration,
    ) -> Result<Vec<(String, Lease)>, String> {
        let bytes = match read_file(&self.path, MAX_LEN) {
            Ok(bytes) => bytes,
            Err(error) if error.is_missing() => return Ok(Vec::new()),
            Err(error) => return Err(error.to_string()),
        };
        let saved: SavedLeases =
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if saved.version != VERSION {
            let version = saved.version;
            return Err(format!("its version is {version}; allowed: {VERSION}"));
        }
        let now = SystemTime::now();
        let usable = saved.leases.into_iter();
        let usable = usable.filter_map(|saved| saved.lease(now, max_lease));
        Ok(usable.take(max).collect())
    }

    /// Replaces the file. A write that is older than the last one does nothing.
    ///
    /// # Errors
    /// The file cannot be written. The previous one stays then.
    pub(super) fn write(&self, number: u64, leases: &[(Arc<str>, Lease)]) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.is_some_and(|last| last >= number) {
            return Ok(());
        }
        let folder = self
            .path
            .parent()
            .filter(|path| !path.as_os_str().is_empty());
        // Only its owner may read it.
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        let mut writer = io::BufWriter::new(file.as_file_mut());
        let version = VERSION;
        serde_json::to_writer(&mut writer, &LeasesToSave { version, leases })?;
        writer.flush()?;
        drop(writer);
        file.as_file().sync_data()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        *written = Some(number);
        Ok(())
    }
}

impl SavedLease {
    fn of(id: &str, lease: &Lease) -> Self {
        Self {
            backend: BackendEntry::from_backend(id, &lease.backend),
            ttl: lease.term.ttl.as_secs(),
            expires_at: millis(lease.term.expires_at),
        }
    }

    /// Returns the rest of the lease; none if it has ended, or its backend cannot be used.
    fn lease(self, now: SystemTime, max_lease: Duration) -> Option<(String, Lease)> {
        let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.expires_at))?;
        // A clock that was set back must not prolong it.
        let ttl = Duration::from_secs(self.ttl).min(max_lease);
        let rest = end.duration_since(now).ok()?.min(ttl);
        let found = self.backend.discovered();
        if rest.is_zero() || found.problem().is_some() {
            return None;
        }
        let lease = Lease::with_rest(found.backend, ttl, rest);
        Some((found.id.as_ref().to_owned(), lease))
    }
}

fn millis(at: SystemTime) -> u64 {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
