use super::*;

fn effect(action: &str, attributes: &str) -> Option<ContainerEvent> {
    // As Docker 20.10 sends it.
    let line = format!(
        r#"{{"status":"{action}","id":"10f3","from":"game:1","Type":"container","Action":"{action}","Actor":{{"ID":"10f3","Attributes":{attributes}}},"scope":"local","time":1795814570,"timeNano":1795814570596812486}}"#
    );
    read(line.as_bytes())
}

#[test]
fn events_have_effects() {
    let id = || "10f3".to_owned();
    let labels = r#"{"hyrouter.enable":"true","image":"game:1","name":"lobby"}"#;
    assert_eq!(effect("start", labels), Some(ContainerEvent::Started(id())));
    for action in [
        "die",
        "pause",
        "unpause",
        "destroy",
        "remove",
        "rename",
        "health_status: healthy",
    ] {
        assert_eq!(
            effect(action, labels),
            Some(ContainerEvent::Changed),
            "{action}"
        );
    }
    for action in [
        "exec_create: /bin/sh -c true",
        "exec_die",
        "exec",
        "top",
        "create",
    ] {
        assert_eq!(effect(action, labels), None, "{action}");
    }
    let term = r#"{"name":"lobby","signal":"15"}"#;
    assert_eq!(effect("kill", term), Some(ContainerEvent::Stopping(id())));
    let hang_up = r#"{"name":"lobby","signal":"1"}"#;
    assert_eq!(effect("kill", hang_up), Some(ContainerEvent::Changed));
    // Podman does not tell the signal.
    assert_eq!(effect("kill", labels), Some(ContainerEvent::Changed));
    assert_eq!(effect("start", "null"), Some(ContainerEvent::Started(id())));
}

#[test]
fn a_line_that_is_not_understood_is_a_change() {
    for line in ["[]", "{", r#"{"Action":1}"#, "\u{1b}[2J"] {
        assert_eq!(
            read(line.as_bytes()),
            Some(ContainerEvent::Changed),
            "{line}"
        );
    }
    assert_eq!(read(b"\r\n"), None);
}

fn whole(line: &[u8]) -> EventLine {
    EventLine::Whole(line.to_vec())
}

#[test]
fn lines_come_in_any_pieces() {
    let mut lines = LineBuffer::default();
    let mut found = Vec::new();
    for byte in b"one\ntwo\n\nthree" {
        lines.add(&[*byte]);
        found.extend(lines.next());
    }
    assert_eq!(found, [whole(b"one\n"), whole(b"two\n"), whole(b"\n")]);
    lines.add(b"\nfour\n");
    assert_eq!(lines.next(), Some(whole(b"three\n")));
    assert_eq!(lines.next(), Some(whole(b"four\n")));
    assert_eq!(lines.next(), None);
}

#[test]
fn a_long_line_is_dropped_and_reported() {
    let mut lines = LineBuffer::default();
    let piece = vec![b'x'; 100_000];
    for _ in 0..50 {
        lines.add(&piece);
        assert_eq!(lines.next(), None);
        assert!(lines.bytes.len() <= MAX_LINE + piece.len());
    }
    lines.add(b"x\nshort\n");
    assert_eq!(lines.next(), Some(EventLine::TooLong));
    assert_eq!(lines.next(), Some(whole(b"short\n")));
}
