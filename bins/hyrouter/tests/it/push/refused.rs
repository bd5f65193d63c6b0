//! Refused requests, which change nothing.

use super::support::{ALL, EU, GAMES, LOBBIES, LOBBY, PushRouter, push_folder};

const BODY: &str = r#"{"host": "10.9.9.9", "port": 5521}"#;

#[test]
fn a_refused_request_names_its_problem_and_changes_nothing() {
    let folder = push_folder("listen: '127.0.0.1:0'");
    let mut push = PushRouter::begin(&folder);
    push.register("lobby-1", "10.9.9.1", 60);
    push.until_target(Some("10.9.9.1"));
    let before = push.curl_with(ALL, "GET", LOBBIES, &[]).json();
    push.curl("wrong-0123456789abcdef", "PUT", LOBBY, BODY)
        .is_refused(401, "a token of the provider is required");
    push.curl(GAMES, "PUT", LOBBY, BODY)
        .is_refused(403, "belongs to another provider than \"lobbies\"");
    push.curl(EU, "PUT", LOBBY, BODY)
        .is_refused(403, "allowed: ids that begin with \"eu-\"");
    push.curl(EU, "DELETE", LOBBY, "")
        .is_refused(403, "this token cannot change \"lobby-1\"");
    push.curl(ALL, "PUT", "/v1/providers/none/backends/a", BODY)
        .is_refused(404, "no provider \"none\"");
    for (body, status, problem) in [
        ("{", 400, "not valid"),
        (r#"{"host": "10.9.9.9"}"#, 422, "missing field `port`"),
        (
            r#"{"host": "10.9.9.9", "port": 0}"#,
            422,
            "allowed: 1 to 65535",
        ),
        (
            r#"{"host": "10.9.9.9", "port": 1, "ttl": 61}"#,
            422,
            "ttl: 61; allowed: 1 to 60",
        ),
        (
            r#"{"host": "10.9.9.9", "port": 1, "name": "a"}"#,
            422,
            "unknown field `name`",
        ),
        (
            r#"{"id": "a", "host": "10.9.9.9", "port": 1}"#,
            422,
            "differs from \"lobby-1\"",
        ),
    ] {
        push.curl(ALL, "PUT", LOBBY, body)
            .is_refused(status, problem);
    }
    push.curl_with(ALL, "PUT", LOBBY, &["--data", BODY])
        .is_refused(415, "application/json");
    let long = format!(r#"{{"host": "{}"}}"#, "x".repeat(70_000));
    let folder = folder.file("long.json", &long);
    let file = format!("@{}", folder.path("long.json").display());
    push.curl(ALL, "PUT", LOBBY, &file)
        .is_refused(413, "65536 bytes");
    assert_eq!(push.curl_with(ALL, "GET", LOBBIES, &[]).json(), before);
    assert_eq!(push.target().as_deref(), Some("10.9.9.1"));
    let line = push.router.until("push request refused");
    assert_eq!(
        (&line["level"], &line["reason"]),
        (&"WARN".into(), &"token_wrong".into())
    );
    assert!(!line.to_string().contains("wrong-0123456789abcdef"));
}

#[test]
fn configurations_that_cannot_serve_pushes_are_refused() {
    let folder = push_folder("listen: '127.0.0.1:0', cert_file: cert.pem");
    let ran = folder.run(&["check"]);
    assert!(ran.stderr.contains("discovery.push.key_file"), "{ran:?}");
    let folder = push_folder("listen: '127.0.0.1:0'").file("eu", "short");
    let ran = folder.run(&["check"]);
    assert!(
        ran.stderr.contains("has 5 bytes; the minimum is 16"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("short\n"), "{ran:?}");
}
