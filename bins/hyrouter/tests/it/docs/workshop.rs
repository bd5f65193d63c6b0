//! A folder with what the pages speak of.

use hyrouter_testing::{built, target};

use super::page::with_info;
use crate::support::{Folder, folder};

/// A folder with the whole configuration of the pages as `config.yaml`, their first request as `request.json`, and the
/// built plugins where they are in the repository.
pub(crate) fn workshop() -> Folder {
    let first = |kind| with_info(kind).swap_remove(0).text;
    let folder = folder()
        .file("config.yaml", &first("yaml full"))
        .file("request.json", &first("json request"));
    std::os::unix::fs::symlink(target(), folder.path("target")).unwrap();
    built("plugins/wasm-plugin.wasm");
    folder
}
