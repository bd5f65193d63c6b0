//! The image: its Dockerfile, and the files that come out.

mod dockerfile;
mod image;
mod tree;

use super::read;
use dockerfile::Instruction;

pub(super) const DOCKERFILE: &str = "examples/docker/Dockerfile";

/// The router's user in the image; the same number is in the Deployment.
pub(super) const USER: &str = "65532:65532";

/// Instructions that must stand in the Dockerfile once, with this argument. The one base image is `scratch`, which no
/// registry has to deliver.
const WANTED: &[(&str, &str)] = &[
    ("FROM", "scratch"),
    ("COPY", ". /"),
    ("USER", USER),
    ("EXPOSE", "5520/udp"),
    ("STOPSIGNAL", "SIGTERM"),
    ("ENTRYPOINT", r#"["/usr/bin/hyrouter"]"#),
    ("CMD", r#"["--config", "/etc/hyrouter/config.yaml"]"#),
];

pub(super) use image::run;
pub(super) use tree::has_few_libraries;

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let found = faults_of(&read(DOCKERFILE)?, &read("Cargo.toml")?);
    faults.extend(
        found
            .into_iter()
            .map(|fault| format!("{DOCKERFILE}:{fault}")),
    );
    Ok(())
}

fn faults_of(text: &str, manifest: &str) -> Vec<String> {
    let instructions = match dockerfile::parse(text) {
        Ok(instructions) => instructions,
        Err(fault) => return vec![fault],
    };
    let all = |word: &'static str| {
        let is_one = move |instruction: &&Instruction| instruction.word == word;
        instructions.iter().filter(is_one)
    };
    let mut faults = Vec::new();
    for (word, rest) in WANTED {
        let found: Vec<_> = all(word).map(|i| i.rest.as_str()).collect();
        if found != [*rest] {
            faults.push(format!("1: {word} is {found:?}, not {rest:?}"));
        }
    }
    for word in ["RUN", "ADD", "HEALTHCHECK", "VOLUME"] {
        faults.extend(all(word).map(|found| {
            format!(
                "{}: {word} has no place where there is only the router",
                found.line
            )
        }));
    }
    let labels: String = all("LABEL").map(|label| label.rest.as_str()).collect();
    for label in ["title", "licenses", "source", "version", "revision"] {
        if !labels.contains(&format!("org.opencontainers.image.{label}=")) {
            faults.push(format!("1: no label org.opencontainers.image.{label}"));
        }
    }
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .unwrap_or_default();
    let version = format!("VERSION={version}");
    if !all("ARG").any(|arg| arg.rest == version) {
        faults.push(format!("1: no ARG {version}"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_good_and_what_is_changed_is_found() {
        let text = read(DOCKERFILE).unwrap();
        let manifest = read("Cargo.toml").unwrap();
        assert_eq!(faults_of(&text, &manifest), [""; 0]);
        for (from, to, fault) in [
            ("FROM scratch", "FROM debian:12", "FROM is"),
            ("COPY . /", "COPY image /", "COPY is"),
            ("USER 65532:65532", "USER root", "USER is"),
            ("USER 65532:65532\n", "", "USER is []"),
            ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "STOPSIGNAL is"),
            ("EXPOSE 5520/udp", "EXPOSE 5520", "EXPOSE is"),
            ("WORKDIR /etc/hyrouter", "RUN true", "RUN has no place"),
            ("WORKDIR /etc/hyrouter", "WORKDIRS /", "no instruction"),
            ("image.revision", "image.rev", "image.revision"),
            ("VERSION=0.1.0", "VERSION=0.0.9", "no ARG VERSION"),
        ] {
            assert!(text.contains(from), "{from}");
            let faults = faults_of(&text.replacen(from, to, 1), &manifest);
            assert!(
                faults.iter().any(|found| found.contains(fault)),
                "{from} -> {to}: {faults:?}"
            );
        }
    }
}
