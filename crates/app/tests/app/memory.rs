//! Figures of the entrypoint that the configuration and the documentation repeat.

use hyrouter_config::LimitSettings;
use hyrouter_protocol::MAX_CONNECT_PAYLOAD;
use hyrouter_proxy::Limits;

#[test]
fn the_configuration_knows_the_parts_of_the_entrypoint() {
    assert_eq!(LimitSettings::SOURCE_PARTS, Limits::SOURCE_PARTS);
    assert_eq!(LimitSettings::NETWORK_PARTS, Limits::NETWORK_PARTS);
    let longest = usize::try_from(LimitSettings::LONGEST_PACKET).unwrap();
    assert_eq!(longest, MAX_CONNECT_PAYLOAD);
}

#[test]
fn the_documentation_quotes_the_memory_of_connections() {
    let limits = Limits::default();
    let kilobytes = |bytes: usize| format!("{} KB", bytes / 1_000);
    let megabytes = |bytes: usize| format!("{} MB", (bytes + 500_000) / 1_000_000);
    let half_open = megabytes(limits.max_half_open * Limits::HALF_OPEN_BYTES);
    let idle = megabytes(limits.max_connections * Limits::IDLE_BYTES);
    let unproven = megabytes(limits.retry_threshold * Limits::HALF_OPEN_BYTES);
    for (page, row, figure) in [
        ("configuration", "`max_half_open`", &half_open),
        (
            "configuration",
            "`max_half_open`",
            &kilobytes(Limits::HALF_OPEN_BYTES),
        ),
        ("configuration", "`max_connections`", &idle),
        (
            "configuration",
            "`max_connections`",
            &kilobytes(Limits::IDLE_BYTES),
        ),
        ("configuration", "`retry_threshold`", &unproven),
        ("hardening", "half-open handshake", &half_open),
        (
            "hardening",
            "half-open handshake",
            &kilobytes(Limits::HALF_OPEN_BYTES),
        ),
        ("hardening", "established connection", &idle),
        (
            "hardening",
            "established connection",
            &kilobytes(Limits::IDLE_BYTES),
        ),
    ] {
        let text = std::fs::read_to_string(format!("../../docs/{page}.md")).unwrap();
        let row = format!("| {row} |");
        let found = text.lines().find(|line| line.starts_with(&row)).unwrap();
        assert!(found.contains(figure), "{figure} is not in {found}");
    }
}
