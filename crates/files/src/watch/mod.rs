//! Detection of changed files, without reading them.
//!
//! A [`FileSet`] has fingerprints of files at one time. A [`Watch`] compares sets and decides when files must be read again.

mod file_set;
mod watched;

pub use self::file_set::FileSet;
pub use self::watched::Watch;
