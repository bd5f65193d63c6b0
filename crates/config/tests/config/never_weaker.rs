//! For every key of the schema: an empty variable, a key without a value, and a missing key never remove a check
//! silently.

use hyrouter_config::{ConfigError, Settings, schema};
use serde_json::{Value, json};

use crate::support::load_named;

/// Effect of losing a key on the checks of a router. A key in no class or in two fails the test: the author of a new
/// key must choose its class.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    /// Its value can be stricter than the default. A reload that loses it is refused.
    Check,
    /// It belongs to an entry that does not exist without it, or it is required: without it, the configuration is
    /// invalid.
    Needed,
    /// A limit with a safe default, or a key without effect on checks.
    Harmless,
    /// It applies at the start only; a reload does not change it and logs that.
    AtStart,
    /// It chooses where players go. Such keys change often, and a file that was cut off also loses later keys.
    Routing,
}

use Class::{AtStart, Check, Harmless, Needed, Routing};

/// Classes by the path of the key; `*` at the end stands for all keys below it.
const CLASSES: &[(&str, Class)] = &[
    ("identity.mode", Check),
    ("identity.bind_certificate", Check),
    ("identity.max_age", Check),
    ("limits.allow", Check),
    ("limits.deny", Check),
    ("limits.retry", Check),
    ("protocol.unknown", Check),
    ("referral.version", Check),
    ("referral.hmac_secret", Check),
    ("referral.keys", Check),
    ("referral.accept[].not_after", Check),
    ("plugins", Check),
    ("plugins[].stage", Check),
    ("plugins[].on_error", Check),
    ("plugins[].mode", Harmless),
    ("plugins[].override", Check),
    ("plugins[].config", Check),
    ("plugins[].grpc.tls", Check),
    ("plugins[].name", Needed),
    ("plugins[].type", Needed),
    ("plugins[].grpc.address", Needed),
    ("plugins[].wasm.path", Needed),
    ("referral.keys[].id", Needed),
    ("referral.accept[].id", Needed),
    ("quic.proxy_protocol.trusted", AtStart),
    ("quic.proxy_protocol.headers", AtStart),
    ("quic.endpoints", AtStart),
    ("admin.listen", AtStart),
    ("admin.token_file", AtStart),
    ("listen", AtStart),
    ("telemetry.*", AtStart),
    ("routing.*", Routing),
    ("discovery.*", Routing),
    ("messages.*", Harmless),
    ("shutdown.*", Harmless),
    ("logging.*", Harmless),
    ("wasm.*", Harmless),
    ("tls.*", Harmless),
    ("quic.max_idle_timeout", Harmless),
    ("quic.token_key_file", Harmless),
    ("identity.jwks", Harmless),
    ("identity.ca_file", Harmless),
    ("identity.issuer", Harmless),
    ("identity.clock_skew", Harmless),
    ("identity.refresh", Harmless),
    ("identity.max_stale", Harmless),
    ("identity.cache_size", Harmless),
    ("limits.handshake_timeout", Harmless),
    ("limits.connect_timeout", Harmless),
    ("limits.decision_timeout", Harmless),
    ("limits.close_timeout", Harmless),
    ("limits.retry_threshold", Harmless),
    ("limits.max_half_open", Harmless),
    ("limits.max_connections", Harmless),
    ("limits.max_connections_per_source", Harmless),
    ("limits.max_unread", Harmless),
    ("limits.rate.*", Harmless),
    ("limits.source_rate.*", Harmless),
    ("referral.key_id", Harmless),
    // The default has an envelope. The other value is an error beside keys.
    ("referral.envelope", Harmless),
    ("referral.ttl", Harmless),
    ("referral.max_hops", Harmless),
    // Without keys no ticket is accepted.
    ("referral.accept", Harmless),
    // It selects the key. Without any of them, the entry is a problem.
    ("referral.accept[].algorithm", Harmless),
    ("referral.accept[].secret", Harmless),
    ("referral.accept[].secret_file", Harmless),
    ("referral.accept[].secret_env", Harmless),
    ("referral.accept[].public_key", Harmless),
    // Tickets from before that time have expired.
    ("referral.accept[].not_before", Harmless),
    // Backends decide which keys they accept.
    ("referral.keys[].algorithm", Harmless),
    ("referral.keys[].secret", Harmless),
    ("referral.keys[].secret_file", Harmless),
    ("referral.keys[].secret_env", Harmless),
    ("referral.keys[].not_before", Harmless),
    ("referral.keys[].not_after", Harmless),
    ("plugins[].before", Harmless),
    ("plugins[].after", Harmless),
    ("plugins[].timeout", Harmless),
    ("plugins[].max_concurrency", Harmless),
    ("plugins[].max_queue", Harmless),
    ("plugins[].breaker.*", Harmless),
    ("plugins[].cache.*", Harmless),
    ("plugins[].grpc.tls.*", Harmless),
    ("plugins[].wasm.max_memory", Harmless),
    ("plugins[].wasm.instances", Harmless),
    ("plugins[].wasm.max_calls", Harmless),
    ("plugins[].wasm.fuel", Harmless),
];

