//! What the status page promises is so: totals, buttons, dialogs, and a layout that does not move.

use hyrouter_admin::RouteTotals;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::reads;
use crate::support::{busy, serve};
use hyrouter_testing::browser::{Browser, DESK};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_totals_buttons_and_dialogs_are_true() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    busy::fill(&running.fake);
    {
        let mut status = running.fake.status.lock().unwrap();
        status.totals = RouteTotals {
            routes: 100_000,
            backends: 300_000,
            drained: 12,
        };
        status.routes[0].more_backends = 7;
        status.routes[2].maintenance = Some(json!({
            "by": "config", "in_force": true, "text": {"default": "The arena is being rebuilt."},
        }));
        status
            .limits
            .insert("rate".into(), "20000/s, burst 80000".into());
        status.limits.insert("max_unread".into(), 67_108_864.into());
    }
    browser
        .open(&format!("http://{}/", running.address), DESK)
        .await;
    for wanted in [
        "299,988 / 300,000",
        "99,996 more routes are not shown.",
        "7 more backends are not shown.",
        "The arena is being rebuilt.",
        "The certificate expires at ",
        "20,000/s, burst 80,000",
        "67,108,864 bytes",
    ] {
        browser.until(&reads(wanted)).await;
    }
    let visible = |selector: &str| {
        let all = format!("[...document.querySelectorAll({})]", json!(selector));
        format!("{all}.filter((node) => node.checkVisibility()).length")
    };
    let buttons = browser.eval(&visible(".maintenance button")).await;
    assert_eq!(buttons, json!(0), "the configuration closes the route");
    let weights = browser.eval(&visible("td[data-label=Weight]")).await;
    assert_eq!(weights, json!(0), "no strategy of these looks at weights");

    let drain =
        "document.querySelector('[aria-label=\"Drain canary.eu.example.net:5520\"]').click()";
    browser.eval(drain).await;
    for wanted in [
        "This is the last serving backend of canary",
        "ends at a restart, and applies to this router only",
    ] {
        browser.until(&reads(wanted)).await;
    }
    // A question that is asked right after another one was answered gets an answer of its own.
    let ask_twice = "document.querySelector('#confirm [value=no]').click();\
        document.querySelector('[aria-label=\"Drain canary.eu.example.net:5520\"]').click();\
        document.getElementById('confirm-yes').click()";
    browser.eval(ask_twice).await;
    browser.until(&reads("is drained.")).await;
    let drains = || {
        running
            .fake
            .told()
            .into_iter()
            .filter(|told| told.starts_with("drain"))
    };
    assert_eq!(drains().count(), 1);

    let height = "document.querySelector('header').offsetHeight";
    let before = browser.eval(height).await;
    for (state, uptime) in [
        ("serving", "9 s"),
        ("connection lost", "23 h 59 min"),
        ("draining", "1 min 10 s"),
        ("too many pages", "364 d 23 h"),
    ] {
        let set = format!(
            "document.getElementById('state').textContent = '{state}'; document.getElementById('uptime').textContent = '{uptime}'; {height}"
        );
        assert_eq!(browser.eval(&set).await, before, "{state}, {uptime}");
    }
    assert_eq!(browser.problems().await, [""; 0]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_that_is_one_too_many_says_so() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    let mut readers = Vec::new();
    for _ in 0..32 {
        let client = running.client();
        let mut reader = client.connect().await;
        let head = client.head("GET", "/api/events", "");
        reader.write_all(head.as_bytes()).await.unwrap();
        // The answer has begun: the reader has its place.
        reader.readable().await.unwrap();
        readers.push(reader);
    }
    browser
        .open(&format!("http://{}/", running.address), DESK)
        .await;
    browser.until(&reads("Too many open pages")).await;
    assert_eq!(browser.eval(&reads("Connection lost")).await, json!(false));
    browser.close().await;
}

/// The router ends a stream each minute, and the page asks again without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_stream_is_no_lost_connection() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    browser
        .open(&format!("http://{}/", running.address), DESK)
        .await;
    for (sent, wanted) in [
        ("event: status\\ndata: {\"a\":1}\\n\\n", "[{\"a\":1}] ended"),
        ("", "[] the router ended the connection"),
    ] {
        let read = format!(
            "import('/assets/api.js').then(async (api) => {{
                const seen = [];
                window.fetch = async () => new Response(\"{}\");
                const end = await api.events((status) => seen.push(status)).then(() => 'ended', (e) => e.message);
                return JSON.stringify(seen) + ' ' + end;
            }})",
            sent.replace('"', "\\\"")
        );
        assert_eq!(browser.eval(&read).await, wanted);
    }
    browser.close().await;
}
