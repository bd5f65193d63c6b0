/// A text is not the name of an [`Algorithm`](crate::Algorithm) or an [`EnvelopeKind`](crate::EnvelopeKind).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{name}`; allowed: {known}")]
pub struct UnknownEnvelopeName {
    pub(crate) what: &'static str,
    pub(crate) known: &'static str,
    pub(crate) name: String,
}

/// Returns whether `written` means `name`, which is in small letters with hyphens.
pub(crate) fn is(written: &str, name: &str) -> bool {
    written.len() == name.len()
        && written.bytes().zip(name.bytes()).all(|(written, name)| {
            written.eq_ignore_ascii_case(&name) || (written == b'_' && name == b'-')
        })
}
