//! Shell completions and manual pages of the command line.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};

use crate::cli::{self, Cli};
use crate::exit;

/// Prints a completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hyrouter", &mut script);
    cli::print(String::from_utf8_lossy(&script).trim_end())?;
    Ok(exit::OK)
}

/// Writes a manual page for `hyrouter` and each of its commands.
pub(crate) fn manual(folder: &Path) -> anyhow::Result<ExitCode> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut command = Cli::command();
    command.build();
    pages(&command, "hyrouter", folder)?;
    Ok(exit::OK)
}

fn pages(command: &Command, name: &str, folder: &Path) -> anyhow::Result<()> {
    let mut page = Vec::new();
    // clap_mangen would put the text below the options into one section with the name EXTRA.
    let without_text = command.clone().after_help(None::<&str>);
    clap_mangen::Man::new(without_text)
        .title(name)
        .render(&mut page)?;
    if let Some(text) = command.get_after_help() {
        page.extend(sections(&text.to_string()).bytes());
    }
    let file = folder.join(format!("{name}.1"));
    fs::write(&file, page).with_context(|| format!("writing {}", file.display()))?;
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    for below in below.filter(|below| below.get_name() != "help") {
        pages(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(())
}

/// Returns the paragraphs of a text as sections of a manual page. A paragraph is `Title:` and its lines.
fn sections(text: &str) -> String {
    let mut page = String::new();
    for paragraph in text.split("\n\n") {
        let (title, lines) = paragraph.split_once(':').unwrap_or(("Notes", paragraph));
        // `.nf` keeps the columns of the lines. A hyphen without a backslash becomes a dash that cannot be copied.
        let _ = writeln!(page, ".SH {}\n.nf", title.to_uppercase());
        for line in lines.trim_start_matches('\n').lines() {
            let line = line.strip_prefix("  ").unwrap_or(line.trim_start());
            let _ = writeln!(page, "{}", line.replace('\\', "\\\\").replace('-', "\\-"));
        }
        page.push_str(".fi\n");
    }
    page
}
