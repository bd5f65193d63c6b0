//! docs/metrics.md has the metrics of a scrape.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use hyrouter_gateway::{IdentityResult, Reason, TicketResult};
use hyrouter_plugin_api::PluginErrorCode;
use prometheus_client::encoding::text::encode;

use super::{Process, registry};
use crate::admin::Readiness;
use crate::lifecycle::{CriticalTasks, Phases};
use crate::{App, Configuration, Origin, Parts};

/// Gives a series to each metric that has one for each route or plugin.
const CONFIG: &str = r#"
listen: "127.0.0.1:0"
routing:
  default: { backends: [{ host: one.example.com, port: 5520 }] }
  default_maintenance: {}
discovery: { providers: [{ name: d, type: file, file: { path: backends } }] }
plugins: [{ name: p, type: grpc, cache: {}, grpc: { address: "127.0.0.1:1" } }]
"#;

const HEAD: &str = "| metric | kind | labels | meaning |\n|---|---|---|---|\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_lists_all_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, CONFIG).unwrap();
    let configuration = Configuration::read(Origin::File(file)).unwrap();
    let app = App::build(configuration, Parts::default()).unwrap();
    let state = &app.reconfigurer.state;
    let metrics = state.handler.metrics();
    metrics.decisions.referrals.inc(Reason::Referred);
    metrics.decisions.identity.inc(IdentityResult::Verified);
    metrics.decisions.tickets.inc(TicketResult::Accepted);
    let plugin = metrics.plugins.of("p").unwrap();
    plugin.errors.inc(PluginErrorCode::Timeout);

    let readiness = Readiness {
        phases: Phases::starting(),
        critical_tasks: CriticalTasks::default(),
        metrics: metrics.clone(),
        sinks: Arc::clone(state.handler.sinks()),
        active: Arc::clone(&state.active),
        started: Instant::now(),
    };
    let mut text = String::new();
    let registry = registry::of(state, readiness, Process::started_now());
    encode(&mut text, &registry).unwrap();

    let table = table(&text);
    let page = include_str!("../../../../docs/metrics.md");
    if env::var_os("WRITE_DOCS").is_some() {
        let (before, rest) = page.split_once(HEAD).unwrap();
        let (_, after) = rest.split_once("\n\n").unwrap();
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        fs::write(file, format!("{before}{table}\n{after}")).unwrap();
        return;
    }
    assert!(
        page.contains(&table),
        "run `cargo xtask docs`: docs/metrics.md should have this table:\n{table}"
    );
}

/// Returns the metrics of a scrape as a table in Markdown, by name.
fn table(text: &str) -> String {
    let of = |name: &str, begin: &str| {
        let begin = format!("# {begin} {name} ");
        let mut lines = text.lines();
        lines
            .find_map(|line| line.strip_prefix(&begin))
            .unwrap_or("missing")
    };
    let names = text.lines().filter_map(|line| line.strip_prefix("# HELP "));
    let names = names.filter_map(|line| line.split(' ').next());
    let rows: BTreeSet<_> = names
        .map(|name| {
            let (kind, help) = (of(name, "TYPE"), of(name, "HELP"));
            let total = if kind == "counter" { "_total" } else { "" };
            let labels = labels(text, name).join(", ");
            format!("| `{name}{total}` | {kind} | {labels} | {help} |\n")
        })
        .collect();
    [HEAD]
        .into_iter()
        .chain(rows.iter().map(|row| &**row))
        .collect()
}

/// Returns the names of the labels of a metric, from its first series. `le` belongs to each histogram.
fn labels(text: &str, name: &str) -> Vec<String> {
    // The provider is not started here, so it has no age.
    if name == "hyrouter_discovery_age_seconds" {
        return vec!["`provider`".to_owned()];
    }
    // No keys are loaded here.
    if name.starts_with("hyrouter_identity_keys") {
        return Vec::new();
    }
    let mut series = text.lines().filter_map(|line| line.strip_prefix(name));
    let series = series.find(|line| {
        let suffix = line.split(['{', ' ']).next();
        suffix.is_some_and(|suffix| ["", "_total", "_count"].contains(&suffix))
    });
    let Some(series) = series else {
        return vec!["no series".to_owned()];
    };
    let Some((_, labels)) = series.split_once('{') else {
        return Vec::new();
    };
    let labels = labels.split("\",").map(|label| label.split('=').next());
    labels.flatten().map(|label| format!("`{label}`")).collect()
}
