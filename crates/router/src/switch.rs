//! Texts that switch a check on or off.

/// The value of a text that switches a check on or off.
///
/// There are three values: an unreadable text must not count as off, or a typing error would disable the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// `true`, `1`, `yes` or `on`.
    On,
    /// Absent, empty, `false`, `0`, `no` or `off`.
    Off,
    /// Any other text.
    Unreadable,
}

impl Switch {
    /// The allowed texts, for messages.
    pub const ALLOWED: &str = "true, 1, yes, on, or false, 0, no, off";

    /// Reads a text. Case does not count, and blanks around the text are ignored.
    pub fn read(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().trim();
        let is_one_of = |names: [&str; 4]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
        if is_one_of(["true", "1", "yes", "on"]) {
            Self::On
        } else if text.is_empty() || is_one_of(["false", "0", "no", "off"]) {
            Self::Off
        } else {
            Self::Unreadable
        }
    }
}
