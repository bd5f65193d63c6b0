//! The schema and the reference that is generated from it.

use hyrouter_config::schema;
use hyrouter_router::{CompareOp, SortOrder, SortType, Strategy, WhitelistSubject};
use serde_json::{Value, json};

/// Returns all keys of the configuration, in the notation of the reference.
const KEYS: &str = "
listen tls.cert_file tls.key_file tls.alpn quic.max_idle_timeout quic.endpoints logging.log_client_ip
limits.handshake_timeout limits.connect_timeout limits.decision_timeout limits.close_timeout limits.max_connections
limits.max_connections_per_source protocol.unknown routing.default routing.routes[].name routing.routes[].match.hostname
routing.routes[].match.hostnames routing.routes[].pool referral.key_id referral.hmac_secret
messages.disconnect.no_route messages.disconnect.no_backends messages.disconnect.routing_error
messages.disconnect.discovery_error messages.disconnect_locales.*.no_route messages.disconnect_locales.*.no_backends
messages.disconnect_locales.*.routing_error messages.disconnect_locales.*.discovery_error
routing.default.strategy routing.default.key routing.default.sample routing.default.sort[].key
routing.default.sort[].order routing.default.sort[].type routing.default.limit routing.default.filters[].type
routing.default.filters[].left routing.default.filters[].op routing.default.filters[].right
routing.default.filters[].enabled_key routing.default.filters[].list_key routing.default.filters[].subject
routing.default.filters[].key routing.default.fallback[].strategy routing.default.fallback[].key
routing.default.fallback[].sample routing.default.fallback[].sort[].key routing.default.fallback[].limit
routing.default.fallback[].filters[].type routing.default.backends[].host routing.default.backends[].port
routing.default.backends[].weight routing.default.backends[].meta.* routing.default.discovery.provider
routing.default.discovery.mode
plugins[].name plugins[].type plugins[].stage plugins[].before plugins[].after plugins[].timeout plugins[].on_error
plugins[].mode plugins[].config plugins[].override plugins[].grpc.address plugins[].grpc.tls.ca_file
plugins[].grpc.tls.cert_file plugins[].grpc.tls.key_file plugins[].grpc.tls.domain plugins[].wasm.path
plugins[].wasm.max_memory plugins[].wasm.instances plugins[].wasm.max_calls plugins[].wasm.fuel
plugins[].max_concurrency plugins[].max_queue plugins[].breaker.failures plugins[].breaker.cool_down wasm.cache_dir
plugins[].cache.max_ttl plugins[].cache.max_entries plugins[].cache.max_memory
wasm.compile_timeout wasm.compile_memory
discovery.providers[].name discovery.providers[].type discovery.providers[].kubernetes.kubeconfig
discovery.providers[].kubernetes.namespaces discovery.providers[].kubernetes.resources[].kind
discovery.providers[].kubernetes.resources[].service.name discovery.providers[].kubernetes.resources[].service.namespace
discovery.providers[].kubernetes.resources[].selector.labels
discovery.providers[].kubernetes.resources[].selector.annotations
discovery.providers[].kubernetes.resources[].port.name discovery.providers[].kubernetes.resources[].port.number
discovery.providers[].kubernetes.resources[].port.container_port
discovery.providers[].kubernetes.filters.require_pod_ready discovery.providers[].kubernetes.filters.require_pod_phase
discovery.providers[].kubernetes.filters.require_endpoint_ready
discovery.providers[].kubernetes.metadata.include_labels discovery.providers[].kubernetes.metadata.include_annotations
discovery.providers[].agones.kubeconfig discovery.providers[].agones.namespaces discovery.providers[].agones.mode
discovery.providers[].agones.allocate_min_interval discovery.providers[].agones.state
discovery.providers[].agones.allocation.selectors[].labels discovery.providers[].agones.allocation.selectors[].state
discovery.providers[].agones.allocation.selectors[].counters.*.min_available
discovery.providers[].agones.allocation.selectors[].lists.*.contains_value
discovery.providers[].agones.allocation.priorities[].type discovery.providers[].agones.allocation.priorities[].key
discovery.providers[].agones.allocation.priorities[].order discovery.providers[].agones.allocation.scheduling
discovery.providers[].agones.allocation.counters.*.amount discovery.providers[].agones.allocation.lists.*.add_values
discovery.providers[].agones.allocation.metadata.labels.* discovery.providers[].agones.allocation.metadata.annotations.*
discovery.providers[].agones.selector.labels discovery.providers[].agones.selector.annotations
discovery.providers[].agones.metadata.include_labels discovery.providers[].agones.metadata.include_annotations
discovery.providers[].agones.address.source discovery.providers[].agones.address.preference
discovery.providers[].agones.port.name discovery.providers[].agones.port.number
";

#[test]
fn every_key_is_there() {
    let schema = schema();
    for key in KEYS.split_whitespace() {
        at(&schema, key);
    }
}