/// Keys of the original at which an empty text counts as absent.
const LENIENT: [&str; 9] = [
    "discovery.",
    "messages.",
    "referral.hmac_secret",
    "routing.default.",
    "routing.routes[].match.hostname",
    "routing.routes[].pool.",
    "routing.routes",
    "tls.cert_file",
    "tls.key_file",
];

/// Each check with its strictest value, and the other keys that its entry needs.
fn strict() -> Value {
    json!({
        "routing": {"default": {"backends": [{"host": "h", "port": 1}]}},
        "identity": {"mode": "require", "bind_certificate": true, "max_age": "1h"},
        "limits": {"allow": ["0.0.0.0/0"], "deny": ["192.0.2.0/24"], "retry": "always"},
        "protocol": {"unknown": "deny"},
        "referral": {
            "version": 2,
            "hmac_secret": "0123456789abcdef",
            "keys": [{"id": 1, "secret": "0123456789abcdef", "not_before": "2027-01-01T00:00:00Z"}],
            "accept": [{"id": 1, "secret": "0123456789abcdef", "not_after": "2027-01-01T00:00:00Z"}]
        },
        "plugins": [{
            "name": "a",
            "type": "grpc",
            "grpc": {"address": "a", "tls": {"ca_file": "a"}},
            "stage": "deny",
            "on_error": "deny",
            "mode": "enforce",
            "override": "candidates",
            "config": {"a": 1}
        }]
    })
}

fn read(value: &Value) -> Result<Settings, ConfigError> {
    load_named("c.json", &value.to_string(), [("", ""); 0])
}

/// A key of the schema: its path, with `[]` for entries of lists, and its properties.
struct Key {
    place: String,
    kind: String,
    is_section: bool,
}

fn keys() -> Vec<Key> {
    let root = schema();
    let mut keys = Vec::new();
    collect(&root, &root, "", &mut keys);
    assert!(keys.len() > 150, "{}", keys.len());
    keys
}

fn collect(root: &Value, schema: &Value, place: &str, keys: &mut Vec<Key>) {
    let schema = follow(root, schema);
    for (key, below) in schema["properties"].as_object().into_iter().flatten() {
        let place = if place.is_empty() {
            key.clone()
        } else {
            format!("{place}.{key}")
        };
        let mut below = follow(root, below);
        keys.push(Key {
            place: place.clone(),
            kind: below["type"].as_str().unwrap_or("any").to_owned(),
            is_section: below["type"] == "object",
        });
        let mut place = place;
        while below["items"].is_object() || below["additionalProperties"].is_object() {
            let (suffix, inner) = match &below["items"] {
                Value::Null => (".de", &below["additionalProperties"]),
                items => ("[]", items),
            };
            place.push_str(suffix);
            below = follow(root, inner);
        }
        collect(root, below, &place, keys);
    }
}

fn follow<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str();
    reference.map_or(schema, |reference| root.pointer(&reference[1..]).unwrap())
}

fn class_of(place: &str) -> Class {
    let is_of = |known: &str| match known.strip_suffix('*') {
        Some(above) => place.starts_with(above),
        None => known == place,
    };
    let mut classes = CLASSES.iter().filter(|(known, _)| is_of(known));
    let class = classes.next().map(|(_, class)| *class);
    assert!(classes.next().is_none(), "{place} is in two classes");
    class.unwrap_or_else(|| panic!("{place} is in no class of this test: what if it was lost?"))
}

