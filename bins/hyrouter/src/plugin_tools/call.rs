//! `hyrouter plugin call`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hyrouter_plugin_api::{self as api, ConnectRequest, PluginError};
use hyrouter_plugin_wasm::CallStats;
use hyrouter_text::{shown, shown_json};
use serde_json::{Value, json};

use super::effect::Applied;
use super::target::Target;
use crate::captured_output::OutputLine;
use crate::cli::{print, print_json};
use crate::exit;
use hyrouter_app::timestamp;

type Answer = Result<(api::PluginAnswer, Option<CallStats>), PluginError>;

pub(crate) async fn run(
    target: &Target,
    request: &ConnectRequest,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let answer = target.ask(request).await;
    let took = begun.elapsed();
    let output = target.output.take();
    let applied = answer.as_ref().ok();
    let applied = applied.map(|(answer, _)| Applied::new(target, request, answer.clone()));
    if as_json {
        let mut report = describe(target, &answer, took, &output)?;
        extend(&mut report, applied.map(|applied| applied.json()));
        print_json(&report)?;
    } else {
        let mut lines = describe_text(target, &answer, took, &output)?;
        lines.extend(applied.iter().flat_map(Applied::lines));
        print(&lines.join("\n"))?;
    }
    Ok(if answer.is_ok() {
        exit::OK
    } else {
        exit::FAILED
    })
}

fn describe(
    target: &Target,
    answer: &Answer,
    took: Duration,
    output: &[OutputLine],
) -> anyhow::Result<Value> {
    let lines: Vec<_> = output
        .iter()
        .map(|(level, line)| json!({"level": level, "line": line}))
        .collect();
    let mut report = json!({
        "plugin": target.name,
        "load_us": target.load_time.map(micros),
        "took_us": micros(took),
        "output": lines,
    });
    let more = match answer {
        Ok((answer, stats)) => json!({
            "response": serde_json::to_value(&answer.response)?,
            "guest_us": stats.map(|stats| micros(stats.elapsed)),
            "fuel": stats.map(|stats| stats.fuel),
            "memory": stats.map(|stats| stats.memory),
        }),
        Err(error) => json!({"error": error.code().as_str(), "message": error.to_string()}),
    };
    extend(&mut report, Some(more));
    Ok(report)
}

fn extend(report: &mut Value, more: Option<Value>) {
    if let (Value::Object(report), Some(Value::Object(more))) = (report, more) {
        report.extend(more);
    }
}

fn describe_text(
    target: &Target,
    answer: &Answer,
    took: Duration,
    output: &[OutputLine],
) -> anyhow::Result<Vec<String>> {
    let mut lines = vec![match target.load_time {
        Some(time) => format!(
            "plugin {}: loaded in {}",
            target.name,
            timestamp::span(time)
        ),
        None => format!("plugin {}", target.name),
    }];
    for (level, line) in output {
        lines.push(format!("printed ({}): {}", level, shown(line)));
    }
    match answer {
        Ok((answer, stats)) => {
            let json = serde_json::to_string(&answer.response)?;
            lines.push(format!("response: {}", shown_json(&json)));
            lines.push(format!("answered in {}", timestamp::span(took)));
            if let Some(stats) = stats {
                lines.push(format!(
                    "in the guest: {}, {} of {} units of fuel, {} KiB of memory",
                    timestamp::span(stats.elapsed),
                    stats.fuel,
                    target.fuel.unwrap_or_default(),
                    stats.memory / 1024,
                ));
            }
        }
        Err(error) => lines.push(format!("failed after {}: {error}", timestamp::span(took))),
    }
    Ok(lines)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
