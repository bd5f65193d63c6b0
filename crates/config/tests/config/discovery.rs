//! Discovery: providers and the pools that use them.

use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_config::{DiscoveryMode, Settings};
use hyrouter_discovery::{DnsRecord, DockerAddress, SourceSettings};

use crate::support::{data, load, load_file, problems, warnings};

fn with_providers(providers: &str) -> String {
    format!(
        "routing: {{default: {{backends: [{{host: h, port: 1}}]}}}}\n\
         discovery: {{push: {{listen: '127.0.0.1:5581'}}, providers: [{providers}]}}"
    )
}

fn source(provider: &str) -> SourceSettings {
    let settings: Settings = load(&with_providers(&format!("{{name: a, {provider}}}"))).unwrap();
    settings.discovery.providers[0].source.clone()
}

#[test]
fn discovery_of_the_original_loads() {
    let settings = load_file(data("discovery.yaml")).unwrap();
    let discovery = &settings.discovery;
    let types = discovery.providers.iter();
    let types: Vec<_> = types
        .map(|one| (one.name.as_str(), one.source.as_str()))
        .collect();
    assert_eq!(types, [("fleet", "agones"), ("pods", "kubernetes")]);
    let pools = discovery.pools.iter().map(|pool| {
        let [source] = pool.sources.as_slice() else {
            panic!("one source: {pool:?}");
        };
        (pool.route, source.provider.as_str(), pool.mode)
    });
    let expected = [
        (Some(0), "fleet", DiscoveryMode::Prefer),
        (Some(1), "pods", DiscoveryMode::Union),
    ];
    assert_eq!(pools.collect::<Vec<_>>(), expected);
    let [warning] = warnings(&settings).try_into().unwrap();
    let text =
        "discovery.providers[0].agones.selector.annotations: Agones does not select by annotations";
    assert!(warning.starts_with(text), "{warning}");
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let SourceSettings::Dns(dns) = source("type: dns, dns: {name: lobby.example.com}") else {
        panic!("not DNS");
    };
    assert_eq!((dns.record, dns.port), (DnsRecord::Auto, None));
    assert_eq!(
        (dns.min_ttl, dns.max_ttl),
        (Duration::from_secs(5), Duration::from_mins(5))
    );
    assert!(dns.per_address && dns.servers.is_empty());
    let SourceSettings::Http(http) = source("type: http, http: {url: 'https://example.com/b'}")
    else {
        panic!("not HTTP");
    };
    assert_eq!(
        (http.interval, http.timeout),
        (Duration::from_secs(10), Duration::from_secs(5))
    );
    assert_eq!(http.max_bytes, 4 << 20);
    let SourceSettings::Push(push) = source("type: push, push: {token_file: t}") else {
        panic!("not push");
    };
    assert_eq!(
        (push.max_lease, push.tokens.len()),
        (Duration::from_mins(1), 1)
    );
    let SourceSettings::Docker(docker) = source("type: docker") else {
        panic!("not Docker");
    };
    assert_eq!(docker.socket, "unix:///var/run/docker.sock");
    assert_eq!(docker.address, DockerAddress::Container { network: None });
}

#[test]
fn dns_servers_have_a_port() {
    let SourceSettings::Dns(dns) = source(
        "type: dns, dns: {name: a.example.com, servers: ['10.0.0.53', '[2001:db8::1]', '[::1]:5300', '::1']}",
    ) else {
        panic!("not DNS");
    };
    let servers = ["10.0.0.53:53", "[2001:db8::1]:53", "[::1]:5300", "[::1]:53"];
    let servers: Vec<SocketAddr> = servers.iter().map(|one| one.parse().unwrap()).collect();
    assert_eq!(dns.servers, servers);
}

