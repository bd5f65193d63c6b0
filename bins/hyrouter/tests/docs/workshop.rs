//! A folder with what the pages speak of.

use std::path::{Path, PathBuf};

use crate::page::{Kind, of_kind};
use crate::support::{Folder, folder};

/// A folder with the whole configuration of the pages as `config.yaml`, their first request as `request.json`, and the
/// built plugins where they are in the repository.
pub(crate) fn workshop() -> Folder {
    let first = |kind| of_kind(kind).swap_remove(0).text;
    let folder = folder()
        .file("config.yaml", &first(Kind::YamlFull))
        .file("request.json", &first(Kind::Request));
    std::os::unix::fs::symlink(target(), folder.path("target")).unwrap();
    let plugin = folder.path("target/plugins/wasm-plugin.wasm");
    let shown = plugin.display();
    assert!(
        plugin.exists(),
        "there is no {shown}; run `cargo xtask test`, which makes it"
    );
    folder
}

pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .to_owned()
}
