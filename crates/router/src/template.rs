//! Backend hosts with captures: `$1.servers.svc`.

use crate::{HostPattern, host::check_name};

/// A backend's host, read for captures: `$1` to `$9` stand for what the first to the ninth `*` of the route's pattern
/// took. A `$` and one digit are a capture, whatever follows.
///
/// A player can type any host name, so what the `*` takes is not to be trusted. After the last capture there has to
/// be a domain in full, and what comes out has to be a host name. So captures lead to no host outside of that domain,
/// and to no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTemplate(Box<[Part]>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    /// The place among the captured texts, from 0.
    Capture(usize),
}

/// What is wrong with captures in a backend's host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureProblem {
    /// A `$` that begins no capture.
    #[error("a `$` without a digit from 1 to 9 after it")]
    NoDigit,
    /// The host ends with a capture, or with something that is no domain: whoever types a host name could choose the
    /// target freely.
    #[error("no domain in full after the last capture")]
    NoDomain,
    /// The text around the captures can not be part of a host name.
    #[error("around the captures no host name")]
    NoName,
    /// The default pool takes players whom no pattern took.
    #[error("a capture in the default pool, which has no pattern")]
    NoPattern,
    /// A pattern of the route has fewer `*`.
    #[error("`${capture}`, and the pattern {pattern:?} has {runs} `*`")]
    TooFewRuns {
        /// The number of the capture.
        capture: usize,
        /// The pattern as written.
        pattern: String,
        /// How many runs it has.
        runs: usize,
    },
}

impl HostTemplate {
    /// Reads a host; none when it has no captures.
    ///
    /// # Errors
    /// A `$` that begins no capture, no domain after the last capture, or text that can not be part of a host name.
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
        // With a letter in each place the rest has to be right by itself.
        if !is_host_name(&template.filled(|_| "x")) {
            return Err(CaptureProblem::NoName);
        }
        Ok(Some(template))
    }

    /// Whether every pattern of a route has the runs that the captures name. A route without patterns takes every host,
    /// as `*` does.
    ///
    /// # Errors
    /// The first pattern that has not.
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

    /// The host with the captured texts in it; none when that is no host name.
    pub(crate) fn expand(&self, captured: &[String]) -> Option<String> {
        Some(self.fill(captured)).filter(|host| is_host_name(host))
    }

    /// The same unchecked, for texts that [`expand`](Self::expand) took.
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

/// A dot, and labels of which the last begins with a letter: what ends so is no IP address in any spelling.
fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name
        .strip_prefix('.')
        .and_then(|name| name.split('.').next_back());
    last.is_some_and(|label| label.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Stricter than the check of hosts that an operator or a plugin writes: a player chose a part of it, so that it has no
/// underscore either.
fn is_host_name(host: &str) -> bool {
    !host.contains('_') && check_name(host).is_ok()
}

#[cfg(test)]
mod tests;
