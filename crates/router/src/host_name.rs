//! Host names as TLS clients send them.

use std::borrow::Cow;
use std::net::SocketAddr;

use idna::uts46::{DnsLength, Hyphens, Uts46};

use crate::glob::GlobToken;
use crate::host::{HostProblem, MAX_LABEL, MAX_NAME_LEN, address, is_number};

/// The reason why no client sends a text as its host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// The text is an IP address. RFC 6066 section 3 does not allow one as a server name.
    #[error("it is an IP address, and a client that typed an address sends no host name")]
    Address,
    /// The text has a scheme, a port or a path.
    #[error("clients send the host name alone, without scheme, port and path; write {name:?}")]
    MoreThanName {
        /// The host name in the text.
        name: String,
    },
    /// A label cannot be converted to ASCII.
    #[error("its part {label:?} is not allowed in an international host name (UTS 46)")]
    NotInternational {
        /// The label.
        label: String,
    },
    /// A label of a pattern has characters beyond ASCII and a wildcard.
    #[error(
        "its part {label:?} has a wildcard and letters beyond ASCII, which clients send encoded (xn--...); \
         write the part without a wildcard, or `*` for the whole part"
    )]
    Wildcard {
        /// The label.
        label: String,
    },
    /// A class of a pattern has no character of host names.
    #[error("a class in it has no ASCII letter, no digit and none of `-`, `_` and `.`")]
    Class,
    /// The last label is a number. Resolvers read such a text as an address, and TLS does not allow it as a name.
    #[error("its last part is a number, which no host name has")]
    EndsInNumber,
    /// The text is no host name.
    #[error("{0}")]
    Host(HostProblem),
}

/// Converts a host name to the form that clients send: ASCII in lower case, without a trailing dot. Labels beyond ASCII
/// become `xn--...` by UTS 46 (non-transitional), as game clients and browsers convert them.
///
/// # Errors
/// Returns the first reason why no client sends such a name.
///
/// ```
/// use hyrouter_router::{NameProblem, wire_name};
///
/// assert_eq!(wire_name("München.Example.com.").as_deref(), Ok("xn--mnchen-3ya.example.com"));
/// assert_eq!(wire_name("203.0.113.5"), Err(NameProblem::Address));
/// ```
pub fn wire_name(text: &str) -> Result<String, NameProblem> {
    if text.is_empty() {
        return Err(NameProblem::Host(HostProblem::Empty));
    }
    check_whole(text)?;
    let ascii = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(to_ascii(text)?)
    };
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    let name = name.to_ascii_lowercase();
    let literal: Vec<_> = name.chars().map(GlobToken::Literal).collect();
    check_tokens(&literal)?;
    Ok(name)
}

/// Converts a pattern to the form that names have on the wire. A label with a wildcard stays as it is.
pub(crate) fn wire_pattern(text: &str) -> Result<Cow<'_, str>, NameProblem> {
    check_whole(text)?;
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text));
    }
    let labels = text.split('.').map(|label| {
        if label.is_ascii() {
            Ok(label.to_owned())
        } else if label.contains(['*', '?', '[', ']', '\\']) {
            let label = label.to_owned();
            Err(NameProblem::Wildcard { label })
        } else {
            to_ascii(label)
        }
    });
    let labels: Vec<_> = labels.collect::<Result<_, _>>()?;
    Ok(Cow::Owned(labels.join(".")))
}

/// Checks for texts that are neither host names nor patterns of host names as a whole.
fn check_whole(text: &str) -> Result<(), NameProblem> {
    if address(text).is_some() || text.parse::<SocketAddr>().is_ok() {
        return Err(NameProblem::Address);
    }
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let name = after_scheme.split(['/', ':']).next().unwrap_or_default();
    if name.len() < text.len() && !name.is_empty() && !name.contains(['[', '\\']) {
        // The rest may be an address, which is the better message.
        check_whole(name)?;
        let name = name.to_owned();
        return Err(NameProblem::MoreThanName { name });
    }
    Ok(())
}

fn to_ascii(name: &str) -> Result<String, NameProblem> {
    let deny = idna::AsciiDenyList::EMPTY;
    Uts46::new()
        .to_ascii(name.as_bytes(), deny, Hyphens::Allow, DnsLength::Ignore)
        .map(Cow::into_owned)
        .map_err(|_| NameProblem::NotInternational {
            label: name.to_owned(),
        })
}

/// Checks that some host name matches the tokens. RFC 1035 section 2.3.4 limits names and labels.
///
/// Refuses only tokens that certainly match no host name: a wildcard may match a dot, so the text beside a wildcard is
/// not necessarily a label.
pub(crate) fn check_tokens(tokens: &[GlobToken]) -> Result<(), NameProblem> {
    let problem = |problem| Err(NameProblem::Host(problem));
    let mut least = 0;
    // Characters of a label since the last dot or wildcard, and whether that was a dot.
    let (mut label, mut begins) = (0, true);
    for (at, token) in tokens.iter().enumerate() {
        least += usize::from(*token != GlobToken::Run);
        let is_last = at + 1 == tokens.len();
        match token {
            GlobToken::Literal('.') if begins && label == 0 => {
                return problem(HostProblem::EmptyLabel);
            }
            GlobToken::Literal('.') if is_last => return problem(HostProblem::EmptyLabel),
            GlobToken::Literal('.') => (label, begins) = (0, true),
            GlobToken::Literal('-')
                if is_last
                    || (begins && label == 0)
                    || tokens.get(at + 1) == Some(&GlobToken::Literal('.')) =>
            {
                return problem(HostProblem::Hyphen);
            }
            GlobToken::Literal(c) if !is_of_a_name(*c) => {
                return problem(HostProblem::Character { found: *c });
            }
            GlobToken::Class(_) if !NAME_CHARACTERS.chars().any(|c| token.matches(c)) => {
                return Err(NameProblem::Class);
            }
            GlobToken::Literal(_) => label += 1,
            GlobToken::Class(_) if !token.matches('.') => label += 1,
            GlobToken::Class(_) | GlobToken::One | GlobToken::Run => (label, begins) = (0, false),
        }
        if label > MAX_LABEL {
            return problem(HostProblem::LongLabel { len: label });
        }
    }
    if least > MAX_NAME_LEN {
        return problem(HostProblem::TooLong { len: least });
    }
    if ends_in_number(tokens) {
        return Err(NameProblem::EndsInNumber);
    }
    Ok(())
}

/// Characters of host names. Patterns are in lower case.
const NAME_CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

fn is_of_a_name(c: char) -> bool {
    NAME_CHARACTERS.contains(c)
}

/// Returns whether the last label is literal and a number.
fn ends_in_number(tokens: &[GlobToken]) -> bool {
    let dot = GlobToken::Literal('.');
    let last = tokens.rsplit(|token| *token == dot).next();
    let text = last.unwrap_or_default().iter().map(|token| match token {
        GlobToken::Literal(c) => Some(*c),
        _ => None,
    });
    let text: Option<String> = text.collect();
    text.is_some_and(|text| !text.is_empty() && is_number(&text))
}

#[cfg(test)]
mod tests;
