//! Time from an event of a source of backends to the first decision that sees it.

use super::process::built;
use crate::sh::{self, cmd};

pub(super) fn events() -> anyhow::Result<String> {
    sh::output(cmd(built("discovery")).arg(built("hyrouter")))
}
