//! The request of a case: the example request with changes.

use hyrouter_plugin_api::ConnectRequest;
use serde_json::{Map, Value};

use super::error::CaseProblem;
use super::expectation::unknown_key;
use crate::requests::{example_request, full, select};

/// Merges changes into the example request (RFC 7396). If they name candidates or an index without a backend, the backend
/// is the selected candidate, as in the requests of the router.
pub(super) fn merge(changes: Map<String, Value>) -> Result<ConnectRequest, CaseProblem> {
    let has = |key| changes.contains_key(key);
    let (has_list, has_index, has_backend) =
        (has("candidates"), has("selected_index"), has("backend"));
    let changes = Value::Object(changes);
    let mut json = serde_json::to_value(example_request()).unwrap_or_default();
    patch(&mut json, &changes);
    let mut request: ConnectRequest =
        serde_json::from_value(json.clone()).map_err(|error| CaseProblem::new("request", error))?;
    // Deserialization ignores unknown keys and replaces numbers out of range. A comparison shows both.
    let read = serde_json::to_value(&request).unwrap_or_default();
    let every = serde_json::to_value(full()).unwrap_or_default();
    compare("request", &changes, Some(&read), Some(&every))?;
    if (has_list || has_index) && !has_backend {
        let index = request.selected_index.unwrap_or(usize::MAX);
        select(&mut request, index);
    }
    Ok(request)
}

/// Applies a JSON merge patch.
fn patch(target: &mut Value, changes: &Value) {
    let Value::Object(changes) = changes else {
        target.clone_from(changes);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, change) in changes {
        if change.is_null() {
            target.remove(name);
        } else {
            patch(target.entry(name).or_insert(Value::Null), change);
        }
    }
}

/// Finds a written value that the request does not have.
fn compare(
    path: &str,
    written: &Value,
    read: Option<&Value>,
    every: Option<&Value>,
) -> Result<(), CaseProblem> {
    match (written, read) {
        (Value::Object(written), Some(Value::Object(read))) => {
            // The keys of `meta` are the operator's.
            let is_free = path.rsplit('.').next() == Some("meta");
            let known = every.and_then(Value::as_object);
            for (name, value) in written {
                if !is_free && known.is_some_and(|known| !known.contains_key(name)) {
                    let known = known.into_iter().flat_map(Map::keys);
                    let known: Vec<_> = known.map(String::as_str).collect();
                    return Err(unknown_key(path, name, &known));
                }
                let every = known.and_then(|known| known.get(name));
                compare(&format!("{path}.{name}"), value, read.get(name), every)?;
            }
            Ok(())
        }
        (Value::Array(written), Some(Value::Array(read))) if written.len() == read.len() => {
            let every = every.and_then(|every| every.get(0));
            for (at, (written, read)) in written.iter().zip(read).enumerate() {
                compare(&format!("{path}[{at}]"), written, Some(read), every)?;
            }
            Ok(())
        }
        (Value::Null, _) => Ok(()),
        (written, Some(read)) if written == read => Ok(()),
        (written, _) => Err(CaseProblem::new(
            path,
            format_args!("{written} is not a value of this field"),
        )),
    }
}
