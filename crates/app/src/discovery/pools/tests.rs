use std::collections::BTreeMap;

use hyrouter_config::Sources as ConfigSources;
use hyrouter_discovery::{DiscoveredBackend, feed};

use super::*;
use crate::discovery::SourceView;

/// A provider that gives these backends, as host and labels.
fn source(backends: &[(&str, &[(&str, &str)])]) -> SourceView {
    let (publisher, feed) = feed("test", 100);
    let backends = backends.iter().map(|(host, labels)| {
        let labels = labels.iter();
        let meta: BTreeMap<_, _> = labels
            .map(|(key, value)| (format!("label.{key}"), (*value).to_owned()))
            .collect();
        let backend = Backend {
            meta,
            ..Backend::new(*host, 1)
        };
        DiscoveredBackend::new(*host, backend)
    });
    publisher.publish(backends, []);
    SourceView {
        state: feed.now(),
        is_stale: false,
    }
}

fn never_synced() -> SourceView {
    SourceView {
        state: feed("test", 100).1.now(),
        is_stale: false,
    }
}

/// Returns the hosts of the default pool, and whether it is incomplete.
fn hosts(discovery: &str, view: &[(&str, SourceView)], overlay: &Overlay) -> (Vec<String>, bool) {
    let yaml = format!(
        "discovery: {{providers: [{{name: a, type: docker}}, {{name: b, type: docker}}]}}\n\
         routing: {{default: {{backends: [{{host: static, port: 1}}, {{host: both, port: 1}}], discovery: {discovery}}}}}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.yaml");
    std::fs::write(&file, yaml).unwrap();
    let draft = ConfigSources::new().with_file(&file).read().unwrap();
    assert_eq!(draft.problems, []);
    let view = DiscoveryView::new(
        view.iter()
            .map(|(name, view)| ((*name).to_owned(), view.clone())),
    );
    let settings = &draft.settings;
    let pools = pool_backends(
        &settings.discovery,
        &settings.routing,
        overlay,
        &view,
        |_| true,
    );
    let [pool] = pools.as_slice() else {
        panic!("one pool: {pools:?}");
    };
    assert_eq!(pool.route, None);
    let hosts = pool.backends.iter().map(|backend| {
        let drained = if backend.drained { " drained" } else { "" };
        format!("{}{drained}", backend.host)
    });
    (hosts.collect(), pool.is_incomplete)
}

#[test]
fn backends_are_merged_by_mode() {
    let found = || {
        [
            ("a", source(&[("x", &[]), ("both", &[])])),
            ("b", source(&[])),
        ]
    };
    let none = Overlay::default();
    for (discovery, expected) in [
        ("{provider: a}", &["x", "both", "static"][..]),
        ("{provider: a, mode: union}", &["x", "both", "static"]),
        ("{provider: a, mode: prefer}", &["x", "both"]),
        ("{provider: b, mode: prefer}", &["static", "both"]),
        ("[{provider: b}, {provider: a}]", &["x", "both", "static"]),
    ] {
        let (hosts, is_incomplete) = hosts(discovery, &found(), &none);
        assert_eq!(hosts, expected, "{discovery}");
        assert!(!is_incomplete);
    }
}

#[test]
fn selectors_share_one_provider_among_pools() {
    let found = [(
        "a",
        source(&[("x", &[("tier", "hub")]), ("y", &[("tier", "game")])]),
    )];
    let discovery = "{provider: a, mode: prefer, selector: 'tier in (game)'}";
    assert_eq!(hosts(discovery, &found, &Overlay::default()).0, ["y"]);
}

#[test]
fn a_source_without_an_answer_leaves_the_static_backends() {
    let found = [("a", never_synced()), ("b", source(&[("x", &[])]))];
    let none = Overlay::default();
    for (discovery, expected) in [
        ("{provider: a, mode: prefer}", &["static", "both"][..]),
        ("[{provider: a}, {provider: b}]", &["x", "static", "both"]),
    ] {
        let (hosts, is_incomplete) = hosts(discovery, &found, &none);
        assert_eq!(hosts, expected, "{discovery}");
        assert!(is_incomplete);
    }
}

#[test]
fn outdated_backends_do_not_count() {
    let mut found = source(&[("x", &[])]);
    found.is_stale = true;
    let (hosts, is_incomplete) = hosts("{provider: a}", &[("a", found)], &Overlay::default());
    assert_eq!(
        (hosts, is_incomplete),
        (vec!["static".to_owned(), "both".to_owned()], true)
    );
}

#[test]
fn commands_drain_discovered_backends() {
    let found = [("a", source(&[("x", &[])]))];
    let overlay = Overlay {
        drained: [("x".to_owned(), 1)].into(),
        ..Overlay::default()
    };
    let (hosts, _) = hosts("{provider: a}", &found, &overlay);
    assert_eq!(hosts, ["x drained", "static", "both"]);
}
