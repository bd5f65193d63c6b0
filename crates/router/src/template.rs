//! Hosts of backends with captures: `$1.servers.svc`.

use crate::{HostPattern, host::check_name};

/// A host of a backend with captures: `$1` to `$9` stand for the text that the first to the ninth `*` of the route's
/// pattern matched. A `$` and one digit are a capture, whatever follows.
///
/// A player can send any host name, so captured text is not trusted. The last capture must be followed by a complete
/// domain, and the result must be a host name. Captures therefore never lead to a host outside of that domain or to an
/// address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTemplate(Box<[Part]>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    /// The place among the captured texts, from 0.
    Capture(usize),
}

/// A problem of the captures in a backend's host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureProblem {
    /// A `$` that begins no capture.
    #[error("a `$` without a digit from 1 to 9 after it")]
    NoDigit,
    /// The host ends with a capture, or with text that is no domain: the player could choose the target freely.
    #[error("no complete domain after the last capture")]
    NoDomain,
    /// The text around the captures cannot be part of a host name.
    #[error("invalid host name around the captures")]
    NoName,
    /// The host is in the default pool, which has no patterns.
    #[error("a capture in the default pool, which has no pattern")]
    NoPattern,
    /// A pattern of the route has fewer `*` than the capture needs.
    #[error("`${capture}` without its `*`: the pattern {pattern:?} has {runs}")]
    TooFewRuns {
        /// Number of the capture, from 1.
        capture: usize,
        /// The pattern as written.
        pattern: String,
        /// Number of `*` in the pattern.
        runs: usize,
    },
}

impl HostTemplate {
    /// Reads a host. Returns none when it has no captures.
    ///
    /// # Errors
    /// A `$` begins no capture, no domain follows the last capture, or the text cannot be part of a host name.
    pub fn parse(host: &str) -> Result<Option<Self>, CaptureProblem> {
        let Some((first, rest)) = host.split_once('$') else {
            return Ok(None);
        };
        let mut parts = Vec::new();
        let push_text = |parts: &mut Vec<Part>, text: &str| {
            if !text.is_empty() {
                parts.push(Part::Text(text.into()));
            }
        };
        push_text(&mut parts, first);
        let mut last = "";
        for piece in rest.split('$') {
            let mut chars = piece.chars();
            let digit = chars.next().and_then(|c| c.to_digit(10));
            let place = digit.and_then(|digit| usize::try_from(digit).ok()?.checked_sub(1));
            parts.push(Part::Capture(place.ok_or(CaptureProblem::NoDigit)?));
            last = chars.as_str();
            push_text(&mut parts, last);
        }
        let template = Self(parts.into());
        if !is_domain(last) {
            return Err(CaptureProblem::NoDomain);
        }
        // With a letter in place of each capture, the result must be a valid host name.
        if !is_host_name(&template.filled(|_| "x")) {
            return Err(CaptureProblem::NoName);
        }
        Ok(Some(template))
    }

    /// Checks that every pattern of a route has a `*` for each capture. A route without patterns takes every host, as
    /// `*` does.
    ///
    /// # Errors
    /// Returns the first pattern that has fewer `*`.
    pub fn check(&self, patterns: &[HostPattern]) -> Result<(), CaptureProblem> {
        let highest = self.0.iter().map(|part| match part {
            Part::Text(_) => 0,
            Part::Capture(place) => place + 1,
        });
        let capture = highest.max().unwrap_or_default();
        if patterns.is_empty() && capture > 1 {
            return Err(CaptureProblem::TooFewRuns {
                capture,
                pattern: "*".to_owned(),
                runs: 1,
            });
        }
        match patterns.iter().find(|pattern| pattern.runs() < capture) {
            None => Ok(()),
            Some(pattern) => Err(CaptureProblem::TooFewRuns {
                capture,
                pattern: pattern.as_str().to_owned(),
                runs: pattern.runs(),
            }),
        }
    }

    /// Returns the host with its captures replaced; none when the result is no host name.
    pub(crate) fn expand(&self, captured: &[String]) -> Option<String> {
        Some(self.fill(captured)).filter(|host| is_host_name(host))
    }

    /// Returns the host with its captures replaced, unchecked. For texts that passed [`expand`](Self::expand).
    pub(crate) fn fill(&self, captured: &[String]) -> String {
        self.filled(|place| captured.get(place).map_or("", String::as_str))
    }

    fn filled<'c>(&'c self, captured: impl Fn(usize) -> &'c str) -> String {
        let texts = self.0.iter().map(|part| match part {
            Part::Text(text) => text,
            Part::Capture(place) => captured(*place),
        });
        texts.collect()
    }
}

/// Returns whether the text is a dot and labels, the last of them with a letter at its start. A text with such an end
/// is no IP address in any spelling.
fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name
        .strip_prefix('.')
        .and_then(|name| name.split('.').next_back());
    last.is_some_and(|label| label.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Stricter than the check of hosts from operators and plugins: it refuses underscores, because a player chose a part
/// of the text.
fn is_host_name(host: &str) -> bool {
    !host.contains('_') && check_name(host).is_ok()
}

#[cfg(test)]
mod tests;
