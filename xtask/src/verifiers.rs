//! The verifiers of envelopes for other languages, `examples/verify-java` and `examples/verify-go`, and the vectors
//! that they share with the crate.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::go;
use crate::peers::left_out;
use crate::sh::{self, cmd, root, target, works};

const VECTORS: &str = "crates/referral/tests/vectors.json";
const JAVA: &str = "examples/verify-java";
const GO: &str = "examples/verify-go";

/// Compiles both verifiers, each if its compiler is installed.
pub(crate) fn set_up() -> anyhow::Result<()> {
    fs::create_dir_all(target().join("peers"))?;
    if has_java() {
        compile_java()?;
    } else {
        left_out(
            "no JDK 17 or newer (javac and java) is installed; the verifier in Java is skipped",
        )?;
    }
    match go::is_there() {
        Ok(()) => compile_go(),
        Err(missing) => left_out(&format!("{missing}; the verifier in Go is skipped")),
    }
}

/// Runs the vectors with each compiled verifier.
pub(crate) fn run() -> anyhow::Result<()> {
    let vectors = root().join(VECTORS);
    if has_java() {
        sh::run(
            cmd("java")
                .arg("-cp")
                .arg(java())
                .args(["Verify", "vectors"])
                .arg(&vectors),
        )?;
    }
    if go::is_there().is_ok() {
        sh::run(go_here("vet").arg("./..."))?;
        // Go remembers results and does not see that a file outside of the module has changed.
        sh::run(go_here("test").args(["-count=1", "."]))?;
        sh::run(cmd(go()).arg("vectors").arg(&vectors))?;
    }
    Ok(())
}

/// Returns the folder of classes.
fn java() -> PathBuf {
    target().join("peers/verify-java")
}

/// Returns the path of the program.
fn go() -> PathBuf {
    target().join("peers/verify-go")
}

fn has_java() -> bool {
    works(cmd("javac").arg("-version")) && works(cmd("java").arg("-version"))
}

fn compile_java() -> anyhow::Result<()> {
    let sources = root().join(JAVA);
    sh::run(
        cmd("javac")
            // The Java version of current servers, independent of the compiler's.
            .args(["--release", "17", "-encoding", "UTF-8"])
            .args(["-Xlint:all", "-Werror", "-d"])
            .arg(java())
            .arg(sources.join("HyrouterEnvelope.java"))
            .arg(sources.join("Verify.java")),
    )
}

fn compile_go() -> anyhow::Result<()> {
    sh::run(
        go_here("build")
            .args(["-trimpath", "-buildvcs=false", "-o"])
            .arg(go())
            .arg("."),
    )
}

/// Returns a command of Go in the folder of the verifier.
fn go_here(command: &str) -> Command {
    let mut go = go::go();
    go.current_dir(root().join(GO)).arg(command);
    go
}
