//! Knot DNS, the server for tests of DNS discovery.

use crate::peers::left_out;
use crate::sh::{self, cmd, works};

/// Installs Knot DNS by apt if it is missing and the user is root.
pub(crate) fn set_up() -> anyhow::Result<()> {
    // Debian's folder is not in every user's `PATH`.
    const NAMES: [&str; 2] = ["knotd", "/usr/sbin/knotd"];
    let is_here = || NAMES.iter().any(|name| works(cmd(name).arg("--version")));
    if is_here() {
        return Ok(());
    }
    sh::apt_install(&["knot"])?;
    if is_here() {
        return Ok(());
    }
    left_out("Knot DNS is not installed; tests with a DNS server are skipped")
}
