//! The alert rules.

use std::collections::BTreeSet;

use serde_json::Value;

use super::catalogue::Catalogue;
use super::query;
use crate::packaging::yaml::{list, text};

const SEVERITIES: &[&str] = &["info", "warning", "critical"];

pub(super) fn faults(document: &Value, catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    let groups = list(document, "/groups").iter();
    for rule in groups.flat_map(|group| list(group, "/rules")) {
        let name = text(rule, "/alert");
        if !name.starts_with("Hyrouter") || !names.insert(name) {
            faults.push(format!("{name:?} is no name, or there twice"));
        }
        faults.extend(
            faults_of(rule, catalogue)
                .into_iter()
                .map(|fault| format!("{name}: {fault}")),
        );
    }
    if names.is_empty() {
        faults.push("there are no rules".to_owned());
    }
    faults
}

/// Returns the start of each row of the page about alerts: name, wait and severity.
pub(super) fn rows_of_page(document: &Value) -> Vec<String> {
    let groups = list(document, "/groups").iter();
    groups
        .flat_map(|group| list(group, "/rules"))
        .map(|rule| {
            let wait = rule.pointer("/for").and_then(Value::as_str);
            let (name, severity) = (text(rule, "/alert"), text(rule, "/labels/severity"));
            format!("| `{name}` | {} | {severity} |", wait.unwrap_or("at once"))
        })
        .collect()
}

fn faults_of(rule: &Value, catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    let known = ["alert", "annotations", "expr", "for", "labels"];
    for key in rule.as_object().into_iter().flat_map(|map| map.keys()) {
        if !known.contains(&key.as_str()) {
            faults.push(format!("{key} is unknown"));
        }
    }
    if !SEVERITIES.contains(&text(rule, "/labels/severity")) {
        faults.push(format!("its severity is none of {SEVERITIES:?}"));
    }
    let wait = rule.pointer("/for").and_then(Value::as_str);
    if wait.is_some_and(|wait| hyrouter_config::parse_duration(wait).is_none()) {
        faults.push(format!("{wait:?} is no time to wait"));
    }
    let labels = match query::check(text(rule, "/expr"), catalogue) {
        Ok(labels) => labels,
        Err(wrong) => {
            faults.extend(wrong);
            return faults;
        }
    };
    for pointer in ["/annotations/summary", "/annotations/description"] {
        let shown = text(rule, pointer);
        if shown.is_empty() {
            faults.push(format!("{pointer} is empty"));
        }
        for used in shown.split("$labels.").skip(1) {
            let end = used.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let label = used.split_at(end.unwrap_or(used.len())).0;
            if !labels.contains(label) {
                faults.push(format!("{pointer}: its result has no label {label}"));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::faults;
    use crate::packaging::observability::catalogue::for_tests;

    #[test]
    fn a_rule_that_is_wrong() {
        let good = json!({"groups": [{"name": "x", "rules": [{
            "alert": "HyrouterX", "expr": "sum by (job) (rate(a_total[5m])) > 1", "for": "5m",
            "labels": {"severity": "info"},
            "annotations": {"summary": "{{ $labels.job }}", "description": "x"},
        }]}]});
        assert_eq!(faults(&good, &for_tests()), [""; 0]);
        let rule = "/groups/0/rules/0";
        for (pointer, value, fault) in [
            ("/alert", json!("X"), "is no name"),
            ("/expr", json!("nothing > 1"), "no metric nothing"),
            ("/for", json!("5 minutes"), "no time to wait"),
            ("/labels", json!({}), "severity"),
            (
                "/annotations/summary",
                json!("{{ $labels.instance }}"),
                "no label instance",
            ),
            ("/annotations/description", json!(""), "is empty"),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(&format!("{rule}{pointer}")).unwrap() = value;
            let found = faults(&bad, &for_tests());
            assert!(
                found.iter().any(|f| f.contains(fault)),
                "{pointer}: {found:?}"
            );
        }
    }
}
