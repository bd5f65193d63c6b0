//! The request that a plugin is called with.

use anyhow::{Context as _, bail, ensure};
use hyrouter_files::read_text_input;
use hyrouter_plugin_api::ConnectRequest;
use hyrouter_plugin_conformance::example_request;
use serde_json::{Map, Value};

use crate::cli::RequestArgs;
use hyrouter_app::HostName;

/// Maximum size of a request file, in bytes.
const MAX_LEN: usize = 16 << 20;

pub(crate) fn read(args: &RequestArgs) -> anyhow::Result<ConnectRequest> {
    let mut request = match &args.request {
        None => example_request(),
        Some(file) => {
            let text = read_text_input(file, MAX_LEN)?;
            serde_json::from_str(&text)
                .with_context(|| format!("{} is not a request", file.display()))?
        }
    };
    let event = &mut request.event;
    let texts = [
        (&mut event.username, args.username.clone()),
        (&mut event.language, args.language.clone()),
        (&mut event.uuid, args.uuid.map(|uuid| uuid.to_string())),
    ];
    for (field, given) in texts {
        if given.is_some() {
            *field = given;
        }
    }
    if let Some(host) = args.sni.as_ref().map(HostName::sent) {
        host.clone_into(&mut event.sni);
    }
    for (path, value) in &args.set {
        request = with(&request, path, value).with_context(|| format!("--set {path}"))?;
    }
    Ok(request)
}

/// Returns the request with another value at a path. A value that is not JSON, or JSON of the wrong type, becomes text.
fn with(request: &ConnectRequest, path: &str, value: &str) -> anyhow::Result<ConnectRequest> {
    let text = Value::String(value.to_owned());
    match serde_json::from_str(value) {
        Ok(json) => {
            put(request, path, &json).or_else(|error| put(request, path, &text).map_err(|_| error))
        }
        Err(_) => put(request, path, &text),
    }
}

fn put(request: &ConnectRequest, path: &str, value: &Value) -> anyhow::Result<ConnectRequest> {
    let mut whole = serde_json::to_value(request)?;
    let place = path
        .split('.')
        .try_fold(&mut whole, |place, step| enter(place, step))?;
    let is_new = place != value;
    *place = value.clone();
    let made: ConnectRequest = serde_json::from_value(whole)?;
    // Deserialization ignores unknown names. An unchanged request means that the path does not exist.
    ensure!(
        !is_new || made != *request,
        "a request has no such field, or not with this value; --print-request prints one"
    );
    // Deserialization also replaces numbers out of range, such as a port of 70000.
    let written = serde_json::to_value(&made)?;
    let written = written.pointer(&format!("/{}", path.replace('.', "/")));
    ensure!(
        !value.is_number() || written == Some(value),
        "{value} is out of range for this field"
    );
    Ok(made)
}

fn enter<'a>(place: &'a mut Value, step: &str) -> anyhow::Result<&'a mut Value> {
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    match place {
        Value::Object(fields) => Ok(fields.entry(step).or_insert(Value::Null)),
        Value::Array(list) => {
            let len = list.len();
            let place = step.parse::<usize>().ok().and_then(|at| list.get_mut(at));
            place.with_context(|| {
                format!("{step:?} is not an index of a list of {len}; indexes start at 0")
            })
        }
        other => bail!("{other} has no field {step:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_field_is_set_by_its_path_from_json_or_text() {
        let event = |path: &str, value: &str| {
            let made = with(&example_request(), path, value).unwrap();
            serde_json::to_value(made.event).unwrap()
        };
        assert_eq!(event("event.username", "Ann")["username"], "Ann");
        assert_eq!(event("event.username", "7")["username"], "7");
        assert_eq!(event("event.protocol_build", "31")["protocol_build"], 31);
        assert_eq!(event("event.language", "null").get("language"), None);
        let source = event("event.referral_source.host", "lobby.example");
        assert_eq!(source["referral_source"]["host"], "lobby.example");
        let made = with(&example_request(), "candidates.1.meta.region", "eu").unwrap();
        assert_eq!(made.candidates[1].meta["region"], "eu");
        let made = with(&example_request(), "candidates", "[]").unwrap();
        assert!(made.candidates.is_empty());
    }

    #[test]
    fn what_a_request_does_not_have_is_refused() {
        for (path, value, told) in [
            ("event.usrname", "Ann", "a request has no such field"),
            ("username", "Ann", "a request has no such field"),
            ("candidates.2.port", "1", "not an index of a list of 2"),
            ("event.sni.host", "a", "has no field \"host\""),
            ("event.client_type", "game", "invalid type: string"),
            ("candidates.0.port", "70000", "70000"),
        ] {
            let error = with(&example_request(), path, value)
                .unwrap_err()
                .to_string();
            assert!(error.contains(told), "{path}: {error}");
        }
    }
}
