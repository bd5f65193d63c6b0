//! A query of Prometheus: whether it can be parsed, asks for what there is, and which labels its result has.

use std::collections::BTreeSet;

use promql_parser::label::{MatchOp, Matchers};
use promql_parser::parser::{
    self, AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, MatrixSelector, VectorSelector,
};

use super::JOB;
use super::catalogue::Catalogue;

type Labels = BTreeSet<String>;

/// Functions that take what only grows.
const OF_COUNTERS: &[&str] = &["rate", "irate", "increase"];
/// Operators after which the left side's series are left.
const OF_SETS: &[&str] = &["and", "unless"];

/// The labels of the result of a query, or all that is wrong with it.
pub(super) fn check(query: &str, catalogue: &Catalogue) -> Result<Labels, Vec<String>> {
    // Values that Grafana inserts before it queries.
    let query = query
        .replace("$__rate_interval", "5m")
        .replace("$__range", "1h");
    let expression = parser::parse(&query).map_err(|error| vec![format!("{query}: {error}")])?;
    let mut reader = Reader {
        catalogue,
        faults: Vec::new(),
    };
    let labels = reader.labels(&expression);
    if reader.faults.is_empty() {
        return Ok(labels);
    }
    let faults = reader.faults.into_iter();
    Err(faults.map(|fault| format!("{query}: {fault}")).collect())
}

