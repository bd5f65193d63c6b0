//! A regular file, open for reading.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::path::{Path, PathBuf};

use crate::{FileError, FileProblem, bounded};

/// A regular file, open for reading.
#[derive(Debug)]
pub struct RegularFile {
    path: PathBuf,
    file: File,
    metadata: Metadata,
}

impl RegularFile {
    /// Opens a file without waiting for anything but the disk.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or is not a regular file.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let open = || {
            // Checked before the open, since opening a device can have side effects.
            is_regular(&fs::metadata(path)?)?;
            let mut options = OpenOptions::new();
            options.read(true);
            // Checked again after the open, since the path may lead to a pipe by now.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
            let file = options.open(path)?;
            let metadata = file.metadata()?;
            is_regular(&metadata)?;
            Ok((file, metadata))
        };
        let (file, metadata) =
            open().map_err(|problem: FileProblem| FileError::new(path, problem))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            metadata,
        })
    }

    /// Metadata of the open file, from when it was opened.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Reads the whole file. A file that is longer than `max` bytes is not read at all.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is longer than `max`.
    pub fn read(self, max: usize) -> Result<Vec<u8>, FileError> {
        let len = self.metadata.len();
        let read = match usize::try_from(len) {
            // Files of `/proc` have a length of 0, and a file can grow, so the read is bounded too.
            Ok(expected) if expected <= max => bounded(self.file, max, expected),
            _ => Err(FileProblem::TooLong { len, max }),
        };
        read.map_err(|problem| FileError::new(&self.path, problem))
    }
}

fn is_regular(metadata: &Metadata) -> Result<(), FileProblem> {
    if metadata.is_file() {
        return Ok(());
    }
    let found = kind(metadata.file_type());
    Err(FileProblem::NotAFile { found })
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() {
            return "a character device";
        }
        if kind.is_block_device() {
            return "a block device";
        }
    }
    "of an unknown kind"
}