/// Returns the value at a path, with the first entry of each list. Creates missing objects.
fn at<'v>(value: &'v mut Value, place: &str) -> &'v mut Value {
    place.split('.').fold(value, |value, key| {
        let inner = &mut value[key.trim_end_matches("[]")];
        match key.ends_with("[]") {
            true if inner.is_array() => &mut inner[0],
            true => {
                *inner = json!([{}]);
                &mut inner[0]
            }
            false => inner,
        }
    })
}

fn without(place: &str) -> Value {
    let (above, key) = place.rsplit_once('.').unwrap_or(("", place));
    let mut value = strict();
    let above = if above.is_empty() {
        &mut value
    } else {
        at(&mut value, above)
    };
    assert!(
        above.as_object_mut().unwrap().remove(key).is_some(),
        "{place} is not in the sample"
    );
    value
}

#[test]
fn every_key_has_a_class_and_every_class_a_key() {
    let keys = keys();
    for key in keys.iter().filter(|key| !key.is_section) {
        class_of(&key.place);
    }
    for (known, _) in CLASSES {
        let is_of = |place: &str| match known.strip_suffix('*') {
            Some(above) => place.starts_with(above),
            None => place == *known,
        };
        assert!(
            keys.iter().any(|key| is_of(&key.place)),
            "there is no {known}"
        );
    }
}

#[test]
fn a_lost_check_is_noticed() {
    let before = read(&strict()).unwrap();
    let mut sections = vec!["identity", "limits", "protocol", "referral", "plugins"];
    let keys = keys();
    let checks = keys
        .iter()
        .filter(|key| !key.is_section && class_of(&key.place) == Check);
    sections.extend(checks.map(|key| key.place.as_str()));
    for place in sections {
        let mut nothing = strict();
        *at(&mut nothing, place) = Value::Null;
        for now in [without(place), nothing] {
            let Ok(settings) = read(&now) else { continue };
            // Either of two keys signs.
            if matches!(place, "referral.hmac_secret" | "referral.keys") {
                assert!(settings.referral.envelope.is_signed(), "{place}");
                continue;
            }
            // The default of the stage is strict too.
            let lowered = settings.checks.lowered_from(&before.checks);
            if place == "plugins[].on_error" {
                assert_eq!(lowered, []);
                continue;
            }
            assert!(
                lowered.iter().any(|lowered| !lowered.is_explicit),
                "{place}: {lowered:?}"
            );
        }
    }
}

#[test]
fn what_is_needed_is_missed() {
    for key in keys()
        .iter()
        .filter(|key| !key.is_section && class_of(&key.place) == Needed)
    {
        let mut value = strict();
        if key.place.contains(".wasm.") {
            *at(&mut value, "plugins[].type") = "wasm".into();
            assert!(read(&value).is_err(), "{}", key.place);
        } else {
            assert!(read(&without(&key.place)).is_err(), "{}", key.place);
        }
    }
}

#[test]
fn no_key_without_a_value_is_a_value() {
    for key in keys() {
        let is_lenient = LENIENT.iter().any(|known| {
            key.place == *known || (known.ends_with('.') && key.place.starts_with(known))
        });
        // The plugin defines its own configuration.
        if (is_lenient && key.kind == "string") || key.kind == "any" {
            continue;
        }
        for empty in ["", "  "] {
            let mut value = strict();
            *at(&mut value, &key.place) = empty.into();
            let Err(error) = read(&value) else {
                panic!("{} takes {empty:?}", key.place)
            };
            let path = key.place.replace("[]", "[0]");
            assert!(
                error.problems().iter().any(|problem| problem.path == path),
                "{}: {error}",
                key.place
            );
        }
    }
}

#[test]
fn no_empty_variable_is_a_value() {
    for key in keys().iter().filter(|key| !key.place.contains("[]")) {
        let name = format!(
            "HYROUTER_{}",
            key.place.replace('.', "__").to_ascii_uppercase()
        );
        for empty in ["", " ", "\t"] {
            let text = strict().to_string();
            let error = load_named("c.json", &text, [(&*name, empty)]).unwrap_err();
            let found = error.problems();
            assert_eq!(found.len(), 1, "{name}: {error}");
            assert_eq!(found[0].variable.as_deref(), Some(&*name), "{error}");
            assert!(found[0].message.contains("allowed: "), "{error}");
        }
    }
}
