//! The file of a case.

use serde_json::{Map, Value};

use super::PluginCase;
use super::error::CaseProblem;
use super::expectation::{Expectation, ExpectedEffect, ExpectedError, check_keys, check_response};
use super::request;
use crate::suite_request::SuiteRequest;

/// Names of the keys of a case.
const KEYS: [&str; 6] = [
    "description",
    "config",
    "request",
    "response",
    "effect",
    "error",
];

/// Reads the text of a file.
pub(super) fn parse(name: &str, text: &str) -> Result<PluginCase, CaseProblem> {
    let json: Value = serde_json::from_str(text)
        .map_err(|error| CaseProblem::new("", format_args!("not JSON: {error}")))?;
    let Value::Object(mut case) = json else {
        return Err(CaseProblem::new("", "not an object; a case is an object"));
    };
    check_keys("", &case, &KEYS)?;
    let description = text_of(&case, "description")?
        .unwrap_or_default()
        .to_owned();
    let effect = choice(&case, "effect", ExpectedEffect::ALL, ExpectedEffect::as_str)?;
    let error = choice(&case, "error", ExpectedError::all(), ExpectedError::as_str)?;
    let response = object(&mut case, "response")?;
    if let Some(response) = &response {
        check_response(response)?;
    }
    match (&response, effect, error) {
        (None, None, None) => {
            let problem = "expects nothing; add `response`, `effect` or `error`";
            return Err(CaseProblem::new("", problem));
        }
        (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            let problem = "a call that fails has no `response` and no `effect`; remove one of them";
            return Err(CaseProblem::new("error", problem));
        }
        _ => {}
    }
    let request = request::merge(object(&mut case, "request")?.unwrap_or_default())?;
    Ok(PluginCase {
        name: name.to_owned(),
        description,
        config: case.remove("config").filter(|config| !config.is_null()),
        question: SuiteRequest::new("", request),
        expectation: Expectation {
            response: response.map(Value::Object),
            effect,
            error,
        },
    })
}

fn text_of<'a>(case: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, CaseProblem> {
    match case.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(CaseProblem::new(key, format_args!("{other} is not a text"))),
    }
}

fn choice<T: Copy>(
    case: &Map<String, Value>,
    key: &str,
    all: impl IntoIterator<Item = T>,
    name: impl Fn(T) -> &'static str,
) -> Result<Option<T>, CaseProblem> {
    let Some(text) = text_of(case, key)? else {
        return Ok(None);
    };
    let mut names = Vec::new();
    for value in all {
        if name(value) == text {
            return Ok(Some(value));
        }
        names.push(name(value));
    }
    let problem = format!("{text:?} is unknown, allowed: {}", names.join(", "));
    Err(CaseProblem::new(key, problem))
}

fn object(
    case: &mut Map<String, Value>,
    key: &str,
) -> Result<Option<Map<String, Value>>, CaseProblem> {
    match case.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(other) => Err(CaseProblem::new(
            key,
            format_args!("{other} is not an object"),
        )),
    }
}
