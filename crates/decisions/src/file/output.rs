//! The file itself.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::Target;
use super::lines::{Lines, Written};
use crate::SinkError;

pub(super) enum Output {
    Stdout(Lines),
    File(Opened),
}

pub(super) struct Opened {
    path: PathBuf,
    /// None: it could not be opened, or nobody reads the pipe yet.
    file: Option<File>,
    lines: Lines,
}

impl Output {
    pub(super) fn new(target: Target) -> Result<Self, SinkError> {
        let path = match target {
            Target::Stdout => return Ok(Self::Stdout(Lines::default())),
            Target::File(path) => path,
        };
        // Opening a pipe waits for its reader, and nobody should have to wait for that.
        let file = match path.metadata() {
            Ok(metadata) if is_pipe(&metadata) => None,
            _ => match open(&path) {
                Ok(file) => Some(file),
                Err(error) => return Err(SinkError::File { path, error }),
            },
        };
        Ok(Self::File(Opened {
            path,
            file,
            lines: Lines::default(),
        }))
    }

    pub(super) fn name(&self) -> impl fmt::Display {
        match self {
            Self::Stdout(_) => "standard output".to_owned(),
            Self::File(opened) => opened.path.display().to_string(),
        }
    }

    /// Opens a pipe. An error shows when it is written to.
    pub(super) fn wait_for_reader(&mut self) {
        if let Self::File(opened) = self
            && opened.file.is_none()
        {
            opened.file = open(&opened.path).ok();
        }
    }

    /// Opens the file anew. An error shows when it is written to.
    pub(super) fn reopen(&mut self) {
        if let Self::File(opened) = self {
            let _ = opened.reopen();
        }
    }

    pub(super) fn write(&mut self, lines: &[u8]) -> Written {
        if lines.is_empty() {
            return Written {
                lines: 0,
                error: None,
            };
        }
        match self {
            Self::Stdout(state) => state.write(&mut io::stdout().lock(), lines),
            Self::File(opened) => opened.write(lines),
        }
    }
}

impl Opened {
    fn write(&mut self, lines: &[u8]) -> Written {
        let moved = if self.is_in_place() {
            None
        } else {
            self.reopen().err()
        };
        let Some(file) = &mut self.file else {
            let error = moved.or_else(|| Some(io::ErrorKind::NotFound.into()));
            return Written { lines: 0, error };
        };
        let mut written = self.lines.write(file, lines);
        written.error = written.error.or(moved);
        written
    }

    /// Whether the path still leads to the file that is open.
    fn is_in_place(&self) -> bool {
        let opened = self.file.as_ref().map(File::metadata);
        match (opened, self.path.metadata()) {
            (Some(Ok(opened)), Ok(there)) => is_same(&opened, &there),
            _ => false,
        }
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.file = Some(open(&self.path)?);
        self.lines = Lines::default();
        Ok(())
    }
}

/// Readable by the group and not by all: there may be addresses in it.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// A file that is open can not be moved there.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
