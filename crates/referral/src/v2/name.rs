/// A name that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no {what}; there are {known}")]
pub struct UnknownName {
    pub(super) what: &'static str,
    pub(super) known: &'static str,
    pub(super) name: String,
}

/// Whether a name that somebody wrote is `name`, which is in small letters with hyphens.
pub(super) fn is(written: &str, name: &str) -> bool {
    written.len() == name.len()
        && written.bytes().zip(name.bytes()).all(|(written, name)| {
            written.eq_ignore_ascii_case(&name) || (written == b'_' && name == b'-')
        })
}
