//! Keys that are there with nothing in them.

use crate::path::Path;
use crate::problem::{Problems, Warning};
use crate::schema::{Schema, SchemaKind};
use crate::schema_check::allowed;
use crate::validate::NOT_SIGNED;

/// The keys whose empty text counts as absent, and so does nothing behind them: those of the original's shape, whose
/// files may hold `""` since Go has no absent text. Everywhere else it is a problem, since the default may be weaker
/// than what was meant. `[]` stands for each entry of a list, `.*` for the key and all that is below it.
const COUNTS_AS_ABSENT: &[&str] = &[
    "discovery.*",
    "messages.*",
    "referral.hmac_secret",
    "routing.default.*",
    "routing.routes",
    "routing.routes[].match.hostname",
    "routing.routes[].match.hostnames.*",
    "routing.routes[].pool.*",
    "tls.cert_file",
    "tls.key_file",
];

/// Returns whether an empty text at this path stands for an absent value.
pub(crate) fn counts_as_absent(path: &Path) -> bool {
    let place = path.pattern();
    COUNTS_AS_ABSENT.iter().any(|known| {
        let Some(top) = known.strip_suffix(".*") else {
            return *known == place;
        };
        let below = place.strip_prefix(top);
        below.is_some_and(|below| below.is_empty() || below.starts_with(['.', '[']))
    })
}

/// Reports the keys of a file that have nothing behind them. A section without keys has the defaults, as an absent one;
/// the operator is warned, since it may have been cut off.
pub(crate) fn report(bare: &[Path], problems: &mut Problems) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for path in bare {
        let Some(schema) = Schema::root().at_path(path) else {
            continue;
        };
        match schema.kind() {
            SchemaKind::Object | SchemaKind::Map if counts_as_absent(path) => {}
            SchemaKind::Object | SchemaKind::Map => warnings.push(Warning {
                path: path.to_string(),
                message: nothing_behind(path),
            }),
            // The original has no such key of which absent is not the same as false.
            kind if !matches!(kind, SchemaKind::Bool) && counts_as_absent(path) => {}
            _ => problems.add(path, message(schema, "key")),
        }
    }
    warnings
}

fn nothing_behind(path: &Path) -> String {
    let absent = "the key has no value, so it counts as absent";
    if *path == Path::of("referral") {
        return format!("{absent}: {NOT_SIGNED}");
    }
    absent.to_owned()
}

/// `what` is empty: a key or a variable.
pub(crate) fn message(schema: Schema, what: &str) -> String {
    format!(
        "the value is empty; allowed: {}; leave the {what} out if none is meant",
        allowed(schema)
    )
}
