//! Reads the files that a configuration names.
//!
//! A path in a configuration can lead anywhere: to a pipe without a writer, to a device, to a file of 2 GiB.
//! [`read_file`] and [`read_text`] open without blocking, accept regular files only, and read at most the number of
//! bytes that the caller allows. [`RegularFile`] is the same in two steps, for callers that check the metadata of the
//! open file in between. [`read_input`] and [`read_text_input`] are for files that a person names on a command line.
//! [`read_secret_file`] reads tokens and other secrets by [`SecretRules`]. [`watch`] detects changed files.
//!
//! ```
//! # fn example() -> Result<(), hyrouter_files::FileError> {
//! use hyrouter_files::{read_file, read_text};
//!
//! let token = read_text("/etc/hyrouter/token".as_ref(), 4096)?;
//! let module = read_file("/etc/hyrouter/bans.wasm".as_ref(), 32 << 20)?;
//! # drop((token, module));
//! # Ok(())
//! # }
//! ```
//!
//! A file system that hangs, such as NFS without its server, blocks the thread that reads. No flag of the system
//! prevents that.

mod error;
mod pem;
mod regular;
mod secret;
pub mod watch;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

pub use secrecy::{ExposeSecret, SecretString};

pub use self::error::{FileError, FileProblem};
pub use self::pem::{Pem, not_a_pair, pem_problem, read_pem};
pub use self::regular::RegularFile;
pub use self::secret::{SecretFileError, SecretProblem, SecretRules, read_secret_file};

/// Maximum length of a file with certificates or keys in PEM, in bytes: 4 MiB. The certificates that systems trust are
/// about 230 KiB together.
pub const MAX_PEM: usize = 4 << 20;

/// Reads a regular file of at most `max` bytes.
///
/// # Errors
///
/// The file cannot be opened or read, is not a regular file, or is longer than `max`.
pub fn read_file(path: &Path, max: usize) -> Result<Vec<u8>, FileError> {
    RegularFile::open(path)?.read(max)
}

/// Reads a regular file of at most `max` bytes as UTF-8, without a byte order mark. The text is wiped from memory when
/// it is dropped, because most texts that a configuration names are secrets.
///
/// # Errors
///
/// As [`read_file`], or the file is not UTF-8.
pub fn read_text(path: &Path, max: usize) -> Result<Zeroizing<String>, FileError> {
    text(path, read_file(path, max)?)
}

/// Reads at most `max` bytes of an input named on a command line: a file, a pipe, or `-` for standard input. Waits for
/// the writer of a pipe.
///
/// # Errors
///
/// The input cannot be opened or read, or is longer than `max`.
pub fn read_input(path: &Path, max: usize) -> Result<Vec<u8>, FileError> {
    let read = || {
        if path == Path::new("-") {
            return bounded(io::stdin().lock(), max, 0);
        }
        bounded(File::open(path)?, max, 0)
    };
    read().map_err(|problem| FileError::new(path, problem))
}

/// Reads at most `max` bytes of an input as UTF-8, like [`read_text`] for files.
///
/// # Errors
///
/// As [`read_input`], or it is not UTF-8.
pub fn read_text_input(path: &Path, max: usize) -> Result<Zeroizing<String>, FileError> {
    text(path, read_input(path, max)?)
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<Zeroizing<String>, FileError> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = Zeroizing::new(error.into_bytes());
        let before = bytes.get(..at).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let problem = if is_utf16(&bytes) {
            FileProblem::Utf16
        } else {
            FileProblem::NotText { at, line }
        };
        FileError::new(path, problem)
    })?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    Ok(Zeroizing::new(text))
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns whether a text begins with the byte order mark of UTF-16, in either byte order.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// Reads at most `max` bytes. The buffer does not move while the length is at most `expected`, so that no copies of a
/// secret stay in freed memory.
fn bounded(source: impl Read, max: usize, expected: usize) -> Result<Vec<u8>, FileProblem> {
    let mut bytes = Vec::with_capacity(expected.min(max).saturating_add(1));
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    source.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > max {
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        drop(Zeroizing::new(bytes));
        return Err(FileProblem::TooLong { len, max });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
