use std::error::Error;
use std::fmt;

/// An error and its causes in one text, from the outermost to the innermost.
///
/// A cause that the error before it already repeats is left out, and so is one without a text.
#[derive(Debug, Clone, Copy)]
pub struct Causes<'a>(pub &'a (dyn Error + 'static));

impl<'a> Causes<'a> {
    /// Returns the error, then each of its causes.
    pub fn iter(&self) -> impl Iterator<Item = &'a (dyn Error + 'static)> + use<'a> {
        std::iter::successors(Some(self.0), |&error: &&'a (dyn Error + 'static)| {
            error.source()
        })
    }
}

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = String::new();
        for error in self.iter() {
            let text = error.to_string();
            // Many errors repeat their cause, and some only pass it on.
            if text.is_empty() || before.ends_with(&text) {
                continue;
            }
            if !before.is_empty() {
                f.write_str(": ")?;
            }
            f.write_str(&text)?;
            before = text;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Causes;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        #[source]
        cause: Option<Box<Self>>,
    }

    fn link(text: &'static str, cause: Option<Link>) -> Link {
        Link {
            text,
            cause: cause.map(Box::new),
        }
    }

    #[test]
    fn each_cause_is_said_once() {
        let refused = link("connection refused", None);
        let silent = link("", Some(refused));
        let repeats = link("tcp: connection refused", Some(silent));
        let passes_on = link("tcp: connection refused", Some(repeats));
        let error = link("cannot connect", Some(passes_on));
        assert_eq!(Causes(&error).iter().count(), 5);
        assert_eq!(
            Causes(&error).to_string(),
            "cannot connect: tcp: connection refused"
        );
    }
}
