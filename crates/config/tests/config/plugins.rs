//! The `plugins` section as settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hyrouter_config::PluginKind;
use hyrouter_plugins::{AnswerCacheSettings, ChainSettings, Mode, OnError, OverridePolicy, Stage};
use serde_json::json;

use crate::support::load;

const FULL: &str = r"
routing: {default: {backends: [{host: h, port: 1}]}}
wasm: {cache_dir: /var/cache/hyrouter}
plugins:
  - name: bans
    type: grpc
    stage: deny
    on_error: continue
    timeout: 250ms
    max_concurrency: 7
    max_queue: 0
    breaker: {failures: 2, cool_down: 1m}
    cache: {max_ttl: 10s, max_entries: 9, max_memory: 65536}
    config: {list: [a, 1, null]}
    grpc: {address: 'https://bans:7777', tls: {ca_file: ca, cert_file: c, key_file: k, domain: d}}
  - name: lobby
    type: WASM
    stage: mutate
    mode: shadow
    override: candidates
    after: [bans]
    breaker: {failures: 0}
    cache: {}
    wasm: {path: lobby.wasm, max_memory: 65536, instances: 3, max_calls: 5, fuel: 9}
";

#[test]
fn all_given_values_apply() {
    let settings = load(FULL).unwrap();
    assert_eq!(
        settings.wasm.cache_dir.as_deref(),
        Some(Path::new("/var/cache/hyrouter"))
    );
    assert_eq!(settings.warnings, []);
    let [bans, lobby] = &settings.plugins[..] else {
        panic!("not two plugins");
    };

    assert_eq!(bans.settings.name, "bans");
    assert_eq!(bans.settings.stage, Stage::Deny);
    assert_eq!(bans.settings.effective_on_error(), OnError::Continue);
    assert_eq!(bans.settings.timeout, Duration::from_millis(250));
    assert_eq!(bans.settings.max_concurrency.get(), 7);
    assert_eq!(bans.settings.max_queue, 0);
    let breaker = bans.settings.breaker.unwrap();
    assert_eq!(
        (breaker.failures.get(), breaker.cool_down),
        (2, Duration::from_mins(1))
    );
    let cache = bans.settings.cache.unwrap();
    assert_eq!(
        (cache.max_ttl, cache.max_entries.get(), cache.max_memory),
        (Duration::from_secs(10), 9, 65_536)
    );
    assert_eq!(bans.config, Some(json!({"list": ["a", 1, null]})));
    let PluginKind::Grpc(grpc) = &bans.kind else {
        panic!("not grpc");
    };
    assert_eq!(grpc.address, "https://bans:7777");
    let tls = grpc.tls.as_ref().unwrap();
    assert_eq!(tls.ca_file, Some(PathBuf::from("ca")));
    assert_eq!(tls.cert_file, Some(PathBuf::from("c")));
    assert_eq!(tls.key_file, Some(PathBuf::from("k")));
    assert_eq!(tls.domain.as_deref(), Some("d"));

    assert_eq!(lobby.settings.stage, Stage::Mutate);
    assert_eq!(lobby.settings.mode, Mode::Shadow);
    assert_eq!(lobby.settings.override_policy, OverridePolicy::Candidates);
    assert_eq!(lobby.settings.after, ["bans"]);
    assert_eq!(lobby.settings.breaker, None);
    assert_eq!(lobby.settings.cache, Some(AnswerCacheSettings::default()));
    assert_eq!(lobby.config, None);
    let PluginKind::Wasm(wasm) = &lobby.kind else {
        panic!("not wasm");
    };
    assert_eq!(wasm.path, Path::new("lobby.wasm"));
    assert_eq!(wasm.max_memory, Some(65_536));
    assert_eq!(wasm.instances.unwrap().get(), 3);
    assert_eq!(wasm.max_calls.unwrap().get(), 5);
    assert_eq!(wasm.fuel.unwrap().get(), 9);
}

#[test]
fn absent_values_have_the_defaults_of_the_chain() {
    let settings = load(
        "plugins: [{name: a, type: wasm, wasm: {path: p}}, {name: b, type: grpc, grpc: {address: x}}]",
    );
    let settings = settings.unwrap();
    assert_eq!(settings.plugins[0].settings, ChainSettings::new("a"));
    assert_eq!(settings.plugins[1].settings, ChainSettings::new("b"));
    assert_eq!(settings.wasm.cache_dir, None);
    assert_eq!(settings.wasm.compile_timeout, Duration::from_mins(1));
    assert_eq!(settings.wasm.compile_memory, 1 << 30);
}

#[test]
fn values_that_are_probably_not_intended_cause_warnings() {
    let warnings = |yaml: &str| {
        let routing = "routing: {default: {backends: [{host: h, port: 1}]}}";
        let settings = load(&format!("{routing}\n{yaml}")).unwrap();
        let warnings = settings.warnings.iter().map(ToString::to_string);
        warnings.collect::<Vec<_>>()
    };
    assert_eq!(
        warnings("plugins: [{name: a, type: wasm, wasm: {path: p}, grpc: {address: x}}]"),
        ["plugins[0].grpc: it has no effect: the plugin is of type wasm"]
    );
    let slow = "limits: {decision_timeout: 2s}
plugins:
  - {name: a, type: wasm, wasm: {path: p}, timeout: 1500ms}
  - {name: b, type: wasm, wasm: {path: p}, timeout: 1s}";
    let told = warnings(slow);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("plugins: their timeouts add up to 2.5s, more than"),
        "{told:?}"
    );
    // Players do not wait for a shadow plugin.
    let shadow = slow.replace("timeout: 1s", "timeout: 1s, mode: shadow");
    assert_eq!(warnings(&shadow), Vec::<String>::new());
}
