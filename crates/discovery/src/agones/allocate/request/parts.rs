//! Parts of a request for an allocation, as Agones reads them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    AllocationPriority, AllocationSelector, CounterAction, CounterBounds, LabelTerm, ListAction,
    ListBounds, Selector,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestSelector {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    match_labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    match_expressions: Vec<LabelExpression>,
    game_server_state: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counters: BTreeMap<String, RequestCounter>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, RequestList>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct LabelExpression {
    key: String,
    operator: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestCounter {
    #[serde(skip_serializing_if = "is_zero")]
    min_count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    max_count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    min_available: u32,
    #[serde(skip_serializing_if = "is_zero")]
    max_available: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestList {
    #[serde(skip_serializing_if = "Option::is_none")]
    contains_value: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    min_available: u32,
    #[serde(skip_serializing_if = "is_zero")]
    max_available: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RequestPriority {
    #[serde(rename = "type")]
    kind: &'static str,
    key: String,
    order: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CounterPatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListPatch {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    add_values: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delete_values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u32>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl RequestSelector {
    /// Creates a selector whose labels all of `labels` must select.
    ///
    /// # Errors
    /// A selector compares numbers.
    pub(super) fn new(given: &AllocationSelector, labels: &[&Selector]) -> Result<Self, String> {
        let mut match_labels = BTreeMap::new();
        let mut match_expressions = Vec::new();
        for term in labels.iter().flat_map(|selector| selector.terms()) {
            if let LabelTerm::In(key, [value]) = term
                && !match_labels.contains_key(key)
            {
                match_labels.insert(key.to_owned(), value.clone());
            } else {
                match_expressions.push(LabelExpression::new(term)?);
            }
        }
        Ok(Self {
            match_labels,
            match_expressions,
            game_server_state: given.state.as_str(),
            counters: map(&given.counters, RequestCounter::new),
            lists: map(&given.lists, RequestList::new),
        })
    }
}

impl LabelExpression {
    fn new(term: LabelTerm<'_>) -> Result<Self, String> {
        let (key, operator, values) = match term {
            LabelTerm::In(key, values) => (key, "In", values),
            LabelTerm::NotIn(key, values) => (key, "NotIn", values),
            LabelTerm::Exists(key) => (key, "Exists", &[][..]),
            LabelTerm::Absent(key) => (key, "DoesNotExist", &[][..]),
            LabelTerm::Above(key, _) | LabelTerm::Below(key, _) => {
                return Err(format!(
                    "the selector compares label {key:?} by `>` or `<`, which Agones cannot allocate by"
                ));
            }
        };
        Ok(Self {
            key: key.to_owned(),
            operator,
            values: values.to_vec(),
        })
    }
}

impl RequestCounter {
    fn new(bounds: &CounterBounds) -> Self {
        Self {
            min_count: bounds.min_count,
            max_count: bounds.max_count,
            min_available: bounds.min_available,
            max_available: bounds.max_available,
        }
    }
}

impl RequestList {
    fn new(bounds: &ListBounds) -> Self {
        Self {
            contains_value: bounds.contains_value.clone(),
            min_available: bounds.min_available,
            max_available: bounds.max_available,
        }
    }
}

impl RequestPriority {
    pub(super) fn new(priority: &AllocationPriority) -> Self {
        Self {
            kind: if priority.is_list { "List" } else { "Counter" },
            key: priority.key.clone(),
            order: if priority.descending {
                "Descending"
            } else {
                "Ascending"
            },
        }
    }
}

impl CounterPatch {
    pub(super) fn new(action: &CounterAction) -> Self {
        let amount = Some(action.amount).filter(|amount| *amount != 0);
        let kind = |amount: i64| if amount < 0 { "Decrement" } else { "Increment" };
        Self {
            action: amount.map(kind),
            amount: amount.map(i64::unsigned_abs),
            capacity: action.capacity,
        }
    }
}

impl ListPatch {
    pub(super) fn new(action: &ListAction) -> Self {
        Self {
            add_values: action.add_values.clone(),
            delete_values: action.delete_values.clone(),
            capacity: action.capacity,
        }
    }
}

/// Returns the part of a request for each setting, by the same names.
pub(super) fn map<T, U>(
    settings: &BTreeMap<String, T>,
    part: impl Fn(&T) -> U,
) -> BTreeMap<String, U> {
    let settings = settings.iter();
    settings
        .map(|(name, value)| (name.clone(), part(value)))
        .collect()
}
