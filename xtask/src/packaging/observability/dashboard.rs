//! The dashboard of Grafana.

use std::collections::BTreeSet;

use serde_json::Value;

use super::catalogue::Catalogue;
use super::query;
use crate::packaging::yaml::{list, text, texts};

/// Width of Grafana's grid, in columns.
const WIDTH: u64 = 24;

pub(super) fn faults(dashboard: &Value, catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    variables(dashboard, &mut faults);
    for annotation in list(dashboard, "/annotations/list") {
        if let Err(wrong) = query::check(text(annotation, "/expr"), catalogue) {
            faults.extend(wrong);
        }
    }
    let panels = list(dashboard, "/panels");
    let mut ids = BTreeSet::new();
    let mut places = Vec::new();
    for panel in panels {
        let title = text(panel, "/title");
        let id = panel.pointer("/id").and_then(Value::as_u64);
        if title.is_empty() || !id.is_some_and(|id| ids.insert(id)) {
            faults.push(format!(
                "panel {title:?}: it has no title, or id {id:?} is there twice"
            ));
        }
        match place(panel) {
            Some(place) if places.iter().any(|other| overlap(place, *other)) => {
                faults.push(format!("{title}: it lies over another panel"));
            }
            Some(place) => places.push(place),
            None => faults.push(format!("{title}: it is not on the grid")),
        }
        faults.extend(
            faults_of(panel, catalogue)
                .into_iter()
                .map(|fault| format!("{title}: {fault}")),
        );
    }
    if panels.is_empty() {
        faults.push("there are no panels".to_owned());
    }
    faults
}

/// One variable chooses the data source, and all that is used is there.
fn variables(dashboard: &Value, faults: &mut Vec<String>) {
    let variables = list(dashboard, "/templating/list");
    let sources = variables
        .iter()
        .filter(|v| text(v, "/type") == "datasource");
    let sources: Vec<_> = sources.map(|v| text(v, "/name")).collect();
    if sources != ["datasource"] {
        faults.push(format!("its data sources are {sources:?}"));
    }
    let known: BTreeSet<_> = variables.iter().map(|v| text(v, "/name")).collect();
    for used in texts(dashboard)
        .iter()
        .flat_map(|text| text.split('$').skip(1))
    {
        let used = used.trim_start_matches('{');
        let end = used.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let name = used.split_at(end.unwrap_or(used.len())).0;
        if !known.contains(name) && name != "__rate_interval" {
            faults.push(format!("there is no variable {name:?}"));
        }
    }
}

fn faults_of(panel: &Value, catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    let targets = list(panel, "/targets");
    if text(panel, "/type") == "row" {
        return faults;
    }
    if targets.is_empty() || text(panel, "/description").is_empty() {
        faults.push("it asks for nothing, or does not say what it shows".to_owned());
    }
    let mut names = BTreeSet::new();
    for target in targets {
        if text(target, "/datasource/uid") != "${datasource}"
            || !names.insert(text(target, "/refId"))
        {
            faults.push("a query with a data source of its own, or a name twice".to_owned());
        }
        let labels = match query::check(text(target, "/expr"), catalogue) {
            Ok(labels) => labels,
            Err(wrong) => {
                faults.extend(wrong);
                continue;
            }
        };
        let legend = text(target, "/legendFormat");
        for label in legend.split("{{").skip(1) {
            let label = label.split("}}").next().unwrap_or_default().trim();
            if !labels.contains(label) {
                faults.push(format!("the legend's {label} is no label of the result"));
            }
        }
    }
    faults
}

/// Left, top, right and bottom of a panel.
fn place(panel: &Value) -> Option<[u64; 4]> {
    let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| {
        panel
            .pointer(&format!("/gridPos/{key}"))
            .and_then(Value::as_u64)
    });
    let (x, y, w, h) = (x?, y?, w?, h?);
    (x + w <= WIDTH && w > 0 && h > 0).then_some([x, y, x + w, y + h])
}

fn overlap(a: [u64; 4], b: [u64; 4]) -> bool {
    let [left, top, right, bottom] = a;
    let [other_left, other_top, other_right, other_bottom] = b;
    left < other_right && other_left < right && top < other_bottom && other_top < bottom
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::faults;
    use crate::packaging::observability::catalogue::for_tests;

    #[test]
    fn a_dashboard_that_is_wrong() {
        let panel = |id: u64, x: u64| {
            json!({
                "id": id, "type": "timeseries", "title": "A", "description": "a",
                "gridPos": {"x": x, "y": 0, "w": 12, "h": 8},
                "targets": [{
                    "refId": "A", "datasource": {"uid": "${datasource}"}, "legendFormat": "{{reason}}",
                    "expr": "sum by (reason) (rate(a_total{instance=~\"$instance\"}[$__rate_interval]))",
                }],
            })
        };
        let good = json!({
            "templating": {"list": [
                {"name": "datasource", "type": "datasource"}, {"name": "instance", "type": "query"},
            ]},
            "panels": [panel(1, 0), panel(2, 12)],
        });
        assert_eq!(faults(&good, &for_tests()), [""; 0]);
        for (pointer, value, fault) in [
            ("/panels/1/id", json!(1), "there twice"),
            ("/panels/1/gridPos/x", json!(11), "lies over another"),
            ("/panels/1/gridPos/x", json!(13), "not on the grid"),
            ("/panels/0/description", json!(""), "does not say"),
            ("/panels/0/targets/0/expr", json!("x"), "no metric x"),
            (
                "/panels/0/targets/0/expr",
                json!("b{job=\"$j\"}"),
                "no variable \"j\"",
            ),
            (
                "/panels/0/targets/0/legendFormat",
                json!("{{route}}"),
                "legend's route",
            ),
            (
                "/panels/0/targets/0/datasource/uid",
                json!("abc"),
                "data source of its own",
            ),
            (
                "/templating/list/0/type",
                json!("query"),
                "its data sources",
            ),
            ("/panels", json!([]), "there are no panels"),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            let found = faults(&bad, &for_tests());
            assert!(
                found.iter().any(|f| f.contains(fault)),
                "{pointer}: {found:?}"
            );
        }
    }
}
