//! The image of the containers: its files and its labels. podman builds it from the Dockerfile: see `containers`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::yaml::text;
use crate::sh::{self, cmd};

/// User and group of the router in the image. The Deployment of Kubernetes has the same.
pub(super) const USER: &str = "65532:65532";

/// Mode and path of everything in the image except libraries, their licenses and folders.
const FILES: &[&str] = &[
    "-rw-r--r-- etc/group",
    "-rw-r--r-- etc/nsswitch.conf",
    "-rw-r--r-- etc/passwd",
    "-rw-r--r-- etc/ssl/certs/ca-certificates.crt",
    "-rwxr-xr-x usr/bin/hyrouter",
    "-rw-r--r-- usr/share/doc/hyrouter/LICENSE-APACHE",
    "-rw-r--r-- usr/share/doc/hyrouter/LICENSE-MIT",
    "-rw-r--r-- usr/share/doc/hyrouter/config.yaml",
    "drwxrwxrwt tmp",
    "drwxrwxrwt var/cache/hyrouter",
];

/// Libraries that the router may be linked with: the C library and its loader. The binary contains all others.
const LIBRARIES: &[&str] = &[
    "libc.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// Checks the folder that the image is built from.
pub(super) fn check_files(folder: &Path) -> anyhow::Result<()> {
    let listing = sh::output(cmd("find").arg(folder).args(["-printf", "%M %P\n"]))?;
    let faults = faults_of_files(&listing);
    ensure!(faults.is_empty(), "the image has {}", faults.join(", "));
    Ok(())
}

fn faults_of_files(listing: &str) -> Vec<String> {
    let mut missing: BTreeSet<_> = FILES.iter().copied().collect();
    let mut faults = Vec::new();
    for line in listing.lines() {
        let (mode, path) = line.split_once(' ').unwrap_or((line, ""));
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_good = missing.remove(line)
            || match mode {
                "drwxr-xr-x" => true,
                "-rwxr-xr-x" => LIBRARIES.contains(&name),
                "-rw-r--r--" => path.starts_with("usr/share/doc/lib") && name == "copyright",
                _ => false,
            };
        if !is_good {
            faults.push(format!("{line:?}, which is not allowed"));
        }
    }
    faults.extend(missing.iter().map(|line| format!("no {line:?}")));
    faults
}

/// Checks what `podman image inspect` prints, as far as no run of the image depends on it.
pub(super) fn check_description(json: &str) -> anyhow::Result<()> {
    let description: Value = serde_json::from_str(json).context("reading the description")?;
    let config = |key: &str| format!("/0/Config/{key}");
    let label = |name: &str| {
        let key = format!("Labels/org.opencontainers.image.{name}");
        text(&description, &config(&key))
    };
    let port = description.pointer(&config("ExposedPorts/5520~1udp"));
    ensure!(port.is_some(), "the image does not expose port 5520/udp");
    ensure!(
        text(&description, &config("User")) == USER,
        "the user of the image is not {USER}"
    );
    for name in ["title", "licenses", "source"] {
        ensure!(!label(name).is_empty(), "the image has no label {name}");
    }
    let (found, wanted) = (label("version"), env!("CARGO_PKG_VERSION"));
    ensure!(
        found == wanted,
        "the image is labeled as version {found:?} instead of {wanted:?}"
    );
    Ok(())
}

/// Checks that a binary needs no libraries beyond the C library.
pub(crate) fn has_few_libraries(binary: &Path) -> anyhow::Result<()> {
    let dynamic = sh::output(cmd("readelf").arg("-d").arg(binary))?;
    let needed = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1));
    for library in needed {
        ensure!(
            LIBRARIES.contains(&library),
            "{} is linked with {library}",
            binary.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FILES, faults_of_files};

    #[test]
    fn other_files_and_other_modes_are_found() {
        let good = format!(
            "drwxr-xr-x \ndrwxr-xr-x usr\n-rwxr-xr-x lib/libc.so.6\n\
             -rw-r--r-- usr/share/doc/libc6/copyright\n{}\n",
            FILES.join("\n")
        );
        assert_eq!(faults_of_files(&good), [""; 0]);
        for (from, to, fault) in [
            ("r-x lib/libc", "r-x bin/sh\n-rwxr-xr-x lib/libc", "bin/sh"),
            (
                "-rw-r--r-- etc/passwd",
                "-rw-rw-rw- etc/passwd",
                "-rw-rw-rw- etc/passwd",
            ),
            (
                "-rwxr-xr-x usr",
                "-rwsr-xr-x usr",
                "-rwsr-xr-x usr/bin/hyrouter",
            ),
            ("drwxrwxrwt tmp", "drwxr-xr-x tmp", "no \"drwxrwxrwt tmp\""),
            ("drwxr-xr-x usr", "drwxrwxrwx usr", "drwxrwxrwx usr"),
            (
                "-rw-r--r-- etc/group",
                "lrwxrwxrwx etc/group",
                "lrwxrwxrwx etc/group",
            ),
        ] {
            assert!(good.contains(from), "{from}");
            let faults = faults_of_files(&good.replacen(from, to, 1));
            assert!(faults.iter().any(|f| f.contains(fault)), "{to}: {faults:?}");
        }
    }
}
