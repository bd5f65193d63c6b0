//! `hyrouter explain`, by a configuration and by a router that runs.

use serde_json::{Value, json};

use crate::support::{Folder, example_plugin, folder};

const CONFIG: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
messages: { disconnect: { no_backends: "Nobody home." } }
routing:
  routes:
    - name: beta
      match: { hostname: "*.example.com", build: ["900.."] }
      pool: { backends: [{ host: beta.example, port: 1 }] }
    - name: regions
      match: { hostname: "*.play.example.com" }
      pool: { backends: [{ host: "$1.servers.example", port: 5520 }] }
    - name: full
      match: { hostname: full.example.com }
      pool:
        filters:
          - { type: compare, left: "counter:players", op: lt, right: "counter:slots" }
          - { type: whitelist, enabled_key: closed, list_key: guests, subject: username }
        backends:
          - { host: one.example, port: 1, meta: { "counter.players": "80", "counter.slots": "80" } }
          - { host: two.example, port: 2, meta: { "counter.players": "3", "counter.slots": "80", closed: "true", guests: "Birch,Cedar" } }
"#;

fn with(more: &str) -> Folder {
    folder().file("config.yaml", &format!("{CONFIG}{more}"))
}

fn explain(folder: &Folder, args: &[&str]) -> String {
    let ran = folder.run(&[&["explain"], args].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.stdout
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    serde_json::from_str(&explain(folder, &[args, &["--json"]].concat())).unwrap()
}

#[test]
fn a_refused_player_is_told_the_filter_the_backend_and_the_value() {
    let folder = with("");
    let args = ["--sni", "full.example.com", "--username", "Alder"];
    let text = explain(&folder, &args);
    for expected in [
        "route 0 (\"beta\")",
        "route 2 (\"full\") matches by \"full.example.com\"",
        "one.example:1: filter 0 (compare counter:players lt counter:slots)",
        "counter:players \"80\"",
        "two.example:2: filter 1 (whitelist",
        "Alder",
        "answer: Disconnect (no_backends): Nobody home.",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let report = json(&folder, &args);
    let removed = &report["routing"]["steps"][0]["removed"];
    assert_eq!(removed[0]["backend"], "one.example:1");
    assert_eq!(removed[0]["by"], "filter");
    assert_eq!(removed[0]["index"], 0);
    assert_eq!(
        removed[0]["seen"][0],
        json!({"what": "counter:players", "value": "80"})
    );
    assert_eq!(report["answer"]["reason"], "no_backends");

    let guest = json(
        &folder,
        &["--sni", "full.example.com", "--username", "Cedar"],
    );
    assert_eq!(guest["answer"]["to"], "two.example:2");
}

#[test]
fn what_is_said_of_the_player_decides() {
    let folder = with("");
    let to = |args: &[&str]| json(&folder, args)["answer"]["to"].clone();
    assert_eq!(
        to(&["--sni", "EU.play.example.com"]),
        "eu.servers.example:5520"
    );
    assert_eq!(
        to(&["--sni", "x.example.com", "--build", "901"]),
        "beta.example:1"
    );
    let nowhere = json(&folder, &["--sni", "x.example.com"]);
    assert_eq!(nowhere["answer"]["reason"], "no_route");
    assert_eq!(
        nowhere["routing"]["passed_over"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn the_packet_is_the_one_that_is_sent() {
    let folder = with("");
    let report = json(
        &folder,
        &["--sni", "eu.play.example.com", "--generation", "g2"],
    );
    let hex = report["answer"]["hex"].as_str().unwrap();
    let line = json!({"name": "answer", "kind": "client_referral", "generation": "g2", "packet_id": 18, "hex": &hex[16..]});
    let ran = folder.run_with_input(&["packet", "decode"], &format!("{line}\n"));
    let decoded: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(decoded["ok"], true, "{decoded} {report}");
    assert_eq!(
        decoded["fields"]["host_to"]["host"], "eu.servers.example",
        "{decoded}"
    );
}

#[test]
fn a_router_that_runs_explains_itself() {
    let folder = with("");
    let (_router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let args = ["--sni", "full.example.com", "--username", "Alder"];
    let by_file = json(&folder, &args);
    let remote = [&args[..], &["--admin", &admin.address]].concat();
    assert_eq!(json(&folder, &remote), by_file);
    // What was commanded shows.
    admin.post("/api/backends/two.example:2/drain", &json!({}));
    let text = explain(&folder, &remote[2..]);
    assert!(text.contains("no_route"), "without a host: {text}");
    let cedar = [
        "--sni",
        "full.example.com",
        "--username",
        "Cedar",
        "--admin",
        &admin.address,
    ];
    let text = explain(&folder, &cedar);
    assert!(text.contains("two.example:2: drain"), "{text}");

    let wrong = admin.ask("POST", "/api/explain", r#"{"snii": "x"}"#);
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("snii"), "{wrong:?}");
}

#[test]
fn plugins_are_asked_when_told_to() {
    let plugin = example_plugin("wasm-plugin.wasm");
    let more = format!(
        "plugins: [{{ name: guard, type: wasm, wasm: {{ path: {plugin} }}, stage: deny }}]\n"
    );
    let folder = with(&more);
    let args = [
        "--sni",
        "eu.play.example.com",
        "--username",
        "deny",
        "--generation",
        "g2",
    ];
    let without = json(&folder, &args);
    assert_eq!(
        (&without["plugins"], &without["answer"]["reason"]),
        (&json!(null), &json!("referred"))
    );
    assert_eq!(without["plugins_left_out"], 1);
    assert!(explain(&folder, &args).contains("1 plugin was not called"));
    let nowhere = ["--sni", "nowhere.example.org"];
    let left_out = &json(&folder, &nowhere)["plugins_left_out"];
    assert_eq!(left_out, 1, "players without a route are asked about too");
    let report = json(&folder, &[&args[..], &["--plugins"]].concat());
    assert_eq!(report["plugins"][0]["verdict"], "denied");
    assert_eq!(report["answer"]["reason"], "plugin_denied");
    let text = explain(&folder, &[&args[..], &["--plugins"]].concat());
    assert!(text.contains("plugin guard: denied"), "{text}");
}

#[test]
fn what_turns_away_before_a_packet_is_told() {
    let folder = with("limits: { deny: [203.0.113.0/24] }\ntls: { alpn: [hytale/2] }\n");
    let ask = |args: &[&str]| {
        let args = [
            &["--sni", "eu.play.example.com", "--alpn", "hytale/2"],
            args,
        ]
        .concat();
        json(&folder, &args)["answer"].clone()
    };
    assert_eq!(ask(&[])["to"], "eu.servers.example:5520");
    let denied = ask(&["--ip", "203.0.113.9"]);
    assert_eq!(
        (&denied["reason"], &denied["packet"]),
        (&json!("limited_denied"), &json!(null))
    );
    let args = ["--sni", "eu.play.example.com", "--alpn", "hytale/3"];
    assert_eq!(json(&folder, &args)["answer"]["reason"], "no_alpn");
}

/// A signed explanation would let its caller impersonate any player.
#[test]
fn what_is_explained_is_not_signed() {
    let secret = "0123456789abcdef0123456789abcdef";
    for version in [1, 2] {
        let folder = with(&format!(
            "referral: {{ version: {version}, hmac_secret: {secret} }}\n"
        ));
        let args = [
            "--sni",
            "eu.play.example.com",
            "--uuid",
            "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f",
            "--verified",
        ];
        let report = json(&folder, &args);
        let packet = report["answer"]["hex"].as_str().unwrap();
        assert!(
            packet.contains("48595250"),
            "there is an envelope: {packet}"
        );
        let signature = "00".repeat(32);
        assert!(packet.contains(&signature), "version {version}: {packet}");
    }
}

#[test]
fn identity_is_judged_as_the_configuration_has_it() {
    let folder = folder();
    crate::support::keys::key_pair(&folder, "key.json", "keys.json", "one");
    let folder = folder.file(
        "config.yaml",
        &format!("{CONFIG}identity: {{ mode: require, jwks: keys.json }}\n"),
    );
    let ask = |more: &[&str]| {
        let args = [&["--sni", "full.example.com", "--username", "Cedar"], more].concat();
        json(&folder, &args)["answer"].clone()
    };
    assert_eq!(ask(&[])["reason"], "identity_missing");
    assert_eq!(
        ask(&["--token", "nonsense"])["reason"],
        "identity_malformed"
    );
    assert_eq!(ask(&["--verified"])["to"], "two.example:2");
}

#[test]
fn what_can_not_be_asked_is_said() {
    let folder = with("");
    for (args, message) in [
        (&["--client-type", "robot"][..], "game, editor"),
        (&["--ip", "nowhere"], "--ip"),
        (&["--referral", "zz"], "referral"),
        (&["--verified", "--token", "x"], "--token"),
        (&["--token-file", "x"], "--admin"),
    ] {
        let ran = folder.run(&[&["explain"], args].concat());
        assert_ne!(ran.code, Some(0), "{args:?}");
        assert!(ran.stderr.contains(message), "{args:?}: {ran:?}");
    }
}

/// A name in Unicode is what clients send for it, in patterns and in questions, and both forms are shown.
#[test]
fn names_in_unicode_are_what_clients_send() {
    const PATTERNS: &str = "[\"MÜNCHEN.example.com\", \"*.münchen.example.com\"]";
    let config = format!(
        "listen: \"127.0.0.1:0\"\nadmin: {{ listen: \"127.0.0.1:0\" }}\nrouting: {{ routes: [{{ name: m, match: \
         {{ hostnames: {PATTERNS} }}, pool: {{ backends: [{{ host: m.example, port: 1 }}] }} }}] }}\n"
    );
    let folder = folder().file("config.yaml", &config);
    let checked = folder.run(&["check"]).stdout;
    let both = "MÜNCHEN.example.com (xn--mnchen-3ya.example.com)";
    assert!(checked.contains(both), "{checked}");
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    for typed in ["münchen.example.com", "eu.münchen.example.com"] {
        let sent = typed.replace("münchen", "xn--mnchen-3ya");
        let text = explain(&folder, &["--sni", typed]);
        let first = format!("player of {sent}, typed as {typed} (");
        assert!(text.starts_with(&first), "{text}");
        assert!(
            text.contains("(xn--mnchen-3ya.example.com)") || typed.starts_with("eu"),
            "{text}"
        );
        for name in [typed, &sent] {
            assert!(explain(&folder, &["--sni", name]).contains("to m.example:1"));
            assert_eq!(router.probe(&["--sni", name])["sni"], *sent);
            let asked = admin.post("/api/explain", &json!({ "sni": name }));
            assert_eq!(asked["answer"]["to"], "m.example:1", "{name}: {asked}");
        }
    }
}

/// What no client can send is refused alike by every command, with the reason.
#[test]
fn names_that_no_client_sends_are_refused() {
    let folder = with("");
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    for (name, why) in [
        ("203.0.113.5", "it is an IP address"),
        ("[2001:db8::1]", "it is an IP address"),
        ("play.example.com:5520", "write \"play.example.com\""),
        ("https://play.example.com", "write \"play.example.com\""),
        ("play..example.com", "nothing before or between its dots"),
        ("play example.com", "the character ' '"),
        ("lobby.1", "its last part is a number"),
    ] {
        for command in [&["explain"][..], &["probe", router.address.as_str()]] {
            let ran = folder.run(&[command, &["--sni", name]].concat());
            assert_eq!(ran.code, Some(64), "{ran:?}");
            assert!(ran.stderr.contains(why), "{name}: {ran:?}");
        }
        let question = json!({ "sni": name }).to_string();
        let asked = admin.ask("POST", "/api/explain", &question);
        assert_eq!(asked.status, 422, "{asked:?}");
        let answer: Value = serde_json::from_str(&asked.body).unwrap();
        let mistake = answer["mistakes"][0].as_str().unwrap();
        assert!(mistake.contains(why), "{name}: {mistake}");
    }
}

/// As the original answers: the error of an empty pool has a text, and a text of blanks is none.
#[test]
fn texts_are_filled_as_in_the_original() {
    let config = "messages: { disconnect: { no_backends: \"Reason: ${error}\", no_route: \" \" } }\n\
                  routing: { routes: [{ match: { hostname: a.example }, pool: {} }] }\n";
    let folder = folder().file("config.yaml", config);
    let refused = json(&folder, &["--sni", "a.example"]);
    assert_eq!(refused["answer"]["text"], "Reason: no backends");
    let refused = json(&folder, &["--sni", "b.example"]);
    let text = refused["answer"]["text"].as_str().unwrap();
    assert!(text.starts_with("This server"), "{text}");
}
