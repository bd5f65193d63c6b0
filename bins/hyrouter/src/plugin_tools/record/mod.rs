//! `hyrouter plugin record`: test cases from the calls of a running router.

mod case;
mod report;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use hyper::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use self::case::ReportedCase;
use self::report::{as_json, show};
use crate::admin_client::{AdminClient, percent_encoded};
use crate::cli::{self, RecordArgs, print_json};
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
            let state = client.without_body(Method::GET, &path).await?;
            if state.get("end").is_some_and(|end| !end.is_null()) {
                return anyhow::Ok(());
            }
        }
    };
    tokio::select! {
        ended = end => ended?,
        pressed = tokio::signal::ctrl_c() => pressed.context("waiting for Ctrl-C")?,
    }
    let report = client.without_body(Method::DELETE, &path).await?;
    serde_json::from_value(report).context("reading the recording of the router")
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
