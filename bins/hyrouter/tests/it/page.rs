//! The status page of a router under load, in a real browser.

use hyrouter_testing::browser::{Browser, DESK, keep};
use serde_json::json;

use crate::support::players::player;
use crate::support::{LOAD, example_plugin, folder};

fn config() -> String {
    let plugin = example_plugin("wasm-plugin.wasm");
    format!(
        r#"
listen: "127.0.0.1:0"
admin: {{ listen: "127.0.0.1:0" }}
plugins: [{{ name: guard, type: wasm, wasm: {{ path: {plugin} }}, stage: deny }}]
routing:
  routes:
    - name: lobby
      match: {{ hostnames: ["play.example.com", "*.play.example.com"] }}
      pool:
        strategy: round_robin
        backends:
          - {{ host: lobby-1.example.net, port: 5520 }}
          - {{ host: lobby-2.example.net, port: 5520 }}
          - {{ host: lobby-3.example.net, port: 5520, drained: true }}
    - name: arena
      match: {{ hostname: arena.example.com }}
      pool: {{ backends: [{{ host: arena.example.net, port: 5520 }}] }}
"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_a_router_under_load() {
    let _load = LOAD.lock().await;
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let folder = folder().file("config.yaml", &config());
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let mut crowd: Vec<_> = (0..3)
        .map(|_| player(&router, "Alder").keeps_coming())
        .collect();
    crowd.push(player(&router, "deny").keeps_coming());
    admin.post("/api/backends/lobby-2.example.net:5520/drain", &json!({}));
    admin.post(
        "/api/routes/arena/maintenance",
        &json!({"text": {"default": "The arena is being rebuilt."}}),
    );
    std::fs::write(folder.path("config.yaml"), "listen: nowhere\n").unwrap();
    assert_eq!(admin.ask("POST", "/reload", "{}").status, 409);

    let address = &admin.address;
    browser.open(&format!("http://{address}/"), DESK).await;
    browser
        .until("document.querySelectorAll('#legend li').length >= 2 && document.querySelectorAll('#decisions tr').length > 10")
        .await;
    let until_text = |text: &str| format!("document.body.innerText.includes({text:?})");
    for wanted in [
        "serving",
        "lobby-1.example.net:5520",
        "drained by command",
        "drained by config",
        "The arena is being rebuilt.",
        "guard",
        "plugin_denied",
        "retry_threshold",
        "not an address to listen on",
        "play.example.com",
    ] {
        browser.until(&until_text(wanted)).await;
    }
    if std::env::var_os("SCREENSHOTS").is_some() {
        // A chart of a minute tells more than one of a second.
        browser
            .until("parseFloat(document.querySelector('#chart path').getAttribute('d').slice(1)) <= 350")
            .await;
    }
    keep("router.png", &browser.glance().await);
    // A click does what it says.
    std::fs::write(folder.path("config.yaml"), config()).unwrap();
    admin.post("/reload", &json!({}));
    browser
        .until("!document.body.innerText.includes('not an address to listen on')")
        .await;
    assert_eq!(browser.problems().await, [] as [&str; 0]);
    browser.close().await;
    for one in crowd {
        assert!(!one.stop().await.is_empty());
    }
}
