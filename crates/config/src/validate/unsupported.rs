//! Keys that are known and not supported yet.

use crate::model::Config;
use crate::path::Path;
use crate::problem::Problems;

pub(super) fn refuse(config: &Config, problems: &mut Problems) {
    let path = Path::of("discovery.providers");
    let count = config.discovery.providers.len();
    // Faults within the list are reported first.
    if count > 0 && !problems.has_within(&path) {
        let message = format!(
            "this build cannot discover backends yet (got a list of {count}); allowed: an empty list"
        );
        problems.add_if_clear(&path, message);
    }
}
