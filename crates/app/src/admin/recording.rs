//! Recordings of plugins over HTTP.

use std::time::Duration;

use hyrouter_admin::{CommandError, RecordingCommand};
use hyrouter_plugins::{
    Chain, PrivateField, RecordedCase, RecordingEnd, RecordingError, RecordingOptions,
    RecordingReport,
};
use serde_json::{Value, json};

pub(super) fn start(
    chain: &Chain,
    plugin: &str,
    command: RecordingCommand,
) -> Result<(), CommandError> {
    let started = chain.start_recording(plugin, &options(command)?);
    started.map_err(|error| refusal(&error))
}

/// Returns the response with the state of a recording.
pub(super) fn state(
    report: Result<RecordingReport, RecordingError>,
) -> Result<Value, CommandError> {
    report
        .map(|report| json(&report))
        .map_err(|error| refusal(&error))
}

/// Returns the options of a command, or all its mistakes.
fn options(command: RecordingCommand) -> Result<RecordingOptions, CommandError> {
    let mut mistakes = Vec::new();
    let RecordingCommand {
        cases,
        seconds,
        keep,
    } = command;
    let most = RecordingOptions::MAX_CASES;
    if !(1..=most).contains(&cases) {
        mistakes.push(format!("cases: {cases}, allowed: 1 to {most}"));
    }
    let longest = RecordingOptions::MAX_DURATION.as_secs();
    if !(1..=longest).contains(&seconds) {
        mistakes.push(format!("seconds: {seconds}, allowed: 1 to {longest}"));
    }
    let mut kept = Vec::new();
    for name in keep {
        if let Some(field) = PrivateField::from_name(&name) {
            kept.push(field);
        } else {
            let known = PrivateField::ALL.map(PrivateField::as_str).join(", ");
            mistakes.push(format!("keep: {name:?}, allowed: {known}"));
        }
    }
    if !mistakes.is_empty() {
        return Err(CommandError::Invalid {
            message: "the options of the recording are invalid".to_owned(),
            mistakes,
        });
    }
    Ok(RecordingOptions {
        cases,
        duration: Duration::from_secs(seconds),
        kept,
    })
}

fn refusal(error: &RecordingError) -> CommandError {
    let message = error.to_string();
    match error {
        RecordingError::Running { .. } => CommandError::failed(message),
        _ => CommandError::Unknown(message),
    }
}

fn json(report: &RecordingReport) -> Value {
    json!({
        "end": report.end.map(RecordingEnd::as_str),
        "calls": report.calls,
        "failed": report.failed,
        "omitted": report.omitted,
        "cases": report.cases.iter().map(case).collect::<Vec<_>>(),
    })
}

fn case(case: &RecordedCase) -> Value {
    json!({
        "effect": case.effect,
        "calls": case.calls,
        "lacks_referral_data": case.lacks_referral_data,
        "request": case.request,
        "response": case.response,
    })
}