struct Reader<'a> {
    catalogue: &'a Catalogue,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn labels(&mut self, expression: &Expr) -> Labels {
        match expression {
            Expr::Aggregate(it) => self.aggregate(it),
            Expr::Unary(it) => self.labels(&it.expr),
            Expr::Binary(it) => self.binary(it),
            Expr::Paren(it) => self.labels(&it.expr),
            Expr::Subquery(it) => self.labels(&it.expr),
            Expr::VectorSelector(it) => self.selector(it).1,
            Expr::MatrixSelector(it) => self.selector(&it.vs).1,
            Expr::Call(it) => self.call(it),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Labels::new(),
        }
    }

    /// Returns whether a selector's series only grow, and their labels.
    fn selector(&mut self, selector: &VectorSelector) -> (bool, Labels) {
        let Some(name) = &selector.name else {
            self.faults.push("a selector without a name".to_owned());
            return (false, Labels::new());
        };
        let series = match self.catalogue.series(name) {
            Ok(series) => series,
            Err(fault) => {
                self.faults.push(fault);
                return (false, Labels::new());
            }
        };
        let Matchers {
            matchers,
            or_matchers,
        } = &selector.matchers;
        for matcher in matchers.iter().chain(or_matchers.iter().flatten()) {
            if !series.labels.contains(&matcher.name) {
                self.faults
                    .push(format!("{name} has no label {}", matcher.name));
            }
            if matcher.name == "job"
                && (&matcher.op, matcher.value.as_str()) != (&MatchOp::Equal, JOB)
            {
                self.faults
                    .push(format!("the job is called {JOB}, not {}", matcher.value));
            }
        }
        (series.grows, series.labels)
    }

    fn aggregate(&mut self, aggregate: &AggregateExpr) -> Labels {
        let inner = self.labels(&aggregate.expr);
        match &aggregate.modifier {
            None => Labels::new(),
            Some(LabelModifier::Include(by)) => {
                self.all_of(&inner, &by.labels);
                by.labels.iter().cloned().collect()
            }
            Some(LabelModifier::Exclude(without)) => {
                self.all_of(&inner, &without.labels);
                let left = inner.iter().filter(|label| !without.labels.contains(label));
                left.cloned().collect()
            }
        }
    }

    fn binary(&mut self, binary: &BinaryExpr) -> Labels {
        let (left, right) = (self.labels(&binary.lhs), self.labels(&binary.rhs));
        let number = |side: &Expr| matches!(side, Expr::NumberLiteral(_));
        let of_sets = OF_SETS.contains(&binary.op.to_string().as_str());
        match binary.modifier.as_ref().and_then(|it| it.matching.as_ref()) {
            Some(matching) => {
                let labels = &matching.labels().labels;
                self.all_of(&left, labels);
                self.all_of(&right, labels);
                match matching {
                    LabelModifier::Include(on) if !of_sets => on.labels.iter().cloned().collect(),
                    _ => left,
                }
            }
            // Series are matched by all of their labels: with other ones they never match.
            None if !number(&binary.lhs) && !number(&binary.rhs) && left != right => {
                let scalar = |it: &Expr| matches!(it, Expr::Call(call) if call.func.name == "time");
                if !scalar(&binary.lhs) && !scalar(&binary.rhs) {
                    self.faults
                        .push(format!("its sides have labels {left:?} and {right:?}"));
                }
                left
            }
            None if number(&binary.lhs) => right,
            None => left,
        }
    }

    fn call(&mut self, call: &Call) -> Labels {
        let name = call.func.name;
        let mut labels = Labels::new();
        for argument in &call.args.args {
            if let Expr::MatrixSelector(MatrixSelector { vs, .. }) = argument.as_ref() {
                let (grows, of_selector) = self.selector(vs);
                if OF_COUNTERS.contains(&name) && !grows {
                    self.faults
                        .push(format!("{name} of {vs}, which is no counter"));
                }
                labels.extend(of_selector);
            } else {
                labels.extend(self.labels(argument));
            }
        }
        match name {
            "histogram_quantile" => {
                if !labels.remove("le") {
                    self.faults.push("a quantile without `le`".to_owned());
                }
                labels
            }
            "absent" => Labels::from(["job".to_owned()]),
            _ => labels,
        }
    }

    fn all_of(&mut self, there: &Labels, wanted: &[String]) {
        for label in wanted.iter().filter(|label| !there.contains(*label)) {
            self.faults
                .push(format!("there is no label {label} to go by"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::packaging::observability::catalogue::for_tests;

    #[test]
    fn labels_of_results() {
        for (query, labels) in [
            ("b", "instance job"),
            ("b > 3", "instance job"),
            ("sum(rate(a_total[5m]))", ""),
            (
                "sum by (job, reason) (rate(a_total{outcome=\"x\"}[$__rate_interval]))",
                "job reason",
            ),
            (
                "sum without (reason) (rate(a_total[5m]))",
                "instance job outcome",
            ),
            (
                "histogram_quantile(0.9, sum by (le, plugin) (rate(c_seconds_bucket[5m])))",
                "plugin",
            ),
            ("b == 0 unless on (instance) up == 1", "instance job"),
            ("absent(up{job=\"hyrouter\"})", "job"),
            ("time() - min(b)", ""),
            ("changes(b[1m]) > 0", "instance job"),
        ] {
            let found: Vec<_> = check(query, &for_tests()).unwrap().into_iter().collect();
            assert_eq!(found.join(" "), labels, "{query}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_query() {
        for (query, fault) in [
            ("sum by (", "sum by ("),
            ("x", "there is no metric x"),
            ("c_seconds", "is a histogram"),
            ("b{plugin=\"x\"}", "b has no label plugin"),
            ("b{job=\"router\"}", "the job is called hyrouter"),
            ("sum by (backend) (a_total)", "no label backend"),
            ("rate(b[5m])", "which is no counter"),
            (
                "histogram_quantile(0.9, rate(c_seconds_sum[5m]))",
                "without `le`",
            ),
            ("sum by (le) (rate(a_total[5m]))", "no label le"),
            (
                "sum by (reason) (a_total) / sum by (job) (a_total)",
                "its sides have labels",
            ),
            ("b unless on (plugin) up", "no label plugin"),
            ("{job=\"hyrouter\"}", "without a name"),
        ] {
            let faults = check(query, &for_tests()).unwrap_err().join("\n");
            assert!(faults.contains(fault), "{query}: {faults}");
        }
    }
}
