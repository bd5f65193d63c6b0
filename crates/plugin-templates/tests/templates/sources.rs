//! What the build script packs.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use hyrouter_plugin_templates::{Kit, Template, sources_json};

fn sources() -> BTreeMap<String, String> {
    serde_json::from_slice(&sources_json().unwrap()).unwrap()
}

#[test]
fn the_packed_files_are_those_of_the_repository() {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .args(["../../examples", "--full-name"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    // A published package is not in a repository.
    let Some(output) = git.output().ok().filter(|output| output.status.success()) else {
        return;
    };
    let listed = String::from_utf8(output.stdout).unwrap();
    let is_packed = |path: &&str| {
        let prefixes = [
            "examples/grpc-plugin",
            "examples/wasm-plugin",
            "examples/sdk/",
        ];
        prefixes.iter().any(|prefix| path.starts_with(prefix))
    };
    let listed: BTreeSet<_> = listed.lines().filter(is_packed).collect();
    let sources = sources();
    let packed = sources.keys().map(String::as_str);
    let packed: BTreeSet<_> = packed
        .filter(|path| path.starts_with("examples/"))
        .collect();
    assert_eq!(packed, listed);
}

#[test]
fn every_example_and_kit_is_in_a_template() {
    let known: BTreeSet<_> = Template::all()
        .iter()
        .flat_map(|template| {
            let kit = match template.kit {
                Kit::Folder(kit) => Some(format!("sdk/{kit}")),
                Kit::None | Kit::Crates(_) => None,
            };
            [Some(template.folder.to_owned()), kit]
                .into_iter()
                .flatten()
        })
        .collect();
    let found: BTreeSet<_> = sources()
        .keys()
        .filter_map(|path| path.strip_prefix("examples/"))
        .filter_map(|path| {
            let mut parts = path.split('/');
            match (parts.next()?, parts.next()?) {
                ("sdk", kit) => Some(format!("sdk/{kit}")),
                (folder, _) => Some(folder.to_owned()),
            }
        })
        .collect();
    assert_eq!(known, found);
}
