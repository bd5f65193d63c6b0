//! Shell completions and manual pages of the command line.

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
    clap_mangen::Man::new(command.clone())
        .title(name)
        .render(&mut page)?;
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
