use std::path::PathBuf;

use super::missing;
use crate::path::Path;
use crate::problem::Problems;

/// `cert_file` and `key_file` come together or not at all.
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
