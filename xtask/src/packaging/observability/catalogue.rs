//! The metrics that exist, from the generated table of the documentation.

use std::collections::{BTreeMap, BTreeSet};

/// Labels that Prometheus adds to all.
const OF_PROMETHEUS: &[&str] = &["instance", "job"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Debug)]
struct Metric {
    kind: Kind,
    labels: BTreeSet<String>,
}

/// Series that a name in a query stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// `true` if the series only grows, so that `rate` makes sense.
    pub(super) grows: bool,
    pub(super) labels: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Catalogue(BTreeMap<String, Metric>);

impl Catalogue {
    /// Reads lines of the form ``| `name` | type | labels | meaning |``.
    pub(super) fn parse(page: &str) -> Self {
        let mut metrics = BTreeMap::new();
        for line in page.lines() {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let ["", name, kind, labels, ..] = cells.as_slice() else {
                continue;
            };
            let Some(name) = name.strip_prefix('`').and_then(|n| n.strip_suffix('`')) else {
                continue;
            };
            let kind = match *kind {
                "counter" => Kind::Counter,
                "gauge" => Kind::Gauge,
                "histogram" => Kind::Histogram,
                _ => continue,
            };
            let labels = labels
                .split('`')
                .skip(1)
                .step_by(2)
                .map(ToOwned::to_owned)
                .collect();
            metrics.insert(name.to_owned(), Metric { kind, labels });
        }
        Self(metrics)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The series of a name in a query, or why there is none.
    pub(super) fn series(&self, name: &str) -> Result<Series, String> {
        let with = |metric: &BTreeSet<String>, grows, more: &[&str]| Series {
            grows,
            labels: OF_PROMETHEUS
                .iter()
                .chain(more)
                .map(|label| (*label).to_owned())
                .chain(metric.iter().cloned())
                .collect(),
        };
        if name == "up" {
            return Ok(with(&BTreeSet::new(), false, &[]));
        }
        match self.0.get(name) {
            Some(Metric {
                kind: Kind::Histogram,
                ..
            }) => {
                return Err(format!(
                    "{name} is a histogram: take its _bucket, _sum or _count"
                ));
            }
            Some(metric) => {
                return Ok(with(&metric.labels, metric.kind == Kind::Counter, &[]));
            }
            None => {}
        }
        for (end, more) in [("_bucket", &["le"][..]), ("_sum", &[]), ("_count", &[])] {
            let base = name.strip_suffix(end).and_then(|base| self.0.get(base));
            if let Some(Metric {
                kind: Kind::Histogram,
                labels,
            }) = base
            {
                return Ok(with(labels, true, more));
            }
        }
        Err(format!("there is no metric {name}"))
    }
}

#[cfg(test)]
pub(super) fn for_tests() -> Catalogue {
    Catalogue::parse(
        "| name | type | labels | meaning |\n|---|---|---|---|\n\
         | `a_total` | counter | `outcome`, `reason` | x |\n\
         | `b` | gauge |  | x |\n\
         | `c_seconds` | histogram | `plugin` | x |\n",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_queries() {
        let catalogue = for_tests();
        for (name, grows, labels) in [
            ("a_total", true, "instance job outcome reason"),
            ("b", false, "instance job"),
            ("c_seconds_bucket", true, "instance job le plugin"),
            ("c_seconds_count", true, "instance job plugin"),
            ("up", false, "instance job"),
        ] {
            let series = catalogue.series(name).unwrap();
            let found: Vec<_> = series.labels.into_iter().collect();
            assert_eq!((series.grows, found.join(" ").as_str()), (grows, labels));
        }
        for (name, fault) in [
            ("a", "there is no metric a"),
            ("b_bucket", "there is no metric b_bucket"),
            ("c_seconds", "c_seconds is a histogram"),
        ] {
            let error = catalogue.series(name).unwrap_err();
            assert!(error.contains(fault), "{error}");
        }
    }
}
