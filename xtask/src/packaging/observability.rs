//! The dashboard and the alert rules. promtool parses them; the names of metrics and labels in their queries are
//! compared with `docs/metrics.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{read, scratch, yaml};
use crate::peers::left_out;
use crate::sh::{self, cmd, say, target, works};

const METRICS: &str = "docs/metrics.md";
const DASHBOARD: &str = "examples/observability/dashboard.json";
const RULES: &str = "examples/observability/rules.yaml";
const PAGE: &str = "docs/observability.md";
const SCRAPE: &str = "examples/observability/prometheus.yml";

/// Labels that Prometheus adds to all series.
const OF_PROMETHEUS: &[&str] = &["instance", "job"];

/// Labels by the name of a series.
type Series = BTreeMap<String, BTreeSet<String>>;

/// A query, and the text of a legend or an alert that shows its result.
struct Query<'a> {
    expression: &'a str,
    shown: String,
}

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let series = series(&read(METRICS)?);
    let rules = yaml::document(RULES, &read(RULES)?)?;
    let dashboard = serde_json::from_str(&read(DASHBOARD)?)?;
    for (file, document) in [(RULES, &rules), (DASHBOARD, &dashboard)] {
        let found = queries(document);
        if found.is_empty() {
            faults.push(format!("{file}: no queries"));
        }
        for query in found {
            let found = faults_of(&query, &series).into_iter();
            faults.extend(found.map(|fault| format!("{file}: {}: {fault}", query.expression)));
        }
    }
    let page = read(PAGE)?;
    for row in rows_of_page(&rules) {
        if !page.contains(&row) {
            faults.push(format!("{PAGE}: no row begins with {row}"));
        }
    }
    Ok(())
}

/// Has promtool parse all files and the queries of the dashboard.
pub(super) fn run() -> anyhow::Result<()> {
    let Some(promtool) = promtool()? else {
        return left_out("promtool is not installed; queries are not parsed");
    };
    // The file names the rules.
    sh::run(cmd(&promtool).args(["check", "config", SCRAPE]))?;
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)?)?;
    let rules: Vec<_> = (1..)
        .zip(queries(&dashboard))
        .map(|(number, query)| {
            // Grafana inserts a time.
            let expression = query.expression.replace("$__rate_interval", "5m");
            json!({"record": format!("query_{number}"), "expr": expression})
        })
        .collect();
    let file = scratch("dashboard")?.join("queries.yaml");
    // JSON is YAML.
    let group = json!({"groups": [{"name": "dashboard", "rules": rules}]});
    fs::write(&file, group.to_string())?;
    sh::run(cmd(&promtool).args(["check", "rules"]).arg(file))
}

/// Returns the installed promtool, or Debian's from the package `prometheus`, which is unpacked and not installed. `go
/// install` refuses its module, and a build takes longer than all other checks of this task together.
fn promtool() -> anyhow::Result<Option<PathBuf>> {
    let has = |program: &PathBuf| works(cmd(program).arg("--version"));
    let folder = target().join("tools/prometheus");
    let all = [PathBuf::from("promtool"), folder.join("usr/bin/promtool")];
    if let Some(found) = all.iter().find(|program| has(program)) {
        return Ok(Some(found.clone()));
    }
    say("promtool is missing; downloading Debian's, 19 MB");
    fs::create_dir_all(&folder)?;
    let script = "apt-get download --quiet prometheus && dpkg --extract prometheus_*.deb .";
    let mut unpack = cmd("sh");
    unpack.args(["-c", script]).current_dir(&folder);
    if works(cmd("apt-get").arg("--version")) && !works(&mut unpack) {
        // The lists of packages may be missing.
        sh::apt_install(&[])?;
        sh::run(&mut unpack)?;
    }
    Ok(all.into_iter().find(has))
}

/// Reads lines of the form ``| `name` | kind | labels | meaning |``.
fn series(page: &str) -> Series {
    let mut series = Series::from([("up".to_owned(), BTreeSet::new())]);
    for line in page.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", name, kind, labels, ..] = cells.as_slice() else {
            continue;
        };
        let name = name.trim_matches('`');
        let labels: BTreeSet<_> = labels
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        if *kind != "histogram" {
            series.insert(name.to_owned(), labels);
            continue;
        }
        for end in ["sum", "count"] {
            series.insert(format!("{name}_{end}"), labels.clone());
        }
        let mut of_buckets = labels;
        of_buckets.insert("le".to_owned());
        series.insert(format!("{name}_bucket"), of_buckets);
    }
    series
}

