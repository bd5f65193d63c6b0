use hyrouter_router::{HostPattern, HostPatternError, HostProblem, PatternError, wire_name};

use super::{FormatError, require, wrong};

/// Checks a host. A host with captures is checked later, with the patterns of its route.
pub(super) fn check_host(text: &str) -> Result<(), FormatError> {
    const ALLOWED: &str = "host name or IP address, without a port";
    if text.contains('$') {
        return Ok(());
    }
    hyrouter_router::check_host(text).map_err(|problem| {
        let advice = match problem {
            // It is not known how a client resolves other alphabets.
            HostProblem::Character { found } if !found.is_ascii() => {
                wire_name(text).map_or_else(|_| String::new(), |name| format!("; write {name}"))
            }
            _ => String::new(),
        };
        wrong(&format!("not a host: {problem}{advice}"), ALLOWED)
    })
}

/// Returns an IPv6 address in the form that clients need: operators often write `[::1]` for `::1`.
pub(crate) fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

/// The pattern language of host names, and of the names in tickets.
const PATTERN: &str = "host name with *, ?, [a-z], [^x] and \\ as in Go's path.Match";

pub(super) fn check_host_pattern(text: &str) -> Result<(), FormatError> {
    const ALLOWED: &str = "host name with *, ?, [a-z], [^x] and \\ as in Go's path.Match, or \"\" for clients without a \
         host name";
    match HostPattern::of_names(text.trim()) {
        // Blanks and `.` would become the pattern for clients without a host name, which is "".
        Ok(pattern) => require(
            text.is_empty() || !pattern.is_empty(),
            "not a host pattern: it is empty without blanks and a trailing dot",
            ALLOWED,
        ),
        Err(HostPatternError::Malformed(error)) => Err(malformed(&error)),
        Err(error) => Err(wrong(&error.to_string(), ALLOWED)),
    }
}

pub(super) fn check_text_pattern(text: &str) -> Result<(), FormatError> {
    let pattern = text.trim().parse::<HostPattern>();
    pattern.map(drop).map_err(|error| malformed(&error))
}

fn malformed(error: &PatternError) -> FormatError {
    let what = format!("malformed host pattern at byte {}: {}", error.at, error.why);
    wrong(&what, PATTERN)
}
