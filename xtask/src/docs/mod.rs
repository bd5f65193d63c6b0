//! The generated parts of the documentation.

mod reference;

use std::fs;

use anyhow::{Context as _, bail};

use crate::sh::{self, cargo, root, say};

/// The reference of the configuration, from its schema.
const REFERENCE: &str = "docs/configuration.md";

/// The schema of plugins' messages, from which the kits of other languages generate their types.
const PLUGIN_SCHEMA: &str = "crates/plugin-api/schema/plugin.schema.json";

/// The schema of the document for backends, which editors and generators of documents use.
const BACKENDS_SCHEMA: &str = "crates/discovery/schema/backends.schema.json";

pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let reference = reference::markdown(&hyrouter_config::schema());
    let plugin = serde_json::to_string_pretty(&hyrouter_plugin_api::schema())?;
    let backends = serde_json::to_string_pretty(&hyrouter_discovery::document::schema())?;
    for (name, wanted) in [
        (REFERENCE, reference),
        (PLUGIN_SCHEMA, plugin + "\n"),
        (BACKENDS_SCHEMA, backends + "\n"),
    ] {
        let file = root().join(name);
        if check {
            let found = fs::read_to_string(&file).with_context(|| format!("reading {name}"))?;
            if found != wanted {
                bail!("{name} does not match its source; run `cargo xtask docs`");
            }
            continue;
        }
        fs::write(&file, wanted).with_context(|| format!("writing {name}"))?;
        say(&format!("wrote {name}"));
    }
    if check {
        return Ok(());
    }
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
