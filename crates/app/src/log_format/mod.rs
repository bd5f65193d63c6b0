//! Log lines that no value can break: for the subscriber of a program that runs an app.

mod fields;
mod json;

pub use self::fields::escaped_fields;
pub use self::json::EscapedWriter;
