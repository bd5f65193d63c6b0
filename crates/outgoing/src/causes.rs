use std::error::Error;
use std::fmt;

/// An error and what caused it, as one text.
#[derive(Debug, Clone, Copy)]
pub struct Causes<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)?;
        let mut before = self.0.to_string();
        let causes = std::iter::successors(self.0.source(), |error| (*error).source());
        for text in causes.map(ToString::to_string) {
            // Many errors repeat their cause.
            if !before.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            before = text;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Causes;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Link(&'static str, #[source] Option<Box<Self>>);

    fn link(text: &'static str, cause: Option<Link>) -> Link {
        Link(text, cause.map(Box::new))
    }

    #[test]
    fn each_cause_is_said_once() {
        let refused = link("connection refused", None);
        let repeats = link("tcp: connection refused", Some(refused));
        let error = link("can not connect", Some(repeats));
        assert_eq!(
            Causes(&error).to_string(),
            "can not connect: tcp: connection refused"
        );
    }
}
