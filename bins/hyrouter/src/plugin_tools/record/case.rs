use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugin_conformance::example_request;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Parts of a response that change a player's way.
const CHANGES: [&str; 4] = ["candidates", "selected_index", "backend", "referral_data"];

/// A case, as the router reports it.
#[derive(Deserialize)]
pub(super) struct ReportedCase {
    pub(super) effect: String,
    pub(super) calls: u64,
    lacks_referral_data: bool,
    request: Value,
    response: ConnectResponse,
}

impl ReportedCase {
    /// Returns the content of its file: the request as a patch of the default request, and the response.
    pub(super) fn to_file(&self, plugin: &str) -> anyhow::Result<Value> {
        let default = serde_json::to_value(example_request())?;
        let patch = patch(&default, &self.request);
        let times = if self.calls == 1 { "call" } else { "calls" };
        let mut description = format!("recorded from {} {times} of {plugin}", self.calls);
        if self.lacks_referral_data {
            description
                .push_str("; its referral data is no JSON object or array and is not compared");
        }
        Ok(json!({
            "description": description,
            "request": patch,
            "effect": self.effect,
            "response": self.response()?,
        }))
    }

    /// Returns the response that a test expects. Fields that the plugin left out are `null` where their presence would
    /// be another decision. Referral data that is JSON is written as such, so that it can be read.
    fn response(&self) -> serde_json::Result<Value> {
        if self.effect == "denied" {
            return Ok(json!({"deny": true, "deny_reason": self.response.deny_reason}));
        }
        let mut expected = Map::new();
        let mut response = serde_json::to_value(&self.response)?;
        if let Some(written) = response.get_mut("referral_data")
            && let Some(data) = self.response.referral_data.as_deref()
            && let Ok(data @ (Value::Object(_) | Value::Array(_))) = serde_json::from_slice(data)
        {
            *written = data;
        }
        for field in CHANGES {
            let mut value = response.get(field).cloned();
            if let Some(value) = &mut value {
                bare_backends(value);
            }
            let is_left_out = field == "referral_data" && self.lacks_referral_data;
            if value.is_some() || self.effect == "changed" && !is_left_out {
                expected.insert(field.to_owned(), value.unwrap_or_default());
            }
        }
        Ok(expected.into())
    }
}

/// Removes the weight and the facts that a plugin probably did not write.
fn bare_backends(value: &mut Value) {
    match value {
        Value::Array(backends) => backends.iter_mut().for_each(bare_backends),
        Value::Object(backend) => backend.retain(|name, value| match &**name {
            "weight" => *value != 0,
            "meta" => value.as_object().is_none_or(|facts| !facts.is_empty()),
            _ => true,
        }),
        _ => {}
    }
}

/// Returns `wanted` as a merge patch (RFC 7396) of `base`: complete, with `null` for the fields of `base` that it lacks.
fn patch(base: &Value, wanted: &Value) -> Value {
    let (Value::Object(base), Value::Object(wanted)) = (base, wanted) else {
        return wanted.clone();
    };
    let absent = base.keys().filter(|name| !wanted.contains_key(*name));
    let absent = absent.map(|name| (name.clone(), Value::Null));
    let present = wanted.iter().map(|(name, value)| {
        let below = base.get(name).unwrap_or(&Value::Null);
        (name.clone(), patch(below, value))
    });
    absent.chain(present).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ReportedCase, patch};

    #[test]
    fn a_patch_removes_what_the_default_has_more() {
        let base = json!({"a": 1, "event": {"name": "x", "uuid": "y"}, "list": [1]});
        let wanted = json!({"event": {"name": "z", "more": {"b": 1}}, "list": []});
        let expected =
            json!({"a": null, "event": {"name": "z", "uuid": null, "more": {"b": 1}}, "list": []});
        assert_eq!(patch(&base, &wanted), expected);
    }

    #[test]
    fn absent_parts_are_expected_to_be_absent() {
        let response = |effect: &str, response| {
            let case = json!({
                "effect": effect, "calls": 1, "lacks_referral_data": false,
                "request": {}, "response": response,
            });
            let case: ReportedCase = serde_json::from_value(case).unwrap();
            case.response().unwrap()
        };
        let backend = json!({"host": "a", "port": 1, "weight": 0, "meta": {}});
        assert_eq!(
            response("changed", json!({"deny": false, "backend": backend})),
            json!({
                "candidates": null, "selected_index": null,
                "backend": {"host": "a", "port": 1}, "referral_data": null,
            })
        );
        let data = |base64: &str| response("unchanged", json!({"referral_data": base64}));
        assert_eq!(data("eyJhIjpbMV19"), json!({"referral_data": {"a": [1]}}));
        assert_eq!(data("aGk="), json!({"referral_data": "aGk="}));
        assert_eq!(response("unchanged", json!({"deny": false})), json!({}));
        assert_eq!(
            response("denied", json!({"deny": true})),
            json!({"deny": true, "deny_reason": null})
        );
    }
}
