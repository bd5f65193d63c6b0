//! Keys from a file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyrouter_files::{FileProblem, read_text};
use hyrouter_http_client::RequestError;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::MAX_JWKS;
use super::error::FetchError;

/// File that is read at each fetch. It is small, so it is read whole: name and times may stay the same when the content
/// changes.
pub(super) struct KeyFile {
    path: PathBuf,
    timeout: Duration,
    /// Read that timed out. No other thread is used before its thread is free.
    pending: Option<JoinHandle<Result<Vec<u8>, FetchError>>>,
}

impl KeyFile {
    pub(super) fn new(path: PathBuf, timeout: Duration) -> Self {
        Self {
            path,
            timeout,
            pending: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read_now(&self) -> Result<Vec<u8>, FetchError> {
        read(&self.path)
    }

    pub(super) async fn read(&mut self) -> Result<Vec<u8>, FetchError> {
        let path = &self.path;
        let reading = self.pending.get_or_insert_with(|| {
            let path = path.clone();
            spawn_blocking(move || read(&path))
        });
        let Ok(read) = timeout(self.timeout, reading).await else {
            return Err(RequestError::Timeout(self.timeout).into());
        };
        self.pending = None;
        read.map_err(|error| FileProblem::from(io::Error::other(error)))?
    }
}

fn read(path: &Path) -> Result<Vec<u8>, FetchError> {
    let text = read_text(path, MAX_JWKS).map_err(|error| error.problem)?;
    Ok(text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use tokio::task::spawn_blocking;

    use super::{KeyFile, MAX_JWKS, read};

    #[test]
    fn regular_files_within_the_limit_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let refused = |path: &Path| read(path).unwrap_err().to_string();
        assert!(refused(&path).contains("os error"), "{}", refused(&path));
        assert_eq!(
            refused(folder.path()),
            "is a directory; a regular file is needed"
        );
        std::fs::write(&path, vec![b' '; MAX_JWKS]).unwrap();
        assert_eq!(read(&path).unwrap().len(), MAX_JWKS);
        std::fs::write(&path, vec![b' '; MAX_JWKS + 1]).unwrap();
        assert_eq!(
            refused(&path),
            "has 262145 bytes or more; at most 262144 are allowed"
        );
    }

    #[tokio::test]
    async fn a_read_that_hangs_occupies_one_thread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        std::fs::write(&path, "new").unwrap();
        let mut file = KeyFile::new(path, Duration::from_millis(20));
        let (free, freed) = std::sync::mpsc::sync_channel::<()>(1);
        file.pending = Some(spawn_blocking(move || {
            let _ = freed.recv();
            Ok(b"old".to_vec())
        }));
        for _ in 0..2 {
            let error = file.read().await.unwrap_err().to_string();
            assert_eq!(error, "no response within 20ms");
        }
        drop(free);
        file.timeout = Duration::from_secs(30);
        assert_eq!(file.read().await.unwrap(), b"old");
        assert_eq!(file.read().await.unwrap(), b"new");
    }
}
