//! Selectors: label expressions of Kubernetes.

mod parse;

use std::{collections::BTreeMap, fmt, str::FromStr};

pub use self::parse::SelectorError;

/// A label expression of Kubernetes: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>5,j<7`. All requirements must hold. The empty
/// expression selects everything.
///
/// ```
/// use hyrouter_discovery::Selector;
///
/// let selector: Selector = "tier in (lobby, hub),!retired".parse()?;
/// let labels = |key: &str| (key == "tier").then_some("hub");
/// assert!(selector.selects(labels));
/// assert!("a in (".parse::<Selector>().is_err());
/// # Ok::<(), hyrouter_discovery::SelectorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    text: String,
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Exists,
    Absent,
    In(Vec<String>),
    /// Holds for an absent label too, as in Kubernetes.
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Selector {
    /// Returns whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Returns the expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether all requirements hold. `label` returns the value of a label.
    pub fn selects<'v>(&self, label: impl Fn(&str) -> Option<&'v str>) -> bool {
        self.requirements
            .iter()
            .all(|one| one.holds(label(&one.key)))
    }

    /// Returns whether it selects a backend with these facts. A key is the name of a label (`label.<key>`), or of the
    /// fact itself.
    pub fn selects_meta(&self, meta: &BTreeMap<String, String>) -> bool {
        self.selects(|key| {
            let label = meta.get(&format!("label.{key}"));
            label.or_else(|| meta.get(key)).map(String::as_str)
        })
    }

    /// Returns its requirements in their order.
    pub fn terms(&self) -> impl Iterator<Item = LabelTerm<'_>> {
        self.requirements.iter().map(Requirement::term)
    }
}

/// One requirement of a [`Selector`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelTerm<'s> {
    /// The label exists.
    Exists(&'s str),
    /// The label does not exist.
    Absent(&'s str),
    /// The label has one of these values.
    In(&'s str, &'s [String]),
    /// The label has none of these values.
    NotIn(&'s str, &'s [String]),
    /// The label is a greater number.
    Above(&'s str, i64),
    /// The label is a smaller number.
    Below(&'s str, i64),
}

impl Requirement {
    fn term(&self) -> LabelTerm<'_> {
        match &self.rule {
            Rule::Exists => LabelTerm::Exists(&self.key),
            Rule::Absent => LabelTerm::Absent(&self.key),
            Rule::In(values) => LabelTerm::In(&self.key, values),
            Rule::NotIn(values) => LabelTerm::NotIn(&self.key, values),
            Rule::Above(bound) => LabelTerm::Above(&self.key, *bound),
            Rule::Below(bound) => LabelTerm::Below(&self.key, *bound),
        }
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let is_one_of =
            |values: &[String]| value.is_some_and(|value| values.iter().any(|one| one == value));
        let number = || value?.parse::<i64>().ok();
        match &self.rule {
            Rule::Exists => value.is_some(),
            Rule::Absent => value.is_none(),
            Rule::In(values) => is_one_of(values),
            Rule::NotIn(values) => !is_one_of(values),
            Rule::Above(bound) => number().is_some_and(|number| number > *bound),
            Rule::Below(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        Ok(Self {
            text: text.to_owned(),
            requirements: parse::requirements(text)?,
        })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
