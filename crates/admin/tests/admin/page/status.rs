//! What it shows, and what its buttons do.

use hyrouter_admin::{CommandError, ReloadError, RouterState};
use serde_json::json;

use super::reads;
use crate::support::fake::problem;
use crate::support::{TOKEN, busy, run, serve, serve_with_token};
use hyrouter_testing::browser::{Browser, DESK, View, keep};

const PHONE: View = View {
    width: 390,
    height: 844,
    dark: false,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_shows_a_busy_router_on_a_desk_and_on_a_phone() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    busy::fill(&running.fake);
    browser
        .open(&format!("http://{}/", running.address), DESK)
        .await;
    browser
        .until("document.querySelectorAll('#legend li').length > 3 && document.querySelectorAll('#decisions tr').length > 10")
        .await;
    browser
        .until("document.querySelector('#chart path').getAttribute('d').length > 40")
        .await;
    if std::env::var_os("SCREENSHOTS").is_some() {
        browser
            .until(
                "parseFloat(document.querySelector('#chart path').getAttribute('d').slice(1)) <= 0",
            )
            .await;
    }
    let shown = browser.eval("document.body.innerText").await;
    let shown = shown.as_str().unwrap();
    for wanted in [
        "serving",
        "0.0.0.0:5520 (8 endpoints)",
        "3 d 4 h",
        "lobby-1.eu.example.net:5520",
        "least_referred",
        "drained by command",
        "drained by config",
        "canaries/canary-2: it has no address",
        "too old: 30 min 40 s",
        "the DNS server 10.0.0.53 does not answer",
        "3 left out",
        "In maintenance",
        "party-finder",
        "no answer within 250 ms",
        "12.4M of 14.1M from its cache",
        "limited_source",
        "max_connections_per_source",
        "plugin_denied",
        "<img src=x onerror=alert(1)>",
        "/etc/hyrouter/config.yaml",
        "the pool has no backend",
    ] {
        assert!(shown.contains(wanted), "{wanted} is not in {shown}");
    }
    keep("status.png", &browser.glance().await);
    for (view, name) in [
        (DESK, "desk"),
        (PHONE, "phone"),
        (
            View {
                width: 360,
                ..PHONE
            },
            "small",
        ),
    ] {
        for dark in [false, true] {
            browser.look(View { dark, ..view }).await;
            let ground = browser
                .eval("getComputedStyle(document.body).backgroundColor")
                .await;
            let wanted = if dark {
                "rgb(15, 19, 24)"
            } else {
                "rgb(245, 246, 248)"
            };
            assert_eq!(ground, json!(wanted), "{name}");
            let width = browser.eval("document.documentElement.scrollWidth").await;
            assert_eq!(
                width,
                json!(view.width),
                "{name}: the page scrolls sideways"
            );
            let scheme = if dark { "dark" } else { "light" };
            let png = browser.screenshot().await;
            assert!(png.starts_with(b"\x89PNG") && png.len() > 20_000, "{name}");
            keep(&format!("status-{name}-{scheme}.png"), &png);
        }
    }
    assert_eq!(browser.problems().await, [""; 0]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_asks_for_the_token_and_keeps_it_for_the_tab() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve_with_token();
    busy::fill(&running.fake);
    let url = format!("http://{}/", running.address);
    browser.open(&url, DESK).await;
    let give = |token: &str| {
        let token = json!(token);
        format!("secret.value = {token}; document.querySelector('#token button').click()")
    };
    browser.until(&reads("Token required")).await;
    assert_eq!(
        browser
            .eval("document.getElementById('board').hidden")
            .await,
        json!(true)
    );
    keep("token.png", &browser.screenshot().await);
    browser.eval(&give("a-wrong-token-0123456789")).await;
    browser.until(&reads("The token is wrong.")).await;
    browser.eval(&give(TOKEN)).await;
    browser.until(&reads("party-finder")).await;
    assert_eq!(browser.eval(&reads("Token required")).await, json!(false));
    browser.open(&url, DESK).await;
    browser.until(&reads("party-finder")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_buttons_command_once_it_is_confirmed() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    busy::fill(&running.fake);
    browser
        .open(&format!("http://{}/", running.address), DESK)
        .await;
    let resume = "document.querySelector('[aria-label=\"Resume lobby-2.eu.example.net:5520\"]')";
    browser.until(&format!("{resume} !== null")).await;
    let told = || {
        let told = running.fake.told();
        told.into_iter()
            .filter(|told| !told.starts_with("decisions"))
            .collect::<Vec<_>>()
    };

    browser.eval(&format!("{resume}.click()")).await;
    browser
        .until("document.getElementById('confirm').open")
        .await;
    keep("confirm.png", &browser.screenshot().await);
    browser
        .eval("document.querySelector('#confirm [value=no]').click()")
        .await;
    browser
        .until("!document.getElementById('confirm').open")
        .await;
    assert_eq!(told(), [""; 0]);

    let yes = "document.getElementById('confirm-yes').click()";
    browser.eval(&format!("{resume}.click()")).await;
    browser.eval(yes).await;
    browser
        .until(&reads(
            "lobby-2.eu.example.net:5520 receives players again.",
        ))
        .await;
    browser
        .until(
            "document.querySelector('[aria-label=\"Drain lobby-2.eu.example.net:5520\"]') !== null",
        )
        .await;
    assert_eq!(told(), ["drain lobby-2.eu.example.net:5520 false"]);

    browser
        .eval("document.querySelector('[aria-label=\"Drain [2001:db8:42::17]:5520\"]').click()")
        .await;
    browser.eval(yes).await;
    browser
        .until(&reads("[2001:db8:42::17]:5520 is drained."))
        .await;

    browser
        .eval(
            "document.querySelector('[aria-label=\"Route creative\"] .maintenance button').click()",
        )
        .await;
    browser.eval(yes).await;
    browser.until(&reads("creative is open.")).await;
    browser
        .until(&format!("!{}", reads("In maintenance")))
        .await;

    *running.fake.reload.lock().unwrap() = Err(CommandError::Failed {
        message: "the new configuration has 2 mistakes".into(),
        mistakes: vec![
            "tls.key: is another's".into(),
            "routing.routes[0]: has no match".into(),
        ],
    });
    browser
        .eval("document.getElementById('reload').click()")
        .await;
    browser.eval(yes).await;
    browser
        .until(&reads("routing.routes[0]: has no match"))
        .await;
    keep("refused.png", &browser.glance().await);
    assert_eq!(
        told(),
        [
            "drain lobby-2.eu.example.net:5520 false",
            "drain [2001:db8:42::17]:5520 true",
            "maintain creative ended",
            "reload",
            "done",
        ]
    );
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_what_is_wrong_and_what_there_is_none_of() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    {
        let mut status = running.fake.status.lock().unwrap();
        status.state = RouterState::Draining;
        status.problems = vec![problem("plugin bans", "is not loaded")];
        status.config.restart_needed = vec!["listen".into()];
        status.config.lowered = vec!["identity.mode: lowered from require to off".into()];
        status.config.last_error = Some(ReloadError {
            at: 1_769_860_800.0,
            mistakes: vec!["routing: is missing".into()],
        });
    }
    browser
        .open(&format!("http://{}/", running.address), PHONE)
        .await;
    for wanted in [
        "draining",
        "Draining: connections in progress",
        "plugin bans: is not loaded",
        "routing: is missing",
        "Restart required for: listen",
        "Reloads have relaxed checks since the start",
        "identity.mode: lowered from require to off",
        "No routes.",
        "No plugins.",
        "No refusals.",
        "No decisions yet.",
    ] {
        browser.until(&reads(wanted)).await;
    }
    assert_eq!(
        browser.eval("document.title").await,
        json!("draining · Hyrouter")
    );
    keep("empty.png", &browser.screenshot().await);
    assert_eq!(browser.problems().await, [""; 0]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_back_when_the_router_does() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let running = serve();
    busy::fill(&running.fake);
    let address = running.address;
    browser.open(&format!("http://{address}/"), DESK).await;
    browser.until(&reads("party-finder")).await;
    running.stop().await;
    browser.until(&reads("Connection lost, retrying")).await;
    keep("lost.png", &browser.screenshot().await);
    let again = run(&address.to_string(), None);
    again.fake.status.lock().unwrap().version = "0.2.0".into();
    browser.until(&reads("0.2.0")).await;
    browser
        .until(&format!("!{}", reads("Connection lost")))
        .await;
    browser.close().await;
}
