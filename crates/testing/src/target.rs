//! Files that were built before the tests ran.

use std::path::{Path, PathBuf};

/// Returns the target directory of cargo that the running test was built into.
pub fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    // Cargo puts the programs of tests into `debug/deps`.
    program.ancestors().nth(3).unwrap().to_owned()
}

/// Returns the path of a file in the target directory.
///
/// # Panics
///
/// If there is no such file.
pub fn built(file: impl AsRef<Path>) -> PathBuf {
    let path = target().join(file);
    let shown = path.display();
    assert!(
        path.exists(),
        "there is no {shown}; run `cargo xtask test`, which makes it"
    );
    path
}
