//! The admin server of the built binary.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Router, folder};

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
routing: { default: { backends: [{ host: a.example, port: 1 }] } }
"#;
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn there_is_none_unless_asked_for() {
    let folder = folder().file("config.yaml", CONFIG);
    let mut router = Router::begin(folder.hyrouter(&[]));
    loop {
        let line = router.line().unwrap();
        assert_ne!(line["message"], "admin server listening");
        if line["message"] == "ready for players" {
            break;
        }
    }
}

#[test]
fn a_token_protects_everything_but_health_and_metrics() {
    let admin = "admin: { listen: \"127.0.0.1:0\", token_file: token }\n";
    let folder = folder()
        .file("config.yaml", &format!("{CONFIG}{admin}"))
        .file("token", &format!("{TOKEN}\n"));
    let (_router, admin) = folder.serve_with_admin(&[]);
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(admin.get(path).status, 200, "{path}");
    }
    for path in ["/api/status", "/api/decisions", "/api/log-level"] {
        assert_eq!(admin.get(path).status, 401, "{path}");
    }
    for path in [
        "/reload",
        "/drain",
        "/api/explain",
        "/api/backends/a.example:1/drain",
    ] {
        assert_eq!(admin.ask("POST", path, "{}").status, 401, "{path}");
    }
    let wrong = admin.clone().with_token("0123456789abcdef0123456789abcdee");
    assert_eq!(wrong.get("/api/status").status, 401);
    let right = admin.clone().with_token(TOKEN);
    assert_eq!(right.status()["state"], "serving");
    // The command line finds address and token, where the port is written down, in the configuration.
    let ran = folder.run(&["reload", "--admin", &admin.address]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("token"), "{ran:?}");
    let ran = folder.run(&["reload", "--admin", &admin.address, "--token-file", "token"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn requests_with_a_wrong_token_are_logged_and_counted() {
    const WRONG: &str = "0123456789abcdef0123456789abcdee";
    let admin = "admin: { listen: \"127.0.0.1:0\", token_file: token }\n";
    let folder = folder()
        .file("config.yaml", &format!("{CONFIG}{admin}"))
        .file("token", &format!("{TOKEN}\n"));
    let (mut router, admin) = folder.serve_with_admin(&[]);
    let wrong = admin.clone().with_token(WRONG);
    for (asks, level, reason) in [
        (&admin, "INFO", "token_missing"),
        (&wrong, "WARN", "token_wrong"),
    ] {
        assert_eq!(asks.get("/api/status").status, 401);
        let line = router.until("admin request refused");
        assert_eq!(
            (&line["level"], &line["reason"]),
            (&json!(level), &json!(reason))
        );
        assert!(
            line["from"].as_str().unwrap().starts_with("127.0.0.1:"),
            "{line}"
        );
        assert!(!line.to_string().contains(WRONG), "{line}");
    }
    for _ in 0..20 {
        assert_eq!(wrong.get("/api/status").status, 401);
    }
    let count = |reason| {
        admin.metric(&format!(
            "hyrouter_admin_refused_total{{reason=\"{reason}\"}} "
        ))
    };
    assert!(count("token_missing") >= 1.0 && count("token_wrong") >= 21.0);
    router.signal("TERM");
    let mut lines = 2;
    while let Some(line) = router.line() {
        lines += usize::from(line["message"] == "admin request refused");
    }
    assert_eq!(lines, 10, "lines a minute are bounded");
}

#[test]
fn a_short_token_or_none_beyond_this_machine_is_refused() {
    let start = |admin: &str, token: &str| {
        let folder = folder()
            .file("config.yaml", &format!("{CONFIG}admin: {admin}\n"))
            .file("token", token);
        folder.run(&[])
    };
    let ran = start("{ listen: \"0.0.0.0:0\" }", "");
    assert_eq!(ran.code, Some(64));
    assert!(ran.stderr.contains("admin.listen"), "{ran:?}");
    let ran = start("{ listen: \"127.0.0.1:0\", token_file: token }", "short");
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(ran.stderr.contains("token"), "{ran:?}");
}

#[test]
fn decisions_are_kept_without_players_and_addresses_where_the_log_has_none() {
    let more = "admin: { listen: \"127.0.0.1:0\" }\nlogging: { recent_decisions: 3 }\n";
    let folder = folder().file("config.yaml", &format!("{CONFIG}{more}"));
    let (router, admin) = folder.serve_with_admin(&[]);
    for host in ["a", "b", "c", "d"] {
        let sni = format!("{host}.example.com");
        router.probe(&["--sni", &sni, "--username", "Alder"]);
    }
    let decisions = admin.get("/api/decisions").json();
    let hosts: Vec<_> = decisions
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["host"])
        .collect();
    assert_eq!(hosts, ["d.example.com", "c.example.com", "b.example.com"]);
    assert_eq!(decisions[0]["reason"], "referred");
    assert_eq!(decisions[0]["backend"], "a.example:1");
    assert!(decisions[0]["total_us"].as_u64().unwrap() > 0);
    let text = decisions.to_string();
    assert!(
        !text.contains("Alder") && !text.contains("127.0.0.1"),
        "{text}"
    );
    // Whoever wants addresses says so.
    let with = format!("{CONFIG}{more}").replace("{ recent", "{ decision_client_ip: true, recent");
    fs::write(folder.path("config.yaml"), with).unwrap();
    admin.post("/reload", &json!({}));
    router.probe(&["--sni", "e.example.com"]);
    let decisions = admin.get("/api/decisions").json();
    assert_eq!(decisions[0]["client"], "127.0.0.1");
    let one = admin.get("/api/decisions?limit=1").json();
    assert_eq!(one.as_array().unwrap().len(), 1);
}

#[test]
fn the_log_level_changes_at_run_time() {
    let more = "admin: { listen: \"127.0.0.1:0\" }\n";
    let folder = folder().file("config.yaml", &format!("{CONFIG}{more}"));
    let (mut router, admin) = folder.serve_with_admin(&[]);
    assert_eq!(admin.get("/api/log-level").json(), json!({"level": "info"}));
    assert_eq!(
        admin
            .ask("PUT", "/api/log-level", r#"{"level": "debug"}"#)
            .status,
        200
    );
    router.probe(&["--sni", "a.example.com"]);
    assert_eq!(router.until("player")["level"], "DEBUG");
    let wrong = admin.ask("PUT", "/api/log-level", r#"{"level": "loud"}"#);
    assert_eq!(wrong.status, 422, "{wrong:?}");
    assert_eq!(
        admin.get("/api/log-level").json(),
        json!({"level": "debug"})
    );
}

#[test]
fn metrics_are_those_that_are_documented() {
    let more = "admin: { listen: \"127.0.0.1:0\" }\nplugins: [{ name: p, type: grpc, grpc: { address: \"127.0.0.1:1\" } }]\n";
    let folder = folder().file("config.yaml", &format!("{CONFIG}{more}"));
    let (router, admin) = folder.serve_with_admin(&[]);
    router.probe(&["--sni", "Secret.example.com", "--username", "Alder"]);
    let text = admin.get("/metrics").body;
    assert!(text.ends_with("# EOF\n"), "{text}");
    // Never a player, an address or a raw SNI.
    for secret in ["Alder", "127.0.0.1", "ecret.example.com"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let mut seen = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("# TYPE ") {
            let (name, kind) = line.split_once(' ').unwrap();
            let total = if kind == "counter" { "_total" } else { "" };
            let help = format!("# HELP {name} ");
            let help = text
                .lines()
                .find_map(|line| line.strip_prefix(&help))
                .unwrap();
            seen.push((format!("| `{name}{total}` | {kind} |"), help.to_owned()));
        }
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let page = fs::read_to_string(page).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for (begin, help) in &seen {
        let row = rows.iter().find(|row| row.starts_with(begin));
        let row = row.unwrap_or_else(|| panic!("docs/metrics.md has no row {begin}"));
        assert!(row.contains(help.as_str()), "{row}: {help}");
    }
    assert_eq!(
        rows.len(),
        seen.len(),
        "docs/metrics.md has rows that no metric has"
    );
}

#[test]
fn decisions_are_written_to_a_file_and_sent_to_a_webhook() {
    let receiver = Receiver::start();
    let more = format!(
        "admin: {{ listen: \"127.0.0.1:0\" }}\nlogging: {{ decisions: decisions.jsonl, webhook: {{ url: \"{}\" }} }}\n",
        receiver.url
    );
    let folder = folder().file("config.yaml", &format!("{CONFIG}{more}"));
    let (mut router, admin) = folder.serve_with_admin(&[]);
    router.probe(&["--sni", "one.example.com"]);
    // As logrotate does it.
    fs::rename(folder.path("decisions.jsonl"), folder.path("old.jsonl")).unwrap();
    router.signal("HUP");
    router.until("configuration reloaded");
    router.probe(&["--sni", "two.example.com"]);
    router.signal("TERM");
    assert_eq!(router.wait().code(), Some(0));
    drop(admin);
    let lines = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.path(name)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    };
    let (old, new) = (lines("old.jsonl"), lines("decisions.jsonl"));
    assert_eq!((old.len(), new.len()), (1, 1));
    assert_eq!(old[0]["host"], "one.example.com");
    assert_eq!(new[0]["host"], "two.example.com");
    let sent = receiver.received();
    let hosts: Vec<_> = sent
        .iter()
        .map(|one| one["host"].as_str().unwrap())
        .collect();
    assert_eq!(hosts, ["one.example.com", "two.example.com"]);
}

/// Takes JSON arrays by POST.
struct Receiver {
    url: String,
    sent: std::sync::mpsc::Receiver<Vec<Value>>,
}

impl Receiver {
    fn start() -> Self {
        use std::io::{BufRead as _, BufReader, Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/decisions", listener.local_addr().unwrap());
        let (told, sent) = std::sync::mpsc::sync_channel(100);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream);
                loop {
                    let (mut length, mut line) = (0, String::new());
                    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                        let lower = line.to_ascii_lowercase();
                        if let Some(text) = lower.strip_prefix("content-length:") {
                            length = text.trim().parse().unwrap();
                        }
                        line.clear();
                    }
                    if length == 0 {
                        break;
                    }
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap();
                    told.send(serde_json::from_slice(&body).unwrap()).unwrap();
                    let _ = reader
                        .get_mut()
                        .write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
                }
            }
        });
        Self { url, sent }
    }

    /// What came so far.
    fn received(&self) -> Vec<Value> {
        self.sent.try_iter().flatten().collect()
    }
}
