//! Programs in Python: compiled, and run if the tests' Python has what they need.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use hyrouter_testing::target;

use super::page::check_all;
use super::server::Server;
use crate::support::folder;

#[test]
fn a_server_answers() {
    let Some((python, has_grpc)) = python() else {
        eprintln!("skipped: there is no Python on this machine");
        return;
    };
    check_all("python grpc", |block| {
        let folder = folder().file("server.py", &block.text);
        let script = folder.path("server.py");
        let compile = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')";
        let ran = Command::new(&python)
            .args(["-c", compile])
            .arg(&script)
            .output()
            .map_err(|error| error.to_string())?;
        if !ran.status.success() {
            return Err(String::from_utf8_lossy(&ran.stderr).into_owned());
        }
        if !has_grpc {
            eprintln!(
                "{}: compiled and not run, there is no grpcio",
                block.place()
            );
            return Ok(());
        }
        let address = format!("unix:{}", folder.path("plugin.sock").display());
        let mut program = Command::new(&python);
        Server::start(program.arg(&script).arg(address))?.does_what_the_pages_say()
    });
}

/// The Python of `cargo xtask test` if it is there, else any; and whether it has grpcio.
fn python() -> Option<(PathBuf, bool)> {
    let works = |python: &PathBuf, statement| {
        let mut command = Command::new(python);
        command.args(["-c", statement]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let all = [target().join("interop-venv/bin/python"), "python3".into()];
    let python = all.into_iter().find(|python| works(python, "pass"))?;
    let has_grpc = works(&python, "import grpc");
    Some((python, has_grpc))
}
