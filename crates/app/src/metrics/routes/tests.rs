use hyrouter_router::{Backend, PoolSpec, RouterSpec};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::*;

/// A router whose default pool has these backends.
fn router(backends: impl Iterator<Item = u32>) -> Router {
    let backends = backends.map(|number| Backend::new(format!("s{number}.example.com"), 5520));
    let pool = PoolSpec {
        backends: backends.collect(),
        ..PoolSpec::default()
    };
    Router::new(RouterSpec {
        routes: Vec::new(),
        default: Some(pool),
    })
    .unwrap()
}

/// Returns the series of referrals.
fn series(metrics: &Arc<RouteMetrics>) -> Vec<String> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Arc::clone(metrics)));
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    let lines = text
        .lines()
        .filter(|line| line.starts_with("referrals_total"));
    lines.map(str::to_owned).collect()
}

#[test]
fn backends_that_come_and_go_leave_no_series() {
    let metrics = Arc::new(RouteMetrics::default());
    for generation in 0..4 {
        let first = generation * 10_000;
        metrics.follow(&router(first..first + 10_000));
        let series = series(&metrics);
        assert_eq!(series.len(), MAX_BACKENDS);
        let is_of_now = |line: &String| {
            let number = line
                .split("backend=\"s")
                .nth(1)
                .and_then(|rest| rest.split('.').next());
            number
                .and_then(|text| text.parse::<u32>().ok())
                .is_some_and(|number| number >= first)
        };
        assert!(series.iter().all(is_of_now), "generation {generation}");
    }
    metrics.follow(&router(0..3));
    assert_eq!(series(&metrics).len(), 3);
}

#[test]
fn a_backend_that_stays_keeps_its_count() {
    let metrics = Arc::new(RouteMetrics::default());
    metrics.follow(&router(0..3));
    let count = |metrics: &RouteMetrics| {
        let route = metrics.of("default").unwrap();
        route.referrals_to("s1.example.com", 5520)
    };
    let route = metrics.of("default").unwrap();
    route.backend("s1.example.com", 5520).unwrap().inc();
    metrics.follow(&router(1..9_000));
    assert_eq!(count(&metrics), 1);
}
