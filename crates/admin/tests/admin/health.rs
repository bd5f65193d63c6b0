//! What orchestrators and Prometheus ask.

use serde_json::json;

use crate::support::fake::problem;
use crate::support::{run_with, serve};

#[tokio::test]
async fn health_is_ok_or_says_what_is_missing() {
    let running = serve();
    for path in ["/livez", "/readyz"] {
        let response = running.client().get(path).await;
        assert_eq!(
            (response.status, response.json()),
            (200, json!({"status": "ok"})),
            "{path}"
        );
    }
    *running.fake.ready.lock().unwrap() = vec![problem("plugin bans", "is not loaded")];
    assert_eq!(running.client().get("/livez").await.status, 200);
    let response = running.client().get("/readyz").await;
    let wanted = json!({
        "status": "unavailable",
        "problems": [{"part": "plugin bans", "problem": "is not loaded"}],
    });
    assert_eq!((response.status, response.json()), (503, wanted));
    *running.fake.live.lock().unwrap() = vec![problem("endpoint 3", "has ended")];
    let response = running.client().get("/livez").await;
    assert_eq!(response.status, 503);
    assert_eq!(response.json()["problems"][0]["part"], "endpoint 3");
    running.fake.ready.lock().unwrap().clear();
    assert_eq!(running.client().get("/readyz").await.status, 200);
}

/// A warning takes no router out of a load balancer.
#[tokio::test]
async fn a_warning_is_told_and_ready() {
    let running = serve();
    let old = json!({"part": "identity.jwks", "problem": "old"});
    *running.fake.warnings.lock().unwrap() = vec![problem("identity.jwks", "old")];
    let response = running.client().get("/readyz").await;
    let wanted = json!({"status": "degraded", "problems": [old]});
    assert_eq!((response.status, response.json()), (200, wanted));
    *running.fake.ready.lock().unwrap() = vec![problem("listen", "gone")];
    let response = running.client().get("/readyz").await;
    let gone = json!({"part": "listen", "problem": "gone"});
    let wanted = json!({"status": "unavailable", "problems": [gone, old]});
    assert_eq!((response.status, response.json()), (503, wanted));
}

#[tokio::test]
async fn metrics_are_open_metrics() {
    let running = serve();
    let response = running.client().get("/metrics").await;
    assert_eq!(
        response.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert_eq!(response.text(), "# TYPE a counter\na_total 1\n# EOF\n");
}

#[tokio::test]
async fn head_has_no_body() {
    let running = serve();
    let response = running.client().ask("HEAD", "/readyz", "").await;
    assert_eq!((response.status, response.body.len()), (200, 0));
}

#[tokio::test]
async fn health_is_answered_by_the_listener_and_all_else_by_workers() {
    let workers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let running = run_with(workers.handle().clone(), "127.0.0.1:0", None);
    for path in ["/livez", "/readyz", "/metrics", "/api/status"] {
        assert_eq!(running.client().get(path).await.status, 200, "{path}");
    }
    let here = std::thread::current().id();
    let asked = running.fake.threads.lock().unwrap().clone();
    let by_listener = asked
        .iter()
        .map(|(asked, thread)| (*asked, *thread == here));
    let wanted = [
        ("live", true),
        ("ready", true),
        ("metrics", false),
        ("status", false),
    ];
    assert!(by_listener.eq(wanted), "{asked:?}");
    workers.shutdown_background();
}
