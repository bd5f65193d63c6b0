//! `hyrouter plugin record`: test cases from the calls of a running router.

mod case;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use self::case::ReportedCase;
use crate::admin_client::AdminClient;
use crate::cli::{self, RecordArgs, print_json, print_line};
use crate::{commands, exit};

/// Interval between requests for the state of the recording.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Effects, which the names of files begin with.
const EFFECTS: [&str; 3] = ["changed", "denied", "unchanged"];

/// State of a recording, as the router reports it.
#[derive(Deserialize)]
struct Report {
    end: Option<String>,
    calls: u64,
    failed: u64,
    omitted: u64,
    cases: Vec<ReportedCase>,
}

/// A written case.
struct CaseFile {
    name: String,
    effect: String,
    calls: u64,
}

pub(super) async fn run(args: &RecordArgs) -> anyhow::Result<ExitCode> {
    prepare(&args.out)?;
    let client = match commands::client(&args.admin) {
        Ok(client) => client?,
        Err(code) => return Ok(code),
    };
    let report = record(&client, args).await?;
    let files = write(&args.out, &args.name, &report.cases)?;
    if args.admin.json {
        print_json(&as_json(args, &report, &files))?;
    } else {
        show(args, &report, &files)?;
    }
    ensure!(
        !files.is_empty(),
        "no call of plugin {:?} was recorded; cases are made while players connect",
        args.name
    );
    Ok(exit::OK)
}

/// Creates the folder. Existing cases may have been edited, so they are not replaced.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("creating {shown}"))?;
    for entry in fs::read_dir(folder).with_context(|| format!("reading {shown}"))? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let mut effects = EFFECTS.iter();
        ensure!(
            !name.ends_with(".json")
                || !effects.any(|effect| name.starts_with(&format!("{effect}-"))),
            "{shown} already has recorded cases, such as {name}; name another folder"
        );
    }
    Ok(())
}

/// Records until the router ends the recording, or until Ctrl-C.
async fn record(client: &AdminClient, args: &RecordArgs) -> anyhow::Result<Report> {
    let path = format!("/api/plugins/{}/recording", percent_encoded(&args.name));
    let options = json!({
        "cases": args.count,
        "seconds": args.time.as_secs(),
        "keep": args.keep,
    });
    client.post(&path, &options).await?;
    cli::note(&format!(
        "recording until {} distinct cases, or for {:?}; Ctrl-C ends it earlier",
        args.count, args.time
    ));
    let end = async {
        loop {
            sleep(ASK_EVERY).await;
            let state = client.bare(Method::GET, &path).await?;
            if state.get("end").is_some_and(|end| !end.is_null()) {
                return anyhow::Ok(());
            }
        }
    };
    tokio::select! {
        ended = end => ended?,
        pressed = tokio::signal::ctrl_c() => pressed.context("waiting for Ctrl-C")?,
    }
    let report = client.bare(Method::DELETE, &path).await?;
    serde_json::from_value(report).context("reading the recording of the router")
}

/// Encodes a name for a path (RFC 3986, section 2.1).
fn percent_encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn write(folder: &Path, plugin: &str, cases: &[ReportedCase]) -> anyhow::Result<Vec<CaseFile>> {
    let mut numbers = BTreeMap::<&str, usize>::new();
    let mut files = Vec::new();
    for case in cases {
        let effect = EFFECTS.iter().find(|effect| **effect == case.effect);
        let effect = *effect.with_context(|| format!("unknown effect {:?}", case.effect))?;
        let number = numbers.entry(effect).or_default();
        *number += 1;
        let name = format!("{effect}-{number:02}.json");
        let path = folder.join(&name);
        let text = serde_json::to_string_pretty(&case.to_file(plugin)?)?;
        let file = fs::File::create_new(&path);
        file.and_then(|mut file| file.write_all((text + "\n").as_bytes()))
            .with_context(|| format!("writing {}", path.display()))?;
        files.push(CaseFile {
            name,
            effect: effect.to_owned(),
            calls: case.calls,
        });
    }
    Ok(files)
}

fn as_json(args: &RecordArgs, report: &Report, files: &[CaseFile]) -> Value {
    let files: Vec<_> = files
        .iter()
        .map(|file| json!({"file": file.name, "effect": file.effect, "calls": file.calls}))
        .collect();
    json!({
        "plugin": args.name,
        "end": report.end,
        "calls": report.calls,
        "failed": report.failed,
        "omitted": report.omitted,
        "kept": args.keep,
        "files": files,
    })
}

fn show(args: &RecordArgs, report: &Report, files: &[CaseFile]) -> anyhow::Result<()> {
    for file in files {
        print_line(format_args!(
            "{:<20} {}",
            file.name,
            counted(file.calls, "call")
        ))?;
    }
    let end = match report.end.as_deref() {
        Some("cases") => "it has the wanted number of cases",
        Some("time") => "its time has passed",
        Some("memory") => "its cases take the maximum memory of 4 MiB",
        _ => "it was interrupted",
    };
    print_line(format_args!(
        "{} from {} in {}; the recording ended because {end}",
        counted(files.len() as u64, "case"),
        counted(report.calls, "call"),
        args.out.display()
    ))?;
    if report.failed > 0 {
        print_line(format_args!(
            "{} failed and made no case",
            counted(report.failed, "call")
        ))?;
    }
    if report.omitted > 0 {
        print_line(format_args!(
            "{} omitted: larger than 64 KiB, or at the same time as another",
            counted(report.omitted, "call")
        ))?;
    }
    if !args.keep.is_empty() {
        print_line(format_args!(
            "the cases contain data of players: {}",
            args.keep.join(", ")
        ))?;
    }
    Ok(())
}

fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
