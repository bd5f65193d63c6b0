//! A reload takes a check away only if the configuration says so.

use serde_json::{Value, json};

use crate::support::admin::Admin;
use crate::support::players::{player, refusal};
use crate::support::replaced::{self, config, counting_plugin, host, write};
use crate::support::{Folder, Router, folder};

/// Checks of all kinds.
const STRICT: &str = "\
listen: '127.0.0.1:0'
admin: { listen: '127.0.0.1:0' }
routing:
  default: { backends: [{ host: a.example, port: 5520 }] }
limits: { deny: [203.0.113.0/24] }
referral:
  version: 2
  hmac_secret: 0123456789abcdef
identity:
  jwks: keys.json
  mode: report
plugins:
  - name: other
    type: wasm
    wasm: { path: plugin.wasm, instances: 1 }
    mode: shadow
  - name: bans
    type: wasm
    wasm: { path: plugin.wasm, instances: 1 }
    stage: deny
";

fn serve() -> (Folder, Router, Admin) {
    let folder = folder().file("config.yaml", STRICT);
    crate::support::keys::key_pair(&folder, "key.json", "keys.json", "one");
    counting_plugin(&folder, "bans");
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    (folder, router, admin)
}

/// What makes the configuration strict, as the router sees it.
fn checks(status: &Value) -> Value {
    let plugins = status["plugins"].as_array().unwrap();
    let bans = plugins.iter().find(|plugin| plugin["name"] == "bans");
    json!({
        "identity": status["identity"]["mode"],
        "bans": bans.map(|plugin| json!([plugin["stage"], plugin["mode"]])),
        "deny": status["limits"]["deny"],
    })
}

/// A file that is cut off anywhere is refused, or has all checks in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_file_that_was_cut_off_takes_no_check_away() {
    let (folder, router, admin) = serve();
    let strict = checks(&admin.status());
    let (mut accepted, mut refused) = (0, 0);
    for end in (0..STRICT.len()).step_by(3).chain([STRICT.len()]) {
        write(&folder, "config.yaml", &STRICT[..end]);
        match admin.ask("POST", "/reload", "{}").status {
            200 => accepted += 1,
            409 => refused += 1,
            other => panic!("{other}"),
        }
        assert_eq!(checks(&admin.status()), strict, "{}", &STRICT[..end]);
    }
    assert!(accepted > 0 && refused > 100, "{accepted} {refused}");
    let outcome = player(&router, "Alder").comes().await;
    assert!(
        refusal(&outcome).unwrap().starts_with("bans"),
        "{outcome:?}"
    );
    assert_eq!(admin.status()["config"]["lowered"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_lowered_is_refused_or_told() {
    let (folder, mut router, admin) = serve();
    let without = &STRICT[..STRICT.find("limits:").unwrap()];
    write(&folder, "config.yaml", without);
    let refused = admin.ask("POST", "/reload", "{}");
    assert_eq!(refused.status, 409, "{refused:?}");
    let gone = [
        "identity.mode: lowered from report to off",
        "limits.deny: lowered from a list of 1 to []",
        "referral: lowered from signed to not signed",
        "plugins: required plugin \"bans\" was removed",
    ];
    let mistakes = refused.json()["mistakes"].clone();
    for line in &gone {
        let found = mistakes.as_array().unwrap().iter();
        let found = found
            .filter_map(Value::as_str)
            .filter(|found| found.starts_with(line));
        assert_eq!(found.count(), 1, "{line}: {mistakes}");
    }
    assert!(
        mistakes[0]
            .as_str()
            .unwrap()
            .ends_with("write `identity: {mode: off}`"),
        "{mistakes}"
    );

    let meant = "identity: { mode: off }\nlimits: { deny: [] }\nreferral: {}\nplugins: []\n";
    write(&folder, "config.yaml", &format!("{without}{meant}"));
    admin.post("/reload", &json!({}));
    assert_eq!(router.until("check lowered")["level"], "WARN");
    let lowered = admin.status()["config"]["lowered"].clone();
    for line in gone {
        assert!(
            lowered.as_array().unwrap().contains(&line.into()),
            "{line}: {lowered}"
        );
    }
    assert!(admin.metric("hyrouter_config_checks_lowered ") > 0.0);
    assert_eq!(host(&player(&router, "Alder").comes().await), "a.example");
    // It stays told until it is as it was.
    admin.post("/reload", &json!({}));
    assert_eq!(admin.status()["config"]["lowered"], lowered);
    write(&folder, "config.yaml", STRICT);
    admin.post("/reload", &json!({}));
    assert_eq!(admin.status()["config"]["lowered"], json!([]));
    assert!(admin.metric("hyrouter_config_checks_lowered ") < 1.0);
}

#[test]
fn an_empty_configuration_is_refused() {
    let (folder, _router, admin) = replaced::serve(&config("a.example"), &["--no-watch"]);
    for text in [
        "",
        "# nothing\n",
        "{}",
        "---\n",
        "null",
        "admin: { listen: '127.0.0.1:0' }\n",
    ] {
        write(&folder, "config.yaml", text);
        let refused = admin.ask("POST", "/reload", "{}");
        assert_eq!(refused.status, 409, "{text:?}: {refused:?}");
        let ran = folder.run(&["check"]);
        assert_eq!(ran.code, Some(64), "{text:?}: {ran:?}");
    }
}
