use serde_json::Value;

use super::Walk;
use super::wording::{Hint, nearest, range};
use crate::format;
use crate::path::Path;
use crate::schema::Schema;
use crate::source::empty;

impl Walk<'_> {
    pub(super) fn text(&mut self, schema: Schema, text: String, path: &Path) -> Option<Value> {
        let format = schema.text("format");
        let names = schema.names();
        if text.is_empty() && schema.number("minLength").is_some() {
            let allowed = format.and_then(format::allowed);
            let allowed = allowed.map_or_else(String::new, |known| format!("; allowed: {known}"));
            self.problems
                .add(path, format!("must not be empty{allowed}"));
            return None;
        }
        if text.trim().is_empty() && !empty::counts_as_absent(path) {
            self.problems.add(path, empty::message(schema, "key"));
            return None;
        }
        if !names.is_empty() {
            let canonical = canonical_name(&text);
            if let Some(name) = names.iter().find(|name| **name == canonical) {
                return Some(Value::from(*name));
            }
            let hint = nearest(&canonical, names.iter().copied());
            let allowed = format!("{}{}", names.join(", "), Hint(hint));
            self.wrong(
                schema,
                "unknown value",
                &Value::String(text),
                path,
                &allowed,
            );
            return None;
        }
        let value = Value::String(text);
        if let (Some(format), Some(text)) = (format, value.as_str())
            && let Err(wrong) = format::check(format, text)
        {
            self.wrong(schema, &wrong.what, &value, path, wrong.allowed);
            return None;
        }
        Some(value)
    }

    pub(super) fn integer(&mut self, schema: Schema, value: &Value, path: &Path) -> Option<Value> {
        let min = schema.number("minimum").unwrap_or(0);
        let max = schema.number("maximum");
        if let Some(number) = whole_number(value)
            && (min..=max.unwrap_or(u64::MAX)).contains(&number)
        {
            return Some(Value::from(number));
        }
        let fraction = value.as_f64().is_some_and(|number| number.fract() != 0.0);
        let what = if fraction {
            "not a whole number"
        } else {
            "out of range"
        };
        self.wrong(schema, what, value, path, &range(schema));
        None
    }
}

/// Returns an enum value in canonical form: without blanks around it, in lower case, with `_` for `-`.
fn canonical_name(text: &str) -> String {
    text.trim().to_ascii_lowercase().replace('-', "_")
}

/// Returns a whole number, also from a float without a fraction (`5520.0`).
fn whole_number(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    // Above 2^53 not every whole number is a float, so floats are refused.
    let float = value
        .as_f64()
        .filter(|float| (0.0..9.0e15).contains(float) && float.fract() == 0.0)?;
    format!("{float}").parse().ok()
}
