//! `hyrouter plugin record` against a running router.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};

use crate::support::players::player;
use crate::support::{Folder, Ran, example_plugin, folder};

const TOKEN: &str = "an-admin-token-0123456789";

/// A folder for a router with the example plugin.
fn network(admin: &str) -> Folder {
    let file = example_plugin("wasm-plugin.wasm");
    let config = format!(
        r#"
listen: "127.0.0.1:0"
admin: {{ listen: "127.0.0.1:0"{admin} }}
routing:
  routes:
    - name: play
      match: {{ hostname: play.example.com }}
      pool: {{ backends: [{{ host: 10.0.0.1, port: 5521, meta: {{ region: eu }} }}] }}
plugins:
  - {{ name: lobby, type: wasm, wasm: {{ path: {file} }} }}
"#
    );
    folder().file("config.yaml", &config).file("token", TOKEN)
}

/// A recording that runs.
struct Recording {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Recording {
    fn start(mut command: Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert!(line.contains("recording until"), "{line}");
        Self { child, stderr }
    }

    fn finish(self) -> Ran {
        let mut ran = Ran::from(self.child.wait_with_output().unwrap());
        let rest = self.stderr.lines().map(Result::unwrap);
        ran.stderr = rest.collect::<Vec<_>>().join("\n");
        ran
    }
}

fn case(folder: &Folder, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.path(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn calls_of_players_become_case_files_without_their_data() {
    let folder = network("");
    let (router, admin) = folder.serve_with_admin(&[]);
    let record = [
        "plugin",
        "record",
        "lobby",
        "--out",
        "cases",
        "--count",
        "3",
        "--json",
        "--admin",
        &admin.address,
    ];
    let recording = Recording::start(folder.hyrouter(&record));
    for name in ["Alder", "Birch", "deny", "VIP_Ann"] {
        player(&router, name).comes().await;
    }
    let ran = recording.finish();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        ran.json(),
        json!({
            "plugin": "lobby", "end": "cases", "calls": 4, "failed": 0, "omitted": 0, "kept": [],
            "files": [
                {"file": "changed-01.json", "effect": "changed", "calls": 2},
                {"file": "denied-01.json", "effect": "denied", "calls": 1},
                {"file": "changed-02.json", "effect": "changed", "calls": 1},
            ],
        })
    );
    let denied = case(&folder, "cases/denied-01.json");
    assert_eq!(denied["description"], "recorded from 1 call of lobby");
    assert_eq!(denied["effect"], "denied");
    assert_eq!(
        denied["response"],
        json!({"deny": true, "deny_reason": "denied by the example WASM plugin"})
    );
    let event = &denied["request"]["event"];
    assert_eq!(
        (&event["username"], &event["route"]),
        (&json!("player-2"), &json!("play"))
    );
    assert_eq!(event["remote_addr"], "192.0.2.1:50000");
    assert_eq!(event["connection_id"], "2");
    let vip = case(&folder, "cases/changed-02.json");
    assert_eq!(
        vip["response"]["referral_data"],
        json!({"lobby": "vip", "name": "player-3"})
    );
    assert_eq!(vip["response"]["candidates"], Value::Null);
    // Cases are not replaced.
    let ran = folder.run(&record);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("cases already has recorded cases"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn kept_names_need_a_token_and_ctrl_c_ends_a_recording() {
    let folder = network(", token_file: token");
    let (router, admin) = folder.serve_with_admin(&[]);
    let record = [
        "plugin",
        "record",
        "lobby",
        "--out",
        "cases",
        "--for",
        "1h",
        "--keep",
        "username,uuid",
        "--admin",
        &admin.address,
    ];
    let ran = folder.run(&record);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("the token is missing"), "{ran:?}");
    let recording =
        Recording::start(folder.hyrouter(&[&record[..], &["--token-file", "token"]].concat()));
    let again = folder.run(&[&record[..], &["--token-file", "token"]].concat());
    assert!(again.stderr.contains("is running"), "{again:?}");
    for name in ["deny", "Alder", "VIP_Ann"] {
        player(&router, name).comes().await;
    }
    let pid = recording.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let ran = recording.finish();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for text in [
        "denied-01.json",
        "3 cases from 3 calls in cases; the recording ended because it was interrupted",
        "the cases contain data of players: username, uuid",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {ran:?}");
    }
    let event = &case(&folder, "cases/denied-01.json")["request"]["event"];
    assert_eq!(
        (&event["username"], &event["connection_id"]),
        (&json!("deny"), &json!("1"))
    );
    // The same plugin passes the cases.
    let file = example_plugin("wasm-plugin.wasm");
    let ran = folder.run(&["plugin", "test", "--wasm", &file, "--cases", "cases"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("changed-02"), "{ran:?}");
    let answer = admin.with_token(TOKEN).get("/api/plugins/lobby/recording");
    assert_eq!(answer.status, 404, "{answer:?}");
}

#[test]
fn wrong_recordings_are_refused_with_the_reason() {
    let folder = network("");
    let (_router, admin) = folder.serve_with_admin(&[]);
    let at = ["--out", "cases", "--admin", &admin.address];
    for (args, text) in [
        (
            &["nothing"][..],
            "no plugin \"nothing\"; the configuration has: lobby",
        ),
        (&["lobby", "--keep", "username"], "set `admin.token_file`"),
        (
            &["lobby", "--count", "501"],
            "cases: 501, allowed: 1 to 500",
        ),
        (
            &["lobby", "--for", "2h"],
            "seconds: 7200, allowed: 1 to 3600",
        ),
        (
            &["lobby", "--for", "1s"],
            "no call of plugin \"lobby\" was recorded",
        ),
    ] {
        let ran = folder.run(&[&["plugin", "record"], args, &at].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(text), "{text}: {ran:?}");
    }
    let ran = folder.run(&["plugin", "record", "lobby", "--out", "x", "--keep", "name"]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
}
