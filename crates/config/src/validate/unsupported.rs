//! What this release can not do yet, though it knows how it is written.

use crate::mistake::Mistakes;
use crate::model::Config;
use crate::path::Path;

pub(super) fn refuse(config: &Config, mistakes: &mut Mistakes) {
    let path = Path::of("discovery.providers");
    let count = config.discovery.providers.len();
    // Whoever wrote it wrong hears of that first.
    if count > 0 && !mistakes.has_within(&path) {
        let message = format!(
            "this build can not discover backends yet (got a list of {count}); allowed: an empty list"
        );
        mistakes.add_if_clear(&path, message);
    }
}
