//! The text, as a monitoring system reads it.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_metrics::{Codes, Counter, Desc, Exposition, Histogram, Process, Registry, Source};

#[derive(Debug)]
struct Example {
    codes: Codes,
    plain: Counter,
    took: Histogram,
}

impl Example {
    const CODES: Desc = Desc::counter("example_codes", "By code", &["code", "side"]);
    const PLAIN: Desc = Desc::counter("example_plain", "Plain", &[]);
    const LEVEL: Desc = Desc::gauge("example_level", "Level", &["tank"]);
    const TOOK: Desc = Desc::histogram("example_took_seconds", "Took", &["plugin"]);
}

impl Source for Example {
    fn descs(&self) -> &'static [Desc] {
        &[Self::CODES, Self::PLAIN, Self::LEVEL, Self::TOOK]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let codes = self.codes.iter();
        into.counts(
            &Self::CODES,
            codes.map(|(code, count)| ([code, "in"], count)),
        );
        into.count(&Self::PLAIN, self.plain.get());
        into.gauges(&Self::LEVEL, [(["odd \"name\"\n\\"], 1.5)]);
        into.histograms(&Self::TOOK, [(["p"], self.took.snapshot())]);
    }
}

fn registry() -> Registry {
    let example = Example {
        codes: Codes::of(&["good", "bad"]),
        plain: Counter::default(),
        took: Histogram::default(),
    };
    example.codes.inc("bad");
    example.plain.add(7);
    example.took.observe(Duration::from_millis(3));
    Registry::new([
        Arc::new(example) as Arc<dyn Source>,
        Arc::new(Process::started_now()),
    ])
}

#[test]
fn the_text_is_openmetrics() {
    let text = registry().text();
    for line in [
        "# HELP example_codes By code",
        "# TYPE example_codes counter",
        "example_codes_total{code=\"good\",side=\"in\"} 0",
        "example_codes_total{code=\"bad\",side=\"in\"} 1",
        "example_plain_total 7",
        "# TYPE example_level gauge",
        "example_level{tank=\"odd \\\"name\\\"\\n\\\\\"} 1.5",
        "# TYPE example_took_seconds histogram",
        "example_took_seconds_sum{plugin=\"p\"} 0.003",
        "example_took_seconds_count{plugin=\"p\"} 1",
        "example_took_seconds_bucket{le=\"0.0025\",plugin=\"p\"} 0",
        "example_took_seconds_bucket{le=\"0.005\",plugin=\"p\"} 1",
        "example_took_seconds_bucket{le=\"+Inf\",plugin=\"p\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_is_measured() {
    let text = registry().text();
    for name in [
        "process_start_time_seconds ",
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
        "process_open_fds ",
    ] {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let value: f64 = line.and_then(|value| value.parse().ok()).unwrap_or(-1.0);
        assert!(value >= 0.0, "{name}\n{text}");
    }
    assert!(Process::memory().is_some_and(|bytes| bytes > 100_000.0));
}

#[test]
fn the_table_has_a_row_for_each() {
    let table = registry().table();
    let row = "| `example_codes_total` | counter | `code`, `side` | By code |";
    assert!(table.contains(row), "{table}");
    assert!(
        table.contains("| `process_open_fds` | gauge |  |"),
        "{table}"
    );
}
