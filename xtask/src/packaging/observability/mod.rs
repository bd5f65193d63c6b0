//! The dashboard and the alert rules: each query can be parsed, and asks for metrics and labels that the router has.

mod catalogue;
mod dashboard;
mod query;
mod rules;

use super::{read, yaml};
use catalogue::Catalogue;

const METRICS: &str = "docs/metrics.md";
const DASHBOARD: &str = "examples/observability/dashboard.json";
const RULES: &str = "examples/observability/rules.yaml";
const PAGE: &str = "docs/observability.md";
const SCRAPE: &str = "examples/observability/prometheus.yml";

/// The name of the scrape job in all of them.
const JOB: &str = "hyrouter";

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let catalogue = Catalogue::parse(&read(METRICS)?);
    if catalogue.is_empty() {
        faults.push(format!("{METRICS}: there is no table of metrics"));
    }
    let dashboard = serde_json::from_str(&read(DASHBOARD)?)?;
    let found = dashboard::faults(&dashboard, &catalogue);
    faults.extend(
        found
            .into_iter()
            .map(|fault| format!("{DASHBOARD}: {fault}")),
    );
    let document = yaml::document(RULES, &read(RULES)?)?;
    let found = rules::faults(&document, &catalogue);
    faults.extend(found.into_iter().map(|fault| format!("{RULES}: {fault}")));
    let page = read(PAGE)?;
    let rows = rules::rows_of_page(&document);
    let missing = rows.into_iter().filter(|row| !page.contains(row));
    faults.extend(missing.map(|row| format!("{PAGE}: no row begins with {row}")));
    let scrape = yaml::document(SCRAPE, &read(SCRAPE)?)?;
    if yaml::text(&scrape, "/scrape_configs/0/job_name") != JOB
        || yaml::text(&scrape, "/rule_files/0") != "rules.yaml"
    {
        faults.push(format!("{SCRAPE}: it has no job {JOB}, or other rules"));
    }
    Ok(())
}
