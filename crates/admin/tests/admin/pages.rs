//! Files of the page, and what holds for every answer.

use crate::support::{busy, serve};

#[tokio::test]
async fn the_page_takes_nothing_from_elsewhere() {
    let running = serve();
    let index = running.client().get("/").await;
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(index.header("cache-control"), Some("no-cache"));
    let policy = index.header("content-security-policy").unwrap();
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!index.text().contains("<script>") && !index.text().contains("style="));
    let mut files = 0;
    for attribute in index
        .text()
        .split(['"', '\n'])
        .filter(|part| part.starts_with("/assets/"))
    {
        files += 1;
        assert_eq!(
            running.client().get(attribute).await.status,
            200,
            "{attribute}"
        );
    }
    assert_eq!(files, 2);
}

#[tokio::test]
async fn modules_that_are_imported_are_there() {
    let running = serve();
    let mut left = vec!["app.js".to_owned()];
    let mut seen = Vec::new();
    while let Some(name) = left.pop() {
        if seen.contains(&name) {
            continue;
        }
        let script = running.client().get(&format!("/assets/{name}")).await;
        assert_eq!(script.status, 200, "{name}");
        assert_eq!(
            script.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert!(!script.text().contains("innerHTML"), "{name}");
        left.extend(
            script
                .text()
                .split('"')
                .filter_map(|part| part.strip_prefix("./"))
                .map(Into::into),
        );
        seen.push(name);
    }
    assert!(seen.len() > 5, "{seen:?}");
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_json_too() {
    let running = serve();
    for path in [
        "/nothing",
        "/api",
        "/api/nothing",
        "/assets/",
        "/assets/../Cargo.toml",
        "/livez/",
    ] {
        let response = running.client().get(path).await;
        assert_eq!(response.status, 404, "{path}");
        assert!(response.json()["error"].is_string(), "{path}");
    }
    for (method, path, allow) in [
        ("POST", "/livez", "GET,HEAD"),
        ("DELETE", "/", "GET,HEAD"),
        ("GET", "/reload", "POST"),
        ("GET", "/api/backends/a:1/drain", "POST,DELETE"),
        ("PATCH", "/api/log-level", "GET,HEAD,PUT"),
        ("PUT", "/api/plugins/a/recording", "DELETE,GET,HEAD,POST"),
    ] {
        let response = running.client().json().ask(method, path, "").await;
        assert_eq!(response.status, 405, "{method} {path}");
        let mut allowed: Vec<_> = response
            .header("allow")
            .unwrap()
            .split(',')
            .map(str::trim)
            .collect();
        let mut wanted: Vec<_> = allow.split(',').collect();
        allowed.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(allowed, wanted, "{method} {path}");
        assert_eq!(response.json()["mistakes"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn every_answer_is_kept_from_sniffing_and_caches() {
    let running = serve();
    for path in ["/", "/livez", "/metrics", "/api/status", "/nothing"] {
        let response = running.client().get(path).await;
        assert_eq!(
            response.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            response.header("referrer-policy"),
            Some("no-referrer"),
            "{path}"
        );
        assert!(response.header("cache-control").is_some(), "{path}");
    }
    let status = running.client().get("/api/status").await;
    assert_eq!(status.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_status_has_all_there_is() {
    let running = serve();
    busy::fill(&running.fake);
    let status = running.client().get("/api/status").await.json();
    assert_eq!(status["state"], "serving");
    assert_eq!(status["routes"][0]["backends"][1]["drained"], "command");
    assert_eq!(status["plugins"][1]["latency"]["p99"], 0.25);
    assert_eq!(status["decisions"]["outcomes"][1]["name"], "plugin_denied");
    assert_eq!(status["config"]["last_error"], serde_json::Value::Null);
}
