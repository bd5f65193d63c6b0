//! Modules that compilers made: the example plugins, one that uses all of the SDK, and one as people wrote it for the
//! original Hyrouter. `cargo xtask plugin-wasm` builds them.

use std::sync::Arc;

use crate::support::{Guest, LONG, call, eventually, module, request};
use hyrouter_plugin_api::{Backend, ConnectRequest};
use hyrouter_plugin_wasm::OutputLevel::{Debug, Error, Info, Trace, Warn};
use hyrouter_plugin_wasm::WasmPlugin;
use serde_json::json;

/// The example in each language, and the end of its text for a denied player.
const EXAMPLES: [(&str, &str); 5] = [
    ("wasm-plugin.wasm", ""),
    ("wasm-plugin-go.wasm", " in Go"),
    ("wasm-plugin-assemblyscript.wasm", " in AssemblyScript"),
    ("wasm-plugin-c.wasm", " in C"),
    ("wasm-plugin-zig.wasm", " in Zig"),
];

/// A built module; `None`: its compiler is not on this machine. Those in Rust are always there.
fn built(name: &str) -> Option<Guest> {
    let file = hyrouter_testing::target().join("plugins").join(name);
    let in_rust = ["wasm-plugin.wasm", "sdk-everything.wasm"].contains(&name);
    if !in_rust && !file.exists() {
        eprintln!("skipped: {name} is not built; `cargo xtask plugin-wasm` builds it if it can");
        return None;
    }
    let bytes = std::fs::read(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo xtask test`, which makes it",
            file.display()
        )
    });
    let mut guest = module(&bytes);
    // In a debug build of a busy machine a Go guest takes its time.
    guest.settings.start_timeout = LONG;
    Some(guest)
}

fn player(name: &str) -> ConnectRequest {
    let mut request = request("play.example.com");
    request.event.username = Some(name.to_owned());
    request.candidates = vec![
        Backend::new("10.0.0.1", 5520),
        Backend::new("10.0.0.2", 5520),
    ];
    request.backend = Some(Backend::new("10.0.0.1", 5520));
    request.selected_index = Some(0);
    request
}

async fn denial(plugin: &WasmPlugin, name: &str) -> Option<String> {
    call(plugin, &player(name)).await.unwrap().deny_reason
}

#[tokio::test]
async fn the_examples_deny_and_attach() {
    for (name, language) in EXAMPLES {
        let Some(guest) = built(name) else { continue };
        let plugin = guest
            .config(json!({"prefix": "Al", "tag": "gold"}))
            .plugin()
            .await;
        let text = format!("denied by the example WASM plugin{language}");
        assert_eq!(denial(&plugin, "deny").await, Some(text));
        let vip = call(&plugin, &player("Alder")).await.unwrap();
        let data: serde_json::Value = serde_json::from_slice(&vip.referral_data.unwrap()).unwrap();
        assert_eq!(data, json!({"lobby": "gold", "name": "Alder"}), "{name}");
    }
}

#[tokio::test]
async fn a_configuration_that_an_example_does_not_understand_is_refused() {
    let examples = EXAMPLES.iter().map(|(name, _)| *name);
    for name in examples.chain(["sdk-everything.wasm"]) {
        let Some(guest) = built(name) else { continue };
        let guest = guest.config(json!({"prefx": "Al"}));
        let error = guest.load().await.unwrap_err().to_string();
        assert!(error.contains("refuses its `config`"), "{name}: {error}");
        let lines = guest.lines.all();
        assert!(
            lines.iter().any(|(_, line)| line.contains("prefx")),
            "{name}: {lines:?}"
        );
    }
}

#[tokio::test]
async fn an_example_leaks_nothing() {
    let mut large = player("VIP_Ann");
    large.candidates = vec![Backend::new("10.0.0.1", 5520); 64];
    for (name, _) in EXAMPLES {
        let Some(guest) = built(name) else { continue };
        let plugin = guest.instances(1).plugin().await;
        let mut peaks = Vec::new();
        for _ in 0..2 {
            for _ in 0..500 {
                call(&plugin, &large).await.unwrap();
                call(&plugin, &player("VIP_Ann")).await.unwrap();
            }
            peaks.push(plugin.status().memory_peak);
        }
        // Go's collector runs from time to time. The second 500 requests of 5 KB are beyond this bound.
        assert!(peaks[1] - peaks[0] < 1 << 20, "{name}: {peaks:?}");
    }
}

#[tokio::test]
async fn all_of_the_sdk_works_in_the_host() {
    let guest = built("sdk-everything.wasm")
        .unwrap()
        .config(json!({"text": "ciao"}));
    let plugin = guest.plugin().await;
    let answer = call(&plugin, &player("Ann")).await.unwrap();
    assert_eq!(answer.referral_data.as_deref(), Some(&b"ciao Ann"[..]));
    eventually("five lines", || guest.lines.all().len() == 5).await;
    let levels: Vec<_> = guest
        .lines
        .all()
        .into_iter()
        .map(|(level, _)| level)
        .collect();
    assert_eq!(levels, [Trace, Debug, Info, Warn, Error]);

    for (request, text) in [
        (request("play.example.com"), "a player without a name"),
        (player("panic"), "a plugin's mistake"),
    ] {
        let error = call(&plugin, &request).await.unwrap_err();
        assert_eq!(error.code().as_str(), "trap", "{error}");
        eventually(text, || {
            let lines = guest.lines.all();
            lines
                .iter()
                .any(|(level, line)| *level == Warn && line.contains(text))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plugin_for_the_original_leaks_under_load_and_is_replaced_in_time() {
    const CALLERS: usize = 16;
    const CALLS: usize = 2000;
    let Some(guest) = built("original-go.wasm") else {
        return;
    };
    let plugin = Arc::new(guest.instances(2).max_memory(16 << 20).plugin().await);
    assert_eq!(
        denial(&plugin, "deny").await.as_deref(),
        Some("denied by the original plugin")
    );
    let chosen = call(&plugin, &player("go-ann")).await.unwrap();
    assert_eq!(chosen.selected_index, Some(1));

    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move {
                let name = format!("caller {caller}");
                for _ in 0..CALLS {
                    let answer = call(&plugin, &player(&name)).await.unwrap();
                    let wanted = format!("hello {name} from play.example.com");
                    assert_eq!(answer.referral_data.as_deref(), Some(wanted.as_bytes()));
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let status = plugin.status();
    assert_eq!(status.broken, 0, "{status:?}");
    assert!(
        status.worn > 0,
        "it leaks, so it has to be replaced: {status:?}"
    );
    assert!(status.memory_peak <= 16 << 20, "{status:?}");
}