#[test]
fn faults_name_the_key_and_what_is_allowed() {
    for (provider, expected) in [
        (
            "type: push, push: {token_file: t, max_lease: 500ms}",
            "providers[0].push.max_lease: too short (got 500ms); allowed: at least 1s",
        ),
        (
            "type: push, push: {token_file: t, state_file: s}}, \
             {name: b, type: push, push: {token_file: t, state_file: s}",
            "providers[1].push.state_file: the file of discovery.providers[0].push.state_file",
        ),
        (
            "type: file",
            "providers[0].file: missing; required by type `file`",
        ),
        ("type: file, file: {path: ''}", "providers[0].file.path: "),
        (
            "type: dns, dns: {name: a.example.com, record: a}",
            "dns.port: missing; required by record `a`",
        ),
        (
            "type: dns, dns: {name: 'a b'}",
            "dns.name: not a name in DNS",
        ),
        (
            "type: dns, dns: {name: a, min_ttl: 10m}",
            "dns.min_ttl: longer than `max_ttl`",
        ),
        (
            "type: dns, dns: {name: a, servers: [x]}",
            "dns.servers[0]: not a DNS server",
        ),
        (
            "type: http, http: {url: 'ftp://x'}",
            "http.url: not an address",
        ),
        (
            "type: push, push: {}",
            "push.token_file: missing; required by type `push`",
        ),
        (
            "type: docker, docker: {address: published}",
            "docker.host: missing; required by address `published`",
        ),
        (
            "type: docker, docker: {socket: '/run/d.sock'}",
            "docker.socket: not an address of the Docker API",
        ),
        (
            "type: docker, docker: {selector: 'a in ('}",
            "docker.selector: not a label expression",
        ),
        ("type: docker, docker: {cert_file: a}", "docker.key_file: "),
        ("type: consul", "providers[0].type: "),
        ("type: docker, max_backends: 0", "max_backends: "),
    ] {
        let found = problems(&with_providers(&format!("{{name: a, {provider}}}")));
        assert_eq!(found.len(), 1, "{provider}: {found:?}");
        assert!(found[0].contains(expected), "{provider}: {found:?}");
    }
    let yaml = "routing: {default: {}}\ndiscovery: {providers: [{name: a, type: push, push: {token_file: t}}]}";
    assert_eq!(
        problems(yaml),
        ["discovery.push.listen: missing; required by a provider of type `push`"]
    );
}

#[test]
fn a_pool_uses_one_provider_or_a_list() {
    let yaml = |pool: &str| {
        format!(
            "routing: {{default: {{discovery: {pool}}}}}\n\
             discovery: {{providers: [{{name: a, type: docker}}, {{name: b, type: docker}}]}}"
        )
    };
    for (pool, sources, mode) in [
        ("{provider: a}", &["a"][..], DiscoveryMode::Union),
        ("{provider: a, mode: prefer}", &["a"], DiscoveryMode::Prefer),
        (
            "[{provider: b}, {provider: a, selector: 'x=y', mode: prefer}]",
            &["b", "a"],
            DiscoveryMode::Prefer,
        ),
    ] {
        let pools = load(&yaml(pool)).unwrap().discovery.pools;
        let names = pools[0]
            .sources
            .iter()
            .map(|source| source.provider.as_str());
        assert_eq!(names.collect::<Vec<_>>(), sources, "{pool}");
        assert_eq!(pools[0].mode, mode, "{pool}");
    }
    for (pool, expected) in [
        (
            "[{provider: a}, {provider: c}]",
            "discovery[1].provider: no such provider",
        ),
        (
            "[{provider: a, mode: union}, {provider: b, mode: prefer}]",
            "discovery[1].mode: differs",
        ),
        ("[7]", "discovery[0]: wrong type"),
        ("[{}]", "discovery[0].provider: missing"),
        ("7", "discovery: wrong type"),
        (
            "{provider: a, selector: '!'}",
            "discovery.selector: not a label expression",
        ),
    ] {
        let found = problems(&yaml(pool));
        assert!(
            found.iter().any(|one| one.contains(expected)),
            "{pool}: {found:?}"
        );
    }
}

#[test]
fn keys_without_an_effect_are_reported() {
    let yaml = "routing: {default: {discovery: {provider: a, limit: 20, sort: [{key: label:region}]}}}\n\
                discovery: {push: {listen: '127.0.0.1:1'}, providers: [{name: a, type: docker, file: {path: x}}]}";
    assert_eq!(
        warnings(&load(yaml).unwrap()),
        [
            "discovery.push: refuses all requests, since no provider has the type `push`",
            "discovery.providers[0].file: not used, since the type is `docker`",
            "routing.default.discovery.limit: not used, as in the original; write it at `limit` of the pool",
            "routing.default.discovery.sort: not used, as in the original; write it at `sort` of the pool",
        ]
    );
}
