//! Chromium, the browser for the tests of the status page.

use crate::peers::left_out;
use crate::sh::{self, cmd, works};

/// Installs Chromium by apt if it is missing and the user is root.
pub(crate) fn set_up() -> anyhow::Result<()> {
    const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
    let is_here = || NAMES.iter().any(|name| works(cmd(name).arg("--version")));
    let named = std::env::var_os("CHROMIUM").is_some();
    if named || is_here() {
        return Ok(());
    }
    sh::apt_install(&["chromium", "fonts-dejavu-core"])?;
    if is_here() {
        return Ok(());
    }
    left_out("Chromium is not installed; tests of the status page are skipped")
}