#[test]
fn every_key_is_documented() {
    each_schema(&schema(), &mut |schema| {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{key}: {property}");
        }
    });
}

#[test]
fn objects_take_no_other_keys() {
    each_schema(&schema(), &mut |schema| {
        if schema["properties"].is_object() {
            assert_eq!(schema["additionalProperties"], false, "{schema}");
        }
    });
}

#[test]
fn shapes_are_exact() {
    let schema = schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let cases = [
        ("listen", "default", json!(":5520")),
        ("listen", "format", json!("listen-address")),
        ("tls.alpn", "default", json!(["hytale/*"])),
        (
            "tls.alpn",
            "items",
            json!({"type": "string", "format": "alpn"}),
        ),
        ("tls.cert_file", "type", json!("string")),
        ("quic.max_idle_timeout", "default", json!("30s")),
        (
            "quic.max_idle_timeout",
            "format",
            json!("go-duration-positive"),
        ),
        ("logging.log_client_ip", "default", json!(true)),
        ("limits.max_connections", "default", json!(16384)),
        ("limits.max_connections", "minimum", json!(1)),
        ("referral.key_id", "maximum", json!(255)),
        ("referral.key_id", "format", Value::Null),
        ("referral.hmac_secret", "format", json!("secret")),
        ("referral.hmac_secret", "writeOnly", json!(true)),
        (
            "routing.default.backends[]",
            "required",
            json!(["host", "port"]),
        ),
        ("routing.default.backends[].port", "minimum", json!(1)),
        ("routing.default.backends[].port", "maximum", json!(65535)),
        ("routing.default.backends[].port", "default", Value::Null),
        ("routing.routes[]", "required", json!(["match", "pool"])),
        (
            "routing.routes[].match.hostname",
            "format",
            json!("host-pattern"),
        ),
        ("plugins[]", "required", json!(["name", "type"])),
    ];
    for (key, keyword, expected) in cases {
        assert_eq!(at(&schema, key)[keyword], expected, "{key} {keyword}");
    }
}

#[test]
fn names_of_the_schema_are_those_of_the_router() {
    fn texts<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|value| name(*value)).collect()
    }
    let schema = schema();
    let strategies = texts(Strategy::ALL, Strategy::as_str);
    for (key, known) in [
        ("routing.default.strategy", &strategies),
        ("routing.default.fallback[].strategy", &strategies),
        (
            "routing.default.sort[].order",
            &texts(SortOrder::ALL, SortOrder::as_str),
        ),
        (
            "routing.default.sort[].type",
            &texts(SortType::ALL, SortType::as_str),
        ),
        (
            "routing.default.filters[].op",
            &texts(CompareOp::ALL, CompareOp::as_str),
        ),
        (
            "routing.default.filters[].subject",
            &texts(WhitelistSubject::ALL, WhitelistSubject::as_str),
        ),
    ] {
        let names = at(&schema, key)["enum"].as_array().unwrap();
        assert_eq!(names, known, "{key}");
    }
}

#[test]
fn the_reference_has_a_row_for_every_key() {
    // `cargo xtask docs --check` checks that the page is generated from the schema.
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let reference = std::fs::read_to_string(page).unwrap();
    for key in KEYS.split_whitespace() {
        let last = key.trim_end_matches(".*").rsplit('.').next().unwrap();
        assert!(
            reference.contains(&format!("\n| `{}` | ", last.trim_end_matches("[]"))),
            "{key}"
        );
    }
    for line in [
        "## `routing.default`",
        "Also `routing.routes[].pool`.",
        "## `messages.disconnect`",
        "Also `messages.disconnect_locales.<key>`.",
        "| `max_idle_timeout` | duration | `30s` | Maximum time",
        "| `port` | 1 to 65535 | required | UDP port. |",
        "| `unknown` | `route`, `deny` | `route` | ",
        "| `alpn` | list of alpn | `[\"hytale/*\"]` | ",
    ] {
        assert!(reference.contains(line), "{line} is not in\n{reference}");
    }
}

/// Returns the schema at a key, with references followed.
fn at<'a>(root: &'a Value, key: &str) -> &'a Value {
    let mut schema = root;
    for part in key.split('.') {
        schema = match part {
            "*" => &schema["additionalProperties"],
            part => &schema["properties"][part.trim_end_matches("[]")],
        };
        schema = follow(root, schema);
        if part.ends_with("[]") {
            schema = follow(root, &schema["items"]);
        }
        assert!(schema.is_object(), "{part} of {key} is not in the schema");
    }
    schema
}

fn follow<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let one_or_list = &schema["anyOf"][0]["$ref"];
    match schema["$ref"].as_str().or(one_or_list.as_str()) {
        Some(reference) => root.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

/// Returns all objects of the schema: the root and the definitions.
fn each_schema(root: &Value, visit: &mut dyn FnMut(&Value)) {
    visit(root);
    let definitions = root["$defs"].as_object().unwrap();
    assert!(definitions.len() > 20);
    definitions.values().for_each(visit);
}
