//! The image: its Dockerfile, what of the repository reaches it, and the files that come out.

mod dockerfile;
mod ignore;
mod image;
mod tree;

use super::read;
use crate::sh::root;
use dockerfile::{Instruction, Stage};
use ignore::Ignore;

pub(super) const DOCKERFILE: &str = "examples/docker/Dockerfile";
const IGNORE: &str = ".dockerignore";

/// The router's user in the image; the same number is in the Deployment.
pub(super) const USER: &str = "65532:65532";

pub(super) use image::run;
pub(super) use tree::has_few_libraries;

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let stages = dockerfile::parse(&read(DOCKERFILE)?);
    let stages = match stages {
        Ok(stages) => stages,
        Err(fault) => {
            faults.push(format!("{DOCKERFILE}:{fault}"));
            return Ok(());
        }
    };
    let ignore = Ignore::parse(&read(IGNORE)?);
    let manifest = read("Cargo.toml")?;
    let binary = read("bins/hyrouter/Cargo.toml")?;
    let mut found = Vec::new();
    for path in [".git", "target", "dev"] {
        if !ignore.leaves_out(path) {
            faults.push(format!("{IGNORE}: {path} has no business in the build"));
        }
    }
    sources(&stages, &ignore, &mut found);
    workspace(&stages, &manifest, &binary, &mut found);
    last_stage(&stages, &manifest, &mut found);
    faults.extend(
        found
            .into_iter()
            .map(|fault| format!("{DOCKERFILE}:{fault}")),
    );
    Ok(())
}

/// What is copied is there, and what it comes from as well.
fn sources(stages: &[Stage], ignore: &Ignore, faults: &mut Vec<String>) {
    for (number, stage) in stages.iter().enumerate() {
        let line = stage.line;
        let is_known = stages.iter().take(number).any(|s| s.name == stage.base);
        if !is_known && stage.base != "scratch" {
            match stage.base.rsplit_once(':') {
                None | Some((_, "latest")) => {
                    faults.push(format!("{line}: {} has no fixed version", stage.base));
                }
                Some(_) => {}
            }
        }
        for copy in stage.all("COPY") {
            match copy.flag("from") {
                Some(from) if !stages.iter().take(number).any(|s| s.name == from) => {
                    faults.push(format!("{}: no stage before is called {from}", copy.line));
                }
                Some(_) => {}
                None => copied(copy, ignore, faults),
            }
        }
    }
}

fn copied(copy: &Instruction, ignore: &Ignore, faults: &mut Vec<String>) {
    let words = copy.words();
    for source in words.iter().take(words.len().saturating_sub(1)) {
        if !root().join(source).exists() {
            faults.push(format!("{}: {source} is not there", copy.line));
        } else if ignore.leaves_out(source) {
            faults.push(format!("{}: {IGNORE} leaves out {source}", copy.line));
        }
    }
}

/// The build sees every member of the workspace, and has the compiler and the features that are there.
fn workspace(stages: &[Stage], manifest: &str, binary: &str, faults: &mut Vec<String>) {
    let Some(build) = stages.first() else { return };
    let copied: Vec<_> = build.all("COPY").flat_map(Instruction::words).collect();
    let members = manifest
        .lines()
        .find_map(|line| line.strip_prefix("members = ["))
        .unwrap_or_default();
    for member in members.split('"').skip(1).step_by(2) {
        let folder = member.trim_end_matches("/*");
        if !copied.iter().any(|path| path == folder) {
            faults.push(format!(
                "{}: {folder} of the workspace is not copied",
                build.line
            ));
        }
    }
    let compiler = value(manifest, "rust-version");
    if !build.base.starts_with(&format!("rust:{compiler}-")) {
        let base = &build.base;
        faults.push(format!(
            "{}: {base} is not Rust {compiler}, the rust-version of the workspace",
            build.line
        ));
    }
    let Some(cargo) = build
        .all("RUN")
        .find(|run| run.rest.contains("cargo build"))
    else {
        faults.push(format!("{}: nothing runs cargo build", build.line));
        return;
    };
    for flag in ["--locked", "--release"] {
        if !cargo.rest.contains(flag) {
            faults.push(format!("{}: cargo build without {flag}", cargo.line));
        }
    }
    let features = cargo.rest.split("--features ").nth(1).unwrap_or_default();
    let features = features.split_whitespace().next().unwrap_or_default();
    for feature in features.split(',').filter(|feature| !feature.is_empty()) {
        if !binary
            .lines()
            .any(|line| line.starts_with(&format!("{feature} = [")))
        {
            faults.push(format!(
                "{}: the binary has no feature {feature}",
                cargo.line
            ));
        }
    }
}

