use super::missing;
use crate::path::Path;
use crate::problem::Problems;

/// Checks that `cert_file` and `key_file` are both present or both absent.
pub(super) fn check_pair(path: &Path, has_cert: bool, has_key: bool, problems: &mut Problems) {
    match (has_cert, has_key) {
        (true, false) => problems.add_if_clear(&path.key("key_file"), missing("`cert_file`")),
        (false, true) => problems.add_if_clear(&path.key("cert_file"), missing("`key_file`")),
        (true, true) | (false, false) => {}
    }
}
