//! Texts without their numbers: times, counts and ports differ from run to run.

/// Puts `#` for each number, its fraction and its unit of time.
pub(crate) fn without_numbers(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            rest = after_unit(after_number(rest));
            normal.push('#');
        } else {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            normal.push(first);
        }
    }
    normal
}

/// A dot belongs to the number if a digit follows it.
fn after_number(text: &str) -> &str {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            after_number(fraction)
        }
        _ => rest,
    }
}

fn after_unit(text: &str) -> &str {
    let is_over = |rest: &&str| !rest.starts_with(char::is_alphanumeric);
    let unit = text.strip_prefix(' ').unwrap_or(text);
    ["ns", "µs", "ms", "s"]
        .iter()
        .find_map(|name| unit.strip_prefix(name).filter(is_over))
        .unwrap_or(text)
}

#[test]
fn numbers_are_left_out_and_nothing_else() {
    for (text, normal) in [
        ("", ""),
        ("took 1.5ms.", "took #."),
        ("10.0.0.8:5520, 20 calls", "#:#, # calls"),
        ("p99.9 177.3µs, 3 s", "p# #, #"),
        ("1 to 2 sessions", "# to # sessions"),
        ("2seconds", "#seconds"),
        ("g2 of 3.", "g# of #."),
    ] {
        assert_eq!(without_numbers(text), normal);
    }
}
