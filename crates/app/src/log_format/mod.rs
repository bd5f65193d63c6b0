//! Log formats for the subscriber of a program, in which no value can forge a line.

mod fields;
mod json;

pub use self::fields::escaped_fields;
pub use self::json::EscapedWriter;
