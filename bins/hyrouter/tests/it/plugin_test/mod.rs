//! `hyrouter plugin test` and `hyrouter plugin dev`.

mod bad;
mod cases;
mod dev;
mod good;
mod reports;

use std::path::{Path, PathBuf};

use hyrouter_testing::peer::PeerProcess;

/// Starts a server that is wrong in this way.
fn bad(mode: &str) -> PeerProcess {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = here.join("tests/it/plugin_test/bad_plugin.py");
    PeerProcess::python_script(&script, &[mode])
}

/// Returns the path of a file of an example.
fn example(file: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../../examples").join(file)
}
