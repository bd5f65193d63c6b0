//! A folder with what the pages speak of.

use hyrouter_testing::{built, target};

use super::page::{Kind, of_kind};
use crate::support::{Folder, folder};

/// A folder with the whole configuration of the pages as `config.yaml`, their first request as `request.json`, and the
/// built plugins where they are in the repository.
pub(crate) fn workshop() -> Folder {
    let first = |kind| of_kind(kind).swap_remove(0).text;
    let folder = folder()
        .file("config.yaml", &first(Kind::YamlFull))
        .file("request.json", &first(Kind::Request));
    std::os::unix::fs::symlink(target(), folder.path("target")).unwrap();
    built("plugins/wasm-plugin.wasm");
    folder
}
