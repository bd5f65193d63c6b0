//! The token that authenticates the router to a webhook.

use std::fmt;
use std::path::Path;

use http::HeaderValue;
use hyrouter_files::read_text;
use zeroize::Zeroizing;

use crate::SinkError;

/// Maximum length of a token in bytes. Receivers refuse longer heads.
const MAX_TOKEN: usize = 4096;
/// Maximum length of the file in bytes: room for blanks around a token.
const MAX_FILE: usize = MAX_TOKEN * 2;

/// A bearer token. It cannot be printed, and is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct WebhookToken(Zeroizing<String>);

impl WebhookToken {
    /// Takes a token from a text. Blanks and line ends around it do not count.
    ///
    /// # Errors
    ///
    /// Fails if it is empty, longer than 4096 bytes, or has other characters than visible ASCII.
    pub fn new(text: &str) -> Result<Self, SinkError> {
        check(text.trim()).map_err(|problem| SinkError::Token {
            path: None,
            problem: problem.to_owned(),
        })
    }

    /// Reads a token from a file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, or contains no token.
    pub fn read(path: &Path) -> Result<Self, SinkError> {
        let wrong = |problem: String| SinkError::Token {
            path: Some(path.to_owned()),
            problem,
        };
        let text = read_text(path, MAX_FILE).map_err(|error| wrong(error.problem.to_string()))?;
        check(text.trim()).map_err(|problem| wrong(problem.to_owned()))
    }

    /// Returns the value of the header. It is not printed with other headers.
    pub(super) fn to_header(&self) -> Result<HeaderValue, SinkError> {
        let text = Zeroizing::new(format!("Bearer {}", *self.0));
        let mut value = HeaderValue::from_str(&text).map_err(|_| SinkError::Token {
            path: None,
            problem: NOT_VISIBLE.to_owned(),
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for WebhookToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookToken(..)")
    }
}

const NOT_VISIBLE: &str = "has other characters than visible ASCII";

fn check(text: &str) -> Result<WebhookToken, &'static str> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.len() > MAX_TOKEN {
        return Err("is longer than 4096 bytes");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(NOT_VISIBLE);
    }
    Ok(WebhookToken(Zeroizing::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{MAX_FILE, MAX_TOKEN, WebhookToken};

    #[test]
    fn what_is_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let longest = "x".repeat(MAX_TOKEN);
        for text in ["hunter2", "  hunter2\r\n", &longest] {
            std::fs::write(&path, text).unwrap();
            for token in [WebhookToken::new(text), WebhookToken::read(&path)] {
                let header = token.unwrap().to_header().unwrap();
                assert_eq!(header, format!("Bearer {}", text.trim()));
            }
        }
    }

    #[test]
    fn what_is_none_and_nothing_of_it_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let long = "hunter2".repeat(MAX_FILE / 7);
        for (text, problem) in [
            (" \n", "is empty"),
            (&long, "longer than 4096 bytes"),
            ("hunter2 hunter2", "visible ASCII"),
            ("hunter2\nX: y", "visible ASCII"),
            ("hünter2", "visible ASCII"),
        ] {
            std::fs::write(&path, text).unwrap();
            let place = format!("in {}", path.display());
            for (token, place) in [
                (WebhookToken::new(text), ""),
                (WebhookToken::read(&path), &*place),
            ] {
                let error = token.unwrap_err().to_string();
                assert!(error.contains(problem), "{error}");
                assert!(error.contains(place), "{error}");
                assert!(!error.contains("nter2"), "{error}");
            }
        }
        let error = WebhookToken::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is a directory"), "{error}");
        let error = WebhookToken::read(&folder.path().join("no"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("os error"), "{error}");
    }

    #[test]
    fn it_is_not_printed() {
        let token = WebhookToken::new("hunter2").unwrap();
        let header = token.to_header().unwrap();
        assert_eq!(
            format!("{token:?} {header:?}"),
            "WebhookToken(..) Sensitive"
        );
    }
}
