//! Notices that files have changed.

use std::fs;
use std::path::PathBuf;

/// How files looked. Their contents are not read: what an editor, a copy or a swapped link leaves behind is another file
/// (by device and number), of another length, or was written or linked at another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look(Vec<(PathBuf, Option<Print>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    #[cfg(unix)]
    inode: (u64, u64),
    /// Seconds and nanoseconds of the last change of the file's entry.
    #[cfg(unix)]
    changed: (i64, i64),
    modified: Option<std::time::SystemTime>,
    length: u64,
}

impl Look {
    /// How these files look now, whatever links lead to them. A file that is not there has a look, too.
    pub fn at(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let look = |file: PathBuf| {
            let print = fs::metadata(&file).ok().map(|found| print(&found));
            (file, print)
        };
        Self(files.into_iter().map(look).collect())
    }

    /// This look, but for files that `earlier` has seen: how those looked then. For files that were read in between: what
    /// changed meanwhile is news.
    #[must_use]
    pub fn since(mut self, earlier: &Self) -> Self {
        for (file, print) in &mut self.0 {
            let seen = earlier.0.iter().find(|(known, _)| known == file);
            if let Some((_, seen)) = seen {
                *print = *seen;
            }
        }
        self
    }

    /// Of all files of both, each once.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (file, print) in other.0 {
            if !self.0.iter().any(|(known, _)| *known == file) {
                self.0.push((file, print));
            }
        }
        self
    }

    /// Returns the files of both that look different now.
    pub(crate) fn changed_since(&self, earlier: &Self) -> Vec<String> {
        let changed = self.0.iter().filter(|(file, print)| {
            let known = earlier.0.iter().find(|(known, _)| known == file);
            known.is_some_and(|(_, before)| before != print)
        });
        changed
            .map(|(file, _)| file.display().to_string())
            .collect()
    }

    /// How the same files look now.
    pub(crate) fn again(&self) -> Self {
        Self::at(self.0.iter().map(|(file, _)| file.clone()))
    }
}

fn print(found: &fs::Metadata) -> Print {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt as _;
    Print {
        #[cfg(unix)]
        inode: (found.dev(), found.ino()),
        #[cfg(unix)]
        changed: (found.ctime(), found.ctime_nsec()),
        modified: found.modified().ok(),
        length: found.len(),
    }
}

/// Says when changed files are to be read: once they have stayed the same from one look to the next, so that somebody who
/// writes several of them is done.
#[derive(Debug)]
pub(crate) struct Watch {
    /// What was read.
    read: Look,
    last: Look,
}

impl Watch {
    /// From files that looked like that when they were read.
    pub(crate) fn from(read: Look) -> Self {
        Self {
            last: read.clone(),
            read,
        }
    }

    /// Whether they are to be read now that they look like that.
    pub(crate) fn is_due(&mut self, now: Look) -> bool {
        let is_due = now != self.read && now == self.last;
        self.last = now;
        is_due
    }

    pub(crate) fn read(&self) -> &Look {
        &self.read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(folder: &tempfile::TempDir) -> Look {
        Look::at(["a", "b"].map(|name| folder.path().join(name)))
    }

    #[test]
    fn files_are_due_once_they_rest() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("a", "1");
        let mut watch = Watch::from(look(&folder));
        assert!(!watch.is_due(look(&folder)));
        write("a", "12");
        assert!(!watch.is_due(look(&folder)), "it may still be written to");
        write("b", "new");
        assert!(!watch.is_due(look(&folder)));
        assert!(watch.is_due(look(&folder)));
        watch = Watch::from(look(&folder));
        assert!(!watch.is_due(look(&folder)), "what was read is not news");
    }

    #[test]
    fn what_changes_while_it_is_read_is_news() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("a", "1");
        let before = Look::at([folder.path().join("a")]);
        write("a", "12");
        write("b", "1");
        let read = look(&folder).since(&before);
        let mut watch = Watch::from(read.clone());
        assert!(!watch.is_due(look(&folder)));
        assert!(watch.is_due(look(&folder)), "a is news");
        let both = before.clone().and(look(&folder));
        assert_eq!(both, read, "the earlier look of a, and b");
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
        let before = look(&folder);
        assert_eq!(before, look(&folder));
        std::os::unix::fs::symlink("..2", path("..next")).unwrap();
        fs::rename(path("..next"), path("..data")).unwrap();
        let swapped = look(&folder);
        assert_ne!(before, swapped);
        // As an editor saves: a new file, renamed over the old.
        fs::write(path("b~"), "b").unwrap();
        fs::rename(path("b~"), path("b")).unwrap();
        let saved = look(&folder);
        assert_ne!(swapped, saved);
        fs::remove_file(path("b")).unwrap();
        assert_ne!(saved, look(&folder));
    }
}
