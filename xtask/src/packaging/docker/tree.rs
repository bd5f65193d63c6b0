//! Files of the image, and the required ones.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::sh::{self, cmd};

/// Files besides the libraries.
const FILES: &[&str] = &[
    "etc/group",
    "etc/nsswitch.conf",
    "etc/passwd",
    "etc/ssl/certs/ca-certificates.crt",
    "usr/bin/hyrouter",
    "usr/share/doc/hyrouter/LICENSE-APACHE",
    "usr/share/doc/hyrouter/LICENSE-MIT",
    "usr/share/doc/hyrouter/config.yaml",
];

/// Folders that have to be there, to be mounted over.
const FOLDERS: &[&str] = &["etc/hyrouter", "tmp", "var/cache/hyrouter"];

/// Libraries that the router may be linked with: the C library and its loader. All else is in the binary.
const LIBRARIES: &[&str] = &[
    "libc.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// Kind of the entry at a path, with its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Folder(u32),
    File(u32),
    Other,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(mode) => write!(f, "a folder of mode {mode:o}"),
            Self::File(mode) => write!(f, "a file of mode {mode:o}"),
            Self::Other => f.write_str("something else"),
        }
    }
}

/// All below a folder, with the bits of their modes.
fn files(folder: &Path) -> anyhow::Result<BTreeMap<String, Entry>> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("reading {}", next.display()))? {
            let path = entry?.path();
            let metadata = fs::symlink_metadata(&path)?;
            let mode = metadata.mode() & 0o7777;
            let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
            let entry = if metadata.is_dir() {
                open.push(path);
                Entry::Folder(mode)
            } else if metadata.is_file() {
                Entry::File(mode)
            } else {
                Entry::Other
            };
            found.insert(name, entry);
        }
    }
    Ok(found)
}

/// Looks at a tree that was laid out.
pub(super) fn check(image: &Path) -> anyhow::Result<()> {
    let faults = faults(&files(image)?, &needed(&image.join("usr/bin/hyrouter"))?);
    ensure!(
        faults.is_empty(),
        "the image has faults:\n  {}",
        faults.join("\n  ")
    );
    Ok(())
}

/// Checks that a binary needs no libraries beyond the C library.
pub(in crate::packaging) fn has_few_libraries(binary: &Path) -> anyhow::Result<()> {
    for library in needed(binary)? {
        ensure!(
            LIBRARIES.contains(&library.as_str()),
            "{} is linked with {library}",
            binary.display()
        );
    }
    Ok(())
}

/// The libraries that a binary asks for.
fn needed(binary: &Path) -> anyhow::Result<Vec<String>> {
    let dynamic = sh::output(cmd("readelf").arg("-d").arg(binary))?;
    Ok(dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1))
        .map(ToOwned::to_owned)
        .collect())
}

fn faults(files: &BTreeMap<String, Entry>, needed: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let file_name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    for file in FILES {
        if !matches!(files.get(*file), Some(Entry::File(_))) {
            faults.push(format!("/{file} is not there"));
        }
    }
    for folder in FOLDERS {
        if !matches!(files.get(*folder), Some(Entry::Folder(_))) {
            faults.push(format!("/{folder} is not there"));
        }
    }
    for library in needed {
        if !LIBRARIES.contains(&library.as_str()) {
            faults.push(format!("the router is linked with {library}"));
        } else if !files.keys().any(|path| &file_name(path) == library) {
            faults.push(format!("{library} is not there"));
        }
    }
    for (path, entry) in files {
        let is_library = LIBRARIES.contains(&file_name(path).as_str());
        let wanted = match entry {
            Entry::Other => {
                faults.push(format!("/{path} is neither a file nor a folder"));
                continue;
            }
            Entry::Folder(_) if path == "tmp" || path == "var/cache/hyrouter" => {
                Entry::Folder(0o1777)
            }
            Entry::Folder(_) => Entry::Folder(0o755),
            Entry::File(_) if path == "usr/bin/hyrouter" || is_library => Entry::File(0o755),
            Entry::File(_) => Entry::File(0o644),
        };
        if *entry != wanted {
            faults.push(format!("/{path} is {entry}, not {wanted}"));
        }
        let is_known = FILES.contains(&path.as_str())
            || is_library
            || path.starts_with("usr/share/doc/") && path.ends_with("/copyright");
        if matches!(entry, Entry::File(_)) && !is_known {
            faults.push(format!("/{path} has no business there"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> BTreeMap<String, Entry> {
        let files = FILES.iter().map(|path| {
            let mode = if *path == "usr/bin/hyrouter" {
                0o755
            } else {
                0o644
            };
            ((*path).to_owned(), Entry::File(mode))
        });
        let mut all: BTreeMap<_, _> = files.collect();
        all.insert("etc/hyrouter".to_owned(), Entry::Folder(0o755));
        all.insert("tmp".to_owned(), Entry::Folder(0o1777));
        all.insert("var/cache/hyrouter".to_owned(), Entry::Folder(0o1777));
        all.insert("lib/libc.so.6".to_owned(), Entry::File(0o755));
        all
    }

    #[test]
    fn a_tree_that_is_good() {
        assert_eq!(faults(&good(), &["libc.so.6".to_owned()]), [""; 0]);
    }

    #[test]
    fn what_is_wrong_with_a_tree_is_said() {
        let libc = ["libc.so.6".to_owned()];
        for (path, entry, fault) in [
            ("bin/sh", Entry::File(0o755), "/bin/sh has no business"),
            (
                "etc/passwd",
                Entry::File(0o666),
                "/etc/passwd is a file of mode 666",
            ),
            (
                "usr/bin/hyrouter",
                Entry::File(0o4755),
                "is a file of mode 4755",
            ),
            ("tmp", Entry::Folder(0o755), "/tmp is a folder of mode 755"),
            (
                "etc/hyrouter",
                Entry::Folder(0o777),
                "is a folder of mode 777",
            ),
            ("etc/link", Entry::Other, "/etc/link is neither"),
            ("etc/group", Entry::Other, "/etc/group is not there"),
        ] {
            let mut tree = good();
            tree.insert(path.to_owned(), entry);
            let found = faults(&tree, &libc);
            assert!(found.iter().any(|f| f.contains(fault)), "{path}: {found:?}");
        }
        for (library, fault) in [
            ("libssl.so.3", "linked with libssl.so.3"),
            ("libm.so.6", "libm.so.6 is not there"),
        ] {
            let found = faults(&good(), &[library.to_owned()]);
            assert!(found.iter().any(|f| f.contains(fault)), "{found:?}");
        }
    }
}
