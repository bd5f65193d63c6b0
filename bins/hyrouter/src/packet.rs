//! `hyrouter packet`: packets as JSON lines.

use std::io::{self, BufRead as _, BufWriter, Write as _};
use std::process::ExitCode;

use hyrouter_protocol::json;
use hyrouter_text::shown_json;
use serde::Deserialize;

use crate::cli::{PacketArgs, PacketCommand, Unwritten};
use crate::exit;

/// The part of a translated line that decides the exit code.
#[derive(Deserialize)]
struct Answered {
    ok: bool,
}

/// Translates each line. A wrong line does not end the run, but changes the exit code.
pub(crate) fn run(args: &PacketArgs) -> anyhow::Result<ExitCode> {
    let translate = match args.command {
        PacketCommand::Decode => json::decode_line,
        PacketCommand::Encode => json::encode_line,
    };
    let mut all_right = true;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        // Invalid UTF-8 becomes invalid JSON, so that it fails this line and not the whole run.
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        let answer = translate(&line);
        let answered: Answered = serde_json::from_str(&answer)?;
        all_right &= answered.ok;
        writeln!(out, "{}", shown_json(&answer)).map_err(Unwritten)?;
    }
    out.flush().map_err(Unwritten)?;
    Ok(if all_right { exit::OK } else { exit::FAILED })
}
