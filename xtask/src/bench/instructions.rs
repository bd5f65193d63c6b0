//! Instructions per exchange, which are reproducible where times are not.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::process::{ServerProcess, Subject, load};
use super::whole::CONFIG;
use crate::sh::{cmd, say, target, works};

/// Measures the difference of two runs, which leaves out start and end.
const FEW: u64 = 100;
const MANY: u64 = 400;

pub(crate) fn per_exchange() -> anyhow::Result<String> {
    if !works(cmd("valgrind").arg("--version")) {
        return Ok("Instructions: left out, valgrind is not installed.\n".to_owned());
    }
    let mut counts = Vec::new();
    for subject in Subject::ALL {
        let few = count(subject, FEW)?;
        let many = count(subject, MANY)?;
        let each = (many - few) as f64 / (MANY - FEW) as f64;
        say(&format!(
            "{}: {each:.0} instructions an exchange",
            subject.name()
        ));
        counts.push((subject, each));
    }
    let floor = counts.first().map_or(f64::NAN, |(_, each)| *each);
    let mut table = "Instructions an exchange, counted by callgrind (no SHA or AVX-512 instructions there, so that \
        cryptography weighs more than on a real core):\n\n| server | instructions | ratio to the floor |\n|---|---|---|\n"
        .to_owned();
    for (subject, each) in counts {
        writeln!(
            table,
            "| {} | {each:.0} | {:.3} |",
            subject.name(),
            each / floor
        )?;
    }
    Ok(table)
}

/// Returns the instructions of a server that starts, serves this number of exchanges, and ends.
fn count(subject: Subject, exchanges: u64) -> anyhow::Result<u64> {
    let out = target().join(format!(
        "callgrind.{}.{exchanges}.out",
        subject.name().replace([' ', ','], "-")
    ));
    let out_argument = format!("--callgrind-out-file={}", out.display());
    let wrapper = ["valgrind", "--tool=callgrind", out_argument.as_str()];
    let server = ServerProcess::start(subject, &wrapper, CONFIG)?;
    let report = load(
        &server,
        &[],
        &[
            "--connections",
            &exchanges.to_string(),
            "--concurrency",
            "4",
        ],
    )?;
    ensure!(
        report.get("failed").and_then(Value::as_u64) == Some(0),
        "lost exchanges: {report}"
    );
    server.end()?;
    let text = fs::read_to_string(&out).with_context(|| format!("reading {}", out.display()))?;
    let totals = text.lines().find_map(|line| {
        line.strip_prefix("totals: ")
            .or_else(|| line.strip_prefix("summary: "))
    });
    totals
        .context("no totals in the profile")?
        .trim()
        .parse()
        .context("totals")
}
