//! `hyrouter packet`: packets as JSON lines.

use std::io::{self, BufRead as _, BufWriter, Write as _};
use std::process::ExitCode;

use hyrouter_protocol::json;
use hyrouter_text::shown_json;

use crate::cli::{PacketArgs, PacketCommand};
use crate::exit;

pub(crate) fn run(args: &PacketArgs) -> anyhow::Result<ExitCode> {
    let translate = match args.command {
        PacketCommand::Decode => json::decode_line,
        PacketCommand::Encode => json::encode_line,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        // Lossy: bad UTF-8 then fails as bad JSON, on this line alone.
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        if writeln!(out, "{}", shown_json(&translate(&line))).is_err() {
            break;
        }
    }
    let _ = out.flush();
    Ok(exit::OK)
}
