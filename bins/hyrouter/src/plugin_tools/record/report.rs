//! Output of the command.

use serde_json::{Value, json};

use super::{CaseFile, Report};
use crate::cli::{RecordArgs, print_line};

pub(super) fn as_json(args: &RecordArgs, report: &Report, files: &[CaseFile]) -> Value {
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

pub(super) fn show(args: &RecordArgs, report: &Report, files: &[CaseFile]) -> anyhow::Result<()> {
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