/// What runs: nothing but the router, as nobody.
fn last_stage(stages: &[Stage], manifest: &str, faults: &mut Vec<String>) {
    let Some(last) = stages.last() else { return };
    let wanted = [
        ("USER", USER),
        ("EXPOSE", "5520/udp"),
        ("STOPSIGNAL", "SIGTERM"),
        ("ENTRYPOINT", r#"["/usr/bin/hyrouter"]"#),
        ("CMD", r#"["--config", "/etc/hyrouter/config.yaml"]"#),
    ];
    for (word, rest) in wanted {
        let found: Vec<_> = last.all(word).map(|i| i.rest.as_str()).collect();
        if found != [rest] {
            faults.push(format!("{}: {word} is {found:?}, not {rest:?}", last.line));
        }
    }
    for word in ["RUN", "ADD", "HEALTHCHECK", "VOLUME"] {
        if let Some(found) = last.all(word).next() {
            faults.push(format!(
                "{}: {word} has no place where there is only the router",
                found.line
            ));
        }
    }
    let labels: String = last.all("LABEL").map(|label| label.rest.as_str()).collect();
    for label in ["title", "licenses", "source", "version", "revision"] {
        if !labels.contains(&format!("org.opencontainers.image.{label}=")) {
            faults.push(format!(
                "{}: no label org.opencontainers.image.{label}",
                last.line
            ));
        }
    }
    let version = format!("VERSION={}", value(manifest, "version"));
    if !last.all("ARG").any(|arg| arg.rest == version) {
        faults.push(format!("{}: no ARG {version}", last.line));
    }
}

/// A text of `[workspace.package]`.
fn value<'a>(manifest: &'a str, key: &str) -> &'a str {
    let start = format!("{key} = \"");
    manifest
        .lines()
        .find_map(|line| line.strip_prefix(&start))
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The faults of the real Dockerfile after a change to it.
    fn faults_after(from: &str, to: &str) -> Vec<String> {
        let text = read(DOCKERFILE).unwrap();
        assert!(text.contains(from), "{from}");
        let stages = dockerfile::parse(&text.replacen(from, to, 1)).unwrap();
        let ignore = Ignore::parse(&read(IGNORE).unwrap());
        let manifest = read("Cargo.toml").unwrap();
        let mut faults = Vec::new();
        sources(&stages, &ignore, &mut faults);
        workspace(&stages, &manifest, "otlp = [", &mut faults);
        last_stage(&stages, &manifest, &mut faults);
        faults
    }

    #[test]
    fn it_is_good_and_what_is_changed_is_found() {
        assert_eq!(faults_after("USER", "USER"), [""; 0]);
        for (from, to, fault) in [
            ("COPY bins bins", "COPY bin bins", "bin is not there"),
            ("COPY xtask xtask", "COPY docs docs", "leaves out docs"),
            ("COPY xtask xtask\n", "\n", "xtask of the workspace"),
            ("--from=build", "--from=builder", "called builder"),
            ("rust:1.95-", "rust:1.94-", "is not Rust 1.95"),
            ("rust:1.95-slim-bookworm", "rust", "no fixed version"),
            ("--locked ", "", "without --locked"),
            ("--features otlp", "--features oltp", "no feature oltp"),
            ("USER 65532:65532", "USER root", "USER is"),
            ("USER 65532:65532\n", "", "USER is []"),
            ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "STOPSIGNAL is"),
            ("EXPOSE 5520/udp", "EXPOSE 5520", "EXPOSE is"),
            ("WORKDIR /etc/hyrouter", "RUN true", "RUN has no place"),
            ("image.revision", "image.rev", "image.revision"),
            ("VERSION=0.1.0", "VERSION=0.0.9", "no ARG VERSION"),
        ] {
            let faults = faults_after(from, to);
            assert!(
                faults.iter().any(|found| found.contains(fault)),
                "{from} -> {to}: {faults:?}"
            );
        }
    }
}
