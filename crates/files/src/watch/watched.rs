//! Times of reading.

use super::FileSet;

/// Decides when to read changed files: once two checks in a row see the same fingerprints, so that a writer of several
/// files has finished.
#[derive(Debug)]
pub struct Watch {
    /// Fingerprints of the files that were read.
    read: FileSet,
    last: FileSet,
}

impl Watch {
    /// Starts with the fingerprints that the files had when they were read.
    pub fn from(read: FileSet) -> Self {
        Self {
            last: read.clone(),
            read,
        }
    }

    /// Returns whether the files must be read, given their fingerprints now.
    pub fn is_due(&mut self, now: FileSet) -> bool {
        let is_due = now != self.read && now == self.last;
        self.last = now;
        is_due
    }

    /// Returns the fingerprints of the files that were read.
    pub fn read(&self) -> &FileSet {
        &self.read
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn look(folder: &tempfile::TempDir) -> FileSet {
        FileSet::at(["a", "b"].map(|name| folder.path().join(name)))
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
        let before = FileSet::at([folder.path().join("a")]);
        write("a", "12");
        write("b", "1");
        let read = look(&folder).with_earlier(&before);
        let mut watch = Watch::from(read.clone());
        assert!(!watch.is_due(look(&folder)));
        assert!(watch.is_due(look(&folder)), "a is news");
        let both = before.clone().merge(look(&folder));
        assert_eq!(both, read, "the earlier look of a, and b");
    }
}
