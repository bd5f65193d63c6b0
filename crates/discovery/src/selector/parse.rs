//! The grammar of label expressions, as in `k8s.io/apimachinery/pkg/labels`.

use super::{Requirement, Rule};

/// Maximum length of an expression in bytes.
const MAX_TEXT: usize = 4096;
/// Maximum length of the name of a label and of a value, without the prefix of the name.
const MAX_NAME: usize = 63;
/// Maximum length of the prefix of a name: a DNS name.
const MAX_PREFIX: usize = 253;

/// A text is no label expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {at}")]
pub struct SelectorError {
    problem: String,
    at: usize,
}

pub(super) fn requirements(text: &str) -> Result<Vec<Requirement>, SelectorError> {
    if text.len() > MAX_TEXT {
        return Err(SelectorError {
            problem: format!("more than {MAX_TEXT} bytes"),
            at: MAX_TEXT,
        });
    }
    let mut parser = Parser { text, at: 0 };
    parser.blanks();
    if parser.rest().is_empty() {
        return Ok(Vec::new());
    }
    let mut requirements = vec![parser.requirement()?];
    while parser.takes(",") {
        requirements.push(parser.requirement()?);
    }
    if !parser.rest().is_empty() {
        return Err(parser.error("expected `,` or the end"));
    }
    Ok(requirements)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, problem: impl Into<String>) -> SelectorError {
        SelectorError {
            problem: problem.into(),
            at: self.at,
        }
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Skips a symbol and the blanks around it, if it is next.
    fn takes(&mut self, symbol: &str) -> bool {
        self.blanks();
        let is_next = self.rest().starts_with(symbol);
        if is_next {
            self.at += symbol.len();
            self.blanks();
        }
        is_next
    }

    /// Returns the characters up to the next symbol or blank.
    fn word(&mut self) -> &'t str {
        self.blanks();
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || "=!<>(),".contains(c);
        let word = rest.split(is_end).next().unwrap_or_default();
        self.at += word.len();
        self.blanks();
        word
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let is_absent = self.takes("!");
        let start = self.at;
        let key = self.word();
        if !is_key(key) {
            self.at = start;
            return Err(self.error(
                "expected a label: letters, digits, `-`, `_` and `.`, with an optional prefix and `/`",
            ));
        }
        let rule = if is_absent {
            Rule::Absent
        } else {
            self.rule()?
        };
        Ok(Requirement {
            key: key.to_owned(),
            rule,
        })
    }

    fn rule(&mut self) -> Result<Rule, SelectorError> {
        let rest = self.rest();
        if rest.is_empty() || rest.starts_with(',') {
            return Ok(Rule::Exists);
        }
        if self.takes("==") || self.takes("=") {
            return Ok(Rule::In(vec![self.value()?]));
        }
        if self.takes("!=") {
            return Ok(Rule::NotIn(vec![self.value()?]));
        }
        if self.takes(">") {
            return Ok(Rule::Above(self.number()?));
        }
        if self.takes("<") {
            return Ok(Rule::Below(self.number()?));
        }
        let start = self.at;
        match self.word() {
            "in" => Ok(Rule::In(self.values()?)),
            "notin" => Ok(Rule::NotIn(self.values()?)),
            _ => {
                self.at = start;
                Err(self.error("expected `=`, `!=`, `in`, `notin`, `>`, `<`, `,` or the end"))
            }
        }
    }

    fn values(&mut self) -> Result<Vec<String>, SelectorError> {
        if !self.takes("(") {
            return Err(self.error("expected `(`"));
        }
        let mut values = vec![self.value()?];
        while self.takes(",") {
            values.push(self.value()?);
        }
        if !self.takes(")") {
            return Err(self.error("expected `,` or `)`"));
        }
        Ok(values)
    }

    fn value(&mut self) -> Result<String, SelectorError> {
        let start = self.at;
        let value = self.word();
        if value.is_empty() || is_name(value) {
            return Ok(value.to_owned());
        }
        self.at = start;
        Err(self.error(
            "expected a value: at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
        ))
    }

    fn number(&mut self) -> Result<i64, SelectorError> {
        let start = self.at;
        let word = self.word();
        word.parse().map_err(|_| {
            self.at = start;
            self.error("expected a whole number")
        })
    }
}

fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            (1..=MAX_PREFIX).contains(&prefix.len()) && prefix.chars().all(is_part) && is_name(name)
        }
        None => is_name(text),
    }
}

fn is_name(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_end = |c: char| c.is_ascii_alphanumeric();
    (1..=MAX_NAME).contains(&text.len())
        && text.chars().all(is_inner)
        && text.starts_with(is_end)
        && text.ends_with(is_end)
}
