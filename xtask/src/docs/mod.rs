//! The generated parts of the documentation.

mod reference;

use std::fs;

use anyhow::{Context as _, bail};

use crate::sh::{self, cargo, root, say};

/// The reference of the configuration, from its schema.
const REFERENCE: &str = "docs/configuration.md";

pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let file = root().join(REFERENCE);
    let wanted = reference::markdown(&hyrouter_config::schema());
    if check {
        let found = fs::read_to_string(&file).with_context(|| format!("reading {REFERENCE}"))?;
        if found != wanted {
            bail!("{REFERENCE} does not match the configuration's schema; run `cargo xtask docs`");
        }
        return Ok(());
    }
    fs::write(&file, wanted).with_context(|| format!("writing {REFERENCE}"))?;
    say(&format!("wrote {REFERENCE}"));
    // A test compares docs/metrics.md with a scrape, or writes it.
    sh::run(
        cargo()
            .args([
                "test",
                "--workspace",
                "--all-features",
                "--lib",
                "metrics::page",
            ])
            .env("WRITE_DOCS", "1"),
    )
}
