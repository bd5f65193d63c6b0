//! The JSON Schema has the fields and the limits of the types.

use std::collections::BTreeSet;

use hyrouter_plugin_api::{MAX_CANDIDATES, MAX_HOST_LEN, MAX_META, schema};
use serde_json::Value;

fn fields(value: &Value) -> BTreeSet<&String> {
    value.as_object().unwrap().keys().collect()
}

#[test]
fn every_field_that_is_written_is_described() {
    let schema = schema();
    let golden = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let mut request = golden(include_str!("../golden/request_full.rust.json"));
    let added = golden(include_str!("../golden/request_added.rust.json"));
    let event = request["event"].as_object_mut().unwrap();
    event.extend(added["event"].as_object().unwrap().clone());
    let mut response = golden(include_str!("../golden/response_full.rust.json"));
    response["deny_reason"] = "".into();
    response["cache_ttl"] = "1s".into();
    response["cache_key"] = "uuid".into();
    for (name, value) in [
        ("ConnectRequest", &request),
        ("ConnectEvent", &request["event"]),
        ("Identity", &request["event"]["identity"]),
        ("Referral", &request["event"]["referral"]),
        ("ReferralSource", &request["event"]["referral_source"]),
        ("Backend", &request["backend"]),
        ("ConnectResponse", &response),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(definition["title"], name);
        assert_eq!(fields(&definition["properties"]), fields(value), "{name}");
        for (field, property) in definition["properties"].as_object().unwrap() {
            let is_described = property["description"].is_string() || property["$ref"].is_string();
            assert!(is_described, "{name}.{field}");
        }
    }
    assert_eq!(schema["$defs"].as_object().unwrap().len(), 7);
}

#[test]
fn limits_are_those_of_the_router() {
    let definitions = &schema()["$defs"];
    let candidates = &definitions["ConnectResponse"]["properties"]["candidates"];
    assert_eq!(candidates["maxItems"], MAX_CANDIDATES);
    assert!(
        candidates["description"]
            .to_string()
            .contains(&MAX_CANDIDATES.to_string())
    );
    let backend = &definitions["Backend"]["properties"];
    assert_eq!(backend["host"]["maxLength"], MAX_HOST_LEN);
    assert!(
        backend["host"]["description"]
            .to_string()
            .contains(&MAX_HOST_LEN.to_string())
    );
    assert!(
        backend["meta"]["description"]
            .to_string()
            .contains(&MAX_META.to_string())
    );
}

#[test]
fn nothing_of_rust_is_left_in_the_descriptions() {
    let text = schema().to_string();
    for rust in [
        "Self::", "crate::", "`None`", "[`", "uint", "anyOf", "null\"]",
    ] {
        assert!(!text.contains(rust), "{rust}");
    }
}
