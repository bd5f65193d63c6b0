use std::path::PathBuf;

use super::missing;
use crate::path::Path;
use crate::problem::Problems;

/// Checks that `cert_file` and `key_file` are both present or both absent.
pub(super) fn check_pair(
    path: &Path,
    cert: Option<&PathBuf>,
    key: Option<&PathBuf>,
    problems: &mut Problems,
) {
    match (cert, key) {
        (Some(_), None) => problems.add_if_clear(&path.key("key_file"), missing("`cert_file`")),
        (None, Some(_)) => problems.add_if_clear(&path.key("cert_file"), missing("`key_file`")),
        (Some(_), Some(_)) | (None, None) => {}
    }
}