/// Returns the objects with a query at any depth: alerts, annotations and targets of panels.
fn queries(document: &Value) -> Vec<Query<'_>> {
    let children: Vec<&Value> = match document {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => return Vec::new(),
    };
    let mut found: Vec<_> = children.into_iter().flat_map(queries).collect();
    if let Some(expression) = document.get("expr").and_then(Value::as_str) {
        // A legend has `{{label}}`, an alert `{{ $labels.label }}`.
        let legend = yaml::text(document, "/legendFormat").replace("{{", "{{ $labels.");
        let annotations = document.get("annotations").map(yaml::texts);
        let shown = annotations.unwrap_or_default().join(" ") + &legend;
        found.push(Query { expression, shown });
    }
    found
}

fn faults_of(query: &Query<'_>, series: &Series) -> Vec<String> {
    let mut faults = Vec::new();
    let strings = query.expression.split('"').skip(1).step_by(2);
    let bare: Vec<_> = query.expression.split('"').step_by(2).collect();
    // Strings follow the operators of their labels.
    for (before, string) in bare.iter().zip(strings) {
        if before.ends_with("job=") && string != "hyrouter" {
            faults.push(format!("the job {string:?} is not that of {SCRAPE}"));
        }
    }
    let bare = bare.concat();
    let mut labels: BTreeSet<_> = OF_PROMETHEUS.iter().copied().collect();
    for word in bare.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        match series.get(word) {
            Some(of_series) => labels.extend(of_series.iter().map(String::as_str)),
            None if word.starts_with("hyrouter_") => faults.push(format!("no metric {word}")),
            None => {}
        }
    }
    let grouped: BTreeSet<_> = lists(&bare, "by (", ')').collect();
    let used = ["without (", "on (", "ignoring ("]
        .into_iter()
        .flat_map(|word| lists(&bare, word, ')'))
        .chain(lists(&bare, "{", '}').map(|label| label.trim_end_matches(['=', '!', '~'])))
        .chain(grouped.iter().copied());
    for label in used.filter(|label| !labels.contains(label)) {
        faults.push(format!("no metric of the query has a label {label:?}"));
    }
    let left = if grouped.is_empty() {
        &labels
    } else {
        &grouped
    };
    for label in lists(&query.shown, "{{ $labels.", '}') {
        if !left.contains(label) {
            faults.push(format!("the result has no label {label:?}, which is shown"));
        }
    }
    faults
}

/// Returns the items of all lists between an opening text and a character.
fn lists<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| rest.split(close).next())
        .flat_map(|list| list.split(',').map(str::trim))
}

/// Returns the start of each row of the page about alerts: name, wait and severity.
fn rows_of_page(rules: &Value) -> Vec<String> {
    let groups = yaml::list(rules, "/groups").iter();
    groups
        .flat_map(|group| yaml::list(group, "/rules"))
        .map(|rule| {
            let wait = rule.get("for").and_then(Value::as_str);
            let (name, severity) = (
                yaml::text(rule, "/alert"),
                yaml::text(rule, "/labels/severity"),
            );
            format!("| `{name}` | {} | {severity} |", wait.unwrap_or("at once"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Query, faults_of, series};

    #[test]
    fn metrics_and_labels_are_those_of_the_page() {
        let series = series(
            "| metric | kind | labels | meaning |\n\
             | `hyrouter_a_total` | counter | `outcome`, `reason` | x |\n\
             | `hyrouter_b` | gauge |  | x |\n\
             | `hyrouter_c` | histogram | `plugin` | x |\n",
        );
        for (expression, shown, fault) in [
            ("hyrouter_b > 3", "{{ $labels.instance }}", ""),
            ("absent(up{job=\"hyrouter\"})", "{{ $labels.job }}", ""),
            (
                "sum by (reason) (rate(hyrouter_a_total{outcome!=\"x\"}[5m]))",
                "{{ $labels.reason }}",
                "",
            ),
            ("sum by (le, plugin) (rate(hyrouter_c_bucket[5m]))", "", ""),
            ("hyrouter_b == 0 unless on (instance) up == 1", "", ""),
            ("hyrouter_x", "", "no metric hyrouter_x"),
            ("hyrouter_c", "", "no metric hyrouter_c"),
            ("hyrouter_b{plugin=\"x\"}", "", "label \"plugin\""),
            ("up{job=\"router\"}", "", "the job \"router\""),
            (
                "sum by (backend) (hyrouter_a_total)",
                "",
                "label \"backend\"",
            ),
            ("rate(hyrouter_c_sum{le=\"1\"}[5m])", "", "label \"le\""),
            (
                "sum by (reason) (hyrouter_a_total)",
                "{{ $labels.outcome }}",
                "label \"outcome\", which",
            ),
        ] {
            let shown = shown.to_owned();
            let found = faults_of(&Query { expression, shown }, &series);
            assert_eq!(
                found.is_empty(),
                fault.is_empty(),
                "{expression}: {found:?}"
            );
            assert!(found.concat().contains(fault), "{expression}: {found:?}");
        }
    }
}
