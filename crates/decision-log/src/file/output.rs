//! The output of a file sink.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::FileTarget;
use super::lines::{LineWriter, LinesWritten};
use super::pipe::PipeWriter;
use super::writer::WriterControl;
use crate::SinkError;

pub(super) enum LogOutput {
    Stdout(LineWriter),
    File(LogFile),
}

pub(super) struct LogFile {
    path: PathBuf,
    /// `None`: the file could not be opened, or the pipe has no reader yet.
    file: Option<File>,
    lines: LineWriter,
}

impl LogOutput {
    pub(super) fn new(target: FileTarget) -> Result<Self, SinkError> {
        let path = match target {
            FileTarget::Stdout => return Ok(Self::Stdout(LineWriter::default())),
            FileTarget::File(path) => path,
        };
        let file = match open(&path) {
            Ok(file) => Some(file),
            Err(error) if lacks_reader(&error) => None,
            Err(error) => return Err(SinkError::File { path, error }),
        };
        Ok(Self::File(LogFile {
            path,
            file,
            lines: LineWriter::default(),
        }))
    }

    pub(super) fn name(&self) -> impl fmt::Display {
        match self {
            Self::Stdout(_) => "standard output".to_owned(),
            Self::File(opened) => opened.path.display().to_string(),
        }
    }

    /// Returns whether the output is a pipe without a reader. Tries to open a pipe that had none before; another error
    /// shows at the next write.
    pub(super) fn lacks_reader(&mut self) -> bool {
        match self {
            Self::File(opened) if opened.file.is_none() => {
                opened.reopen().is_err_and(|error| lacks_reader(&error))
            }
            Self::File(_) | Self::Stdout(_) => false,
        }
    }

    /// Opens the file again. An error shows at the next write.
    pub(super) fn reopen(&mut self) {
        if let Self::File(opened) = self {
            let _ = opened.reopen();
        }
    }

    /// Writes lines. Waits for the reader of a pipe until the sink is abandoned.
    pub(super) fn write(&mut self, lines: &[u8], control: &WriterControl) -> LinesWritten {
        if lines.is_empty() {
            return LinesWritten {
                lines: 0,
                error: None,
            };
        }
        match self {
            Self::Stdout(state) => state.write(&mut io::stdout().lock(), lines),
            Self::File(opened) => opened.write(lines, control),
        }
    }
}

impl LogFile {
    fn write(&mut self, lines: &[u8], control: &WriterControl) -> LinesWritten {
        let moved = if self.is_in_place() {
            None
        } else {
            self.reopen().err()
        };
        let Some(file) = &mut self.file else {
            let error = moved.or_else(|| Some(io::ErrorKind::NotFound.into()));
            return LinesWritten { lines: 0, error };
        };
        let mut written = self.lines.write(&mut PipeWriter { file, control }, lines);
        written.error = written.error.or(moved);
        written
    }

    /// Returns whether the path still leads to the file that is open.
    fn is_in_place(&self) -> bool {
        let opened = self.file.as_ref().map(File::metadata);
        match (opened, self.path.metadata()) {
            (Some(Ok(opened)), Ok(there)) => is_same(&opened, &there),
            _ => false,
        }
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.file = Some(open(&self.path)?);
        self.lines = LineWriter::default();
        Ok(())
    }
}

/// Opens a file for appending. A new file is readable by the group and not by all, since it may contain addresses. A
/// pipe is opened without waiting for its reader, and written to without waiting for room, because a blocked thread
/// cannot be ended.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o640).custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

/// Returns whether a file could not be opened because it is a pipe without a reader.
#[cfg(unix)]
fn lacks_reader(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ENXIO)
}

#[cfg(not(unix))]
fn lacks_reader(_: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Returns `true`: an open file cannot be moved there.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
