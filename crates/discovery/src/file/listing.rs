//! The files of a source.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Maximum number of files of a directory that are read.
pub(super) const MAX_FILES: usize = 1_000;

/// The files of a source at one time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileListing {
    /// The path is no directory.
    Single,
    Directory {
        /// Paths of the files, in the order of their names.
        files: BTreeSet<PathBuf>,
        /// Number of files beyond the maximum.
        left_out: usize,
    },
}

impl FileListing {
    /// Lists the files of a path: at most 1,000 of a directory, the first by name.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        if !fs::metadata(path)?.is_dir() {
            return Ok(Self::Single);
        }
        let (mut files, mut left_out) = (BTreeSet::new(), 0);
        for entry in fs::read_dir(path)? {
            let file = entry?.path();
            if is_document(&file) {
                files.insert(file);
            }
            if files.len() > MAX_FILES {
                files.pop_last();
                left_out += 1;
            }
        }
        Ok(Self::Directory { files, left_out })
    }
}

/// Returns whether a file of a directory is a document, by its name. Hidden files are none: editors make them while they
/// save.
fn is_document(file: &Path) -> bool {
    let is_hidden = file
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = file.extension();
    !is_hidden
        && ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension == Some(known.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.yml", "a.yaml", "c.json", "d.yaml~", ".e.yaml", "f.txt", ".yaml", "g.YAML", "yaml",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let files = ["a.yaml", "b.yml", "c.json"].map(|name| folder.path().join(name));
        let expected = FileListing::Directory {
            files: files.clone().into(),
            left_out: 0,
        };
        assert_eq!(FileListing::of(folder.path()).unwrap(), expected);
        assert_eq!(FileListing::of(&files[0]).unwrap(), FileListing::Single);
        FileListing::of(&folder.path().join("absent")).unwrap_err();
    }

    #[test]
    fn the_first_files_by_name_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..1_010 {
            fs::write(folder.path().join(format!("{n:04}.yaml")), "").unwrap();
        }
        let FileListing::Directory { files, left_out } = FileListing::of(folder.path()).unwrap()
        else {
            panic!("it is a directory");
        };
        assert_eq!((files.len(), left_out), (1_000, 10));
        assert!(files.last().unwrap().ends_with("0999.yaml"));
    }
}
