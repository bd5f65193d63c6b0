//! Command lines.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use regex::Regex;

use super::go;
use super::page::{check_all, pages, prose, root};
use super::workshop::workshop;
use crate::support::{Folder, Ran, folder};

#[test]
fn commands_are_there() {
    check_all("console", |block| {
        let mut lines = block
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("$ "));
        let first = lines.next().ok_or("no line begins with `$ `")?;
        is_there(first)?;
        lines.try_for_each(is_there)
    });
}

#[test]
fn commands_in_running_text_are_there() {
    let mut count = 0;
    let mut faults = Vec::new();
    for page in pages() {
        for (number, line) in prose(&page) {
            let spans = line.split('`').skip(1).step_by(2);
            let commands = spans.filter(|span| {
                ["hyrouter ", "cargo xtask "]
                    .iter()
                    .any(|p| span.starts_with(p))
            });
            for command in commands {
                count += 1;
                let fault = is_there(command).err();
                faults.extend(fault.map(|fault| format!("{page}:{number}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(count > 10, "{count}");
}

#[test]
fn commands_print_what_is_shown() {
    let workshop = workshop();
    check_all("console run", |block| {
        let runs = block
            .text
            .strip_prefix("$ ")
            .ok_or("its first line is no command")?;
        for run in runs.split("\n$ ") {
            let (command, shown) = run.split_once('\n').unwrap_or((run, ""));
            let ran = shell(&workshop, command);
            let printed = ran.stdout + &ran.stderr;
            if without_numbers(printed.trim_end()) != without_numbers(shown.trim_end()) {
                return Err(format!("{command} prints\n{printed}"));
            }
        }
        Ok(())
    });
}

/// Puts `#` for each number with its unit of time: times, counts and ports differ from run to run.
pub(crate) fn without_numbers(text: &str) -> String {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[0-9]+(\.[0-9]+)*( ?(ns|µs|ms|s)(?-u:\b))?").unwrap());
    NUMBER.replace_all(text, "#").into_owned()
}

#[test]
fn numbers_are_left_out_and_nothing_else() {
    for (text, normal) in [
        ("took 1.5ms.", "took #."),
        ("10.0.0.8:5520, 20 calls", "#:#, # calls"),
        ("p99.9 177.3µs, 3 s", "p# #, #"),
        ("2seconds", "#seconds"),
        ("g2 of 3.", "g# of #."),
    ] {
        assert_eq!(without_numbers(text), normal);
    }
}

/// Checks that a command line is valid.
fn is_there(line: &str) -> Result<(), String> {
    let command = line.split(" #").next().unwrap_or(line).trim();
    let of_router = command
        .strip_prefix("cargo run -p hyrouter")
        .map(|rest| rest.strip_prefix(" --").unwrap_or(rest))
        .or_else(|| command.strip_prefix("hyrouter"));
    if let Some(arguments) = of_router {
        // All before `--help` is read, and nothing is done.
        let ran = shell(&folder(), &format!("hyrouter{arguments} --help"));
        return match ran.code {
            Some(0) => Ok(()),
            _ => Err(format!("{command}: {}", ran.stderr)),
        };
    }
    if let Some(task) = command.strip_prefix("cargo xtask ") {
        return is_task(task.split(' ').next().unwrap_or(task));
    }
    // Run by the test of the program that it builds.
    (command == go::BUILD)
        .then_some(())
        .ok_or_else(|| format!("{command}: nothing tries it"))
}

/// Checks that xtask has this task. Reads its source, since the binary can be older.
fn is_task(task: &str) -> Result<(), String> {
    let source = std::fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
    let mut variants = source.lines().filter_map(|line| {
        let variant = line.strip_prefix("        Command::")?;
        variant.split(|c: char| !c.is_alphanumeric()).next()
    });
    // `PluginWasm` is `plugin-wasm`.
    let wanted = task.replace('-', "");
    variants
        .any(|variant| variant.eq_ignore_ascii_case(&wanted))
        .then_some(())
        .ok_or_else(|| format!("cargo xtask {task}: there is no such task"))
}

/// Runs a line in a shell that finds `hyrouter`, with nothing of this process's environment that could configure it.
fn shell(folder: &Folder, line: &str) -> Ran {
    let program = Path::new(env!("CARGO_BIN_EXE_hyrouter"));
    let mut paths = vec![program.parent().unwrap().to_owned()];
    paths.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(folder.path("."))
        .env("PATH", std::env::join_paths(paths).unwrap())
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HYROUTER_") {
            command.env_remove(name);
        }
    }
    Ran::from(command.output().unwrap())
}

#[test]
fn a_command_that_nobody_takes_is_found() {
    for command in [
        "hyrouter chekc",
        "hyrouter plugin call --wsam x",
        "cargo run -p hyrouter -- probe --no-such-flag",
        "cargo xtask plugin",
        "cargo xtask plugin-wasm-go",
        "rm -rf nothing",
    ] {
        assert!(is_there(command).is_err(), "{command}");
    }
    for command in [
        "hyrouter",
        "hyrouter check --config config.yaml",
        "cargo run -p hyrouter      # a router that answers",
        "cargo xtask plugin-wasm    # builds them",
    ] {
        assert_eq!(is_there(command), Ok(()));
    }
}
