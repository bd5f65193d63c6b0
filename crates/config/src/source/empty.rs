//! Keys with an empty value.

use crate::path::Path;
use crate::problem::{Problems, Warning};
use crate::schema::{Schema, SchemaKind};
use crate::schema_check::allowed;
use crate::validate::NOT_SIGNED;

/// Keys whose empty text or missing value counts as absent: those of the original, whose files may hold `""` since Go
/// has no absent text. At all other keys it is a problem, since the default may be weaker than the intended value. `[]`
/// stands for each entry of a list, `.*` for the key and all keys below it.
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

/// Reports the keys of a file without a value. A section without keys has the defaults, like an absent one; the
/// operator is warned, since it may have been cut off.
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
                message: empty_section(path),
            }),
            // In the original, an absent key of this kind is the same as false.
            kind if !matches!(kind, SchemaKind::Bool) && counts_as_absent(path) => {}
            _ => problems.add(path, message(schema, "key")),
        }
    }
    warnings
}

/// Returns the warning of an empty section.
fn empty_section(path: &Path) -> String {
    let absent = "the value is empty, so the key counts as absent";
    if *path == Path::of("referral") {
        return format!("{absent}: {NOT_SIGNED}");
    }
    absent.to_owned()
}

/// Returns the problem of an empty value; `what` is a key or a variable.
pub(crate) fn message(schema: Schema, what: &str) -> String {
    format!(
        "the value is empty; allowed: {}; leave the {what} out to use the default",
        allowed(schema)
    )
}
