//! Fingerprints of files, to detect changes.

use std::fs;
use std::path::PathBuf;

/// Fingerprints of files. Contents are not read: after an edit, a copy or a swapped link, the file (by device and inode
/// number), its length, or its time of modification or change differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet(Vec<(PathBuf, Option<Fingerprint>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fingerprint {
    #[cfg(unix)]
    inode: (u64, u64),
    /// Seconds and nanoseconds of the last change of the file's entry.
    #[cfg(unix)]
    changed: (i64, i64),
    modified: Option<std::time::SystemTime>,
    length: u64,
}

impl FileSet {
    /// Takes fingerprints of these files, following links. A missing file has an entry, too.
    pub fn at(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let fingerprint = |file: PathBuf| {
            let fingerprint = fs::metadata(&file).ok().map(|found| fingerprint(&found));
            (file, fingerprint)
        };
        Self(files.into_iter().map(fingerprint).collect())
    }

    /// Replaces the fingerprints of files that `earlier` has, so that changes between `earlier` and now are detected
    /// later.
    #[must_use]
    pub fn with_earlier(mut self, earlier: &Self) -> Self {
        for (file, fingerprint) in &mut self.0 {
            let seen = earlier.0.iter().find(|(known, _)| known == file);
            if let Some((_, seen)) = seen {
                *fingerprint = *seen;
            }
        }
        self
    }

    /// Returns the fingerprints of the files of both sets, each once.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (file, fingerprint) in other.0 {
            if !self.0.iter().any(|(known, _)| *known == file) {
                self.0.push((file, fingerprint));
            }
        }
        self
    }

    /// Returns the files whose fingerprints differ, in either set.
    pub fn changed_since(&self, earlier: &Self) -> Vec<String> {
        let changed = self.0.iter().filter(|(file, fingerprint)| {
            let known = earlier.0.iter().find(|(known, _)| known == file);
            known.is_some_and(|(_, before)| before != fingerprint)
        });
        changed
            .map(|(file, _)| file.display().to_string())
            .collect()
    }

    /// Takes new fingerprints of the same files.
    #[must_use]
    pub fn refresh(&self) -> Self {
        Self::at(self.0.iter().map(|(file, _)| file.clone()))
    }
}

fn fingerprint(found: &fs::Metadata) -> Fingerprint {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt as _;
    Fingerprint {
        #[cfg(unix)]
        inode: (found.dev(), found.ino()),
        #[cfg(unix)]
        changed: (found.ctime(), found.ctime_nsec()),
        modified: found.modified().ok(),
        length: found.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_set(folder: &tempfile::TempDir) -> FileSet {
        FileSet::at(["a", "b"].map(|name| folder.path().join(name)))
    }

    #[cfg(unix)]
    #[test]
    fn swapped_links_and_renames_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        // As Kubernetes mounts a ConfigMap: a -> ..data/a, ..data -> ..1.
        for version in ["..1", "..2"] {
            fs::create_dir(path(version)).unwrap();
            fs::write(path(version).join("a"), "same length").unwrap();
        }
        std::os::unix::fs::symlink("..1", path("..data")).unwrap();
        std::os::unix::fs::symlink("..data/a", path("a")).unwrap();
        let before = file_set(&folder);
        assert_eq!(before, file_set(&folder));
        std::os::unix::fs::symlink("..2", path("..next")).unwrap();
        fs::rename(path("..next"), path("..data")).unwrap();
        let swapped = file_set(&folder);
        assert_ne!(before, swapped);
        // As an editor saves: a new file, renamed over the old.
        fs::write(path("b~"), "b").unwrap();
        fs::rename(path("b~"), path("b")).unwrap();
        let saved = file_set(&folder);
        assert_ne!(swapped, saved);
        fs::remove_file(path("b")).unwrap();
        assert_ne!(saved, file_set(&folder));
    }
}
