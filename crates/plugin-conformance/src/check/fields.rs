//! Requests with all fields, without some, and with more.

use hyrouter_plugin_api::PluginError;
use serde_json::{Value, json};

use super::place::UnknownPlace;
use crate::check_run::CheckRun;
use crate::requests;
use crate::rules::UNKNOWN;
use crate::suite_request::SuiteRequest;

pub(super) async fn every_field(run: &mut CheckRun<'_>) {
    run.ask(&SuiteRequest::new("", requests::full())).await;
}

pub(super) async fn absent_fields(run: &mut CheckRun<'_>) {
    run.ask(&SuiteRequest::new("", requests::bare())).await;
}

pub(super) async fn null_fields(run: &mut CheckRun<'_>) {
    let bare = SuiteRequest::new("without the fields", requests::bare());
    let full = serde_json::to_value(requests::full()).unwrap_or_default();
    let mut nulls = bare.edited(|json| {
        add_nulls(json, &full, &["event", "referral_data", "referral_content"]);
        let event = full.get("event").unwrap_or(&Value::Null);
        if let Some(json) = json.get_mut("event") {
            let names = event.as_object().into_iter().flat_map(|event| event.keys());
            let names: Vec<_> = names.map(String::as_str).collect();
            add_nulls(json, event, &names);
        }
        for pointer in ["/candidates/0/meta", "/backend/meta"] {
            if let Some(meta) = json.pointer_mut(pointer) {
                *meta = Value::Null;
            }
        }
    });
    "null in place of absent fields and of meta".clone_into(&mut nulls.name);
    run.ask_same(&bare, &nulls).await;
    if run.has_failed() {
        return;
    }
    let mut empty = requests::without_candidates();
    empty.event = requests::bare().event;
    let empty = SuiteRequest::new("an empty list of candidates", empty);
    let mut nulls = empty.edited(|json| {
        if let Some(candidates) = json.get_mut("candidates") {
            *candidates = Value::Null;
        }
    });
    "null in place of the list of candidates".clone_into(&mut nulls.name);
    run.ask_same(&empty, &nulls).await;
}

/// Adds fields that are absent, as null.
fn add_nulls(json: &mut Value, full: &Value, names: &[&str]) {
    if let (Value::Object(json), Value::Object(full)) = (json, full) {
        for name in names {
            if full.contains_key(*name) {
                json.entry(*name).or_insert(Value::Null);
            }
        }
    }
}

pub(super) async fn unknown_fields(run: &mut CheckRun<'_>, place: UnknownPlace) {
    let full = SuiteRequest::new("without them", requests::full());
    let mut more = full.edited(|json| {
        if let Some(Value::Object(object)) = json.pointer_mut(place.pointer()) {
            let added = [
                ("text", json!("deny")),
                ("number", json!(7.5)),
                ("null", Value::Null),
                ("list", json!([1, "two", { "three": [] }])),
                (
                    "object",
                    json!({ "deny": true, "host": "x", "username": "deny" }),
                ),
            ];
            object.extend(added.map(|(name, value)| (format!("{UNKNOWN}{name}"), value)));
        }
    });
    "with them".clone_into(&mut more.name);
    run.ask_same(&full, &more).await;
}

pub(super) async fn no_candidates(run: &mut CheckRun<'_>) {
    for name in requests::PLAYERS {
        let mut request = requests::without_candidates();
        requests::rename(&mut request, name);
        run.ask(&SuiteRequest::new(format!("player {name}"), request))
            .await;
        if run.has_failed() {
            return;
        }
    }
}

pub(super) async fn many_candidates(run: &mut CheckRun<'_>) {
    run.ask(&SuiteRequest::new("", requests::large(32, 2)))
        .await;
}

/// Asks with larger and larger requests. A guest can need more fuel or memory for them than its operator allows, so a
/// trap is a warning, with the largest request that was answered.
pub(super) async fn biggest_request(run: &mut CheckRun<'_>) {
    let sizes = [64, 128, 256, 512, requests::MOST_CANDIDATES].into_iter();
    let requests = sizes.map(|size| requests::large(size, 2));
    let mut answered = 32;
    for request in requests.chain([requests::largest()]) {
        let question = SuiteRequest::new("", request);
        let (count, kilobytes) = (
            question.request.candidates.len(),
            question.json.len() / 1000,
        );
        let asked = run.asker.ask(&question).await;
        if let Err(error @ PluginError::Trap { .. }) = &asked.answer {
            run.warn(format!(
                "answers {answered} candidates; {count} candidates in {kilobytes} KB: {error}"
            ));
            let remedy = "a pool of this size needs a larger `wasm.fuel` or `wasm.max_memory`";
            run.notes.push(remedy.to_owned());
            return;
        }
        let name = format!("{count} candidates in {kilobytes} KB");
        if run.judge(&question, &name, asked).is_none() {
            return;
        }
        answered = count;
    }
}
