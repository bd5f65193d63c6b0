//! `hyrouter keys` and `hyrouter envelope`, for version 2.

use hyrouter_referral::{Secret, SigningKey};
use serde_json::json;

use crate::support::folder;
use crate::support::referral::{PLAYER, SECRET, SEED, config};

#[test]
fn keys_are_made_and_listed() {
    let folder = folder();
    for (algorithm, id) in [("ed25519", "7"), ("hmac-sha256", "8")] {
        let out = format!("{id}.key");
        let ran = folder.run(&[
            "keys",
            "generate",
            "--algorithm",
            algorithm,
            "--id",
            id,
            "--out",
            &out,
        ]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let text = std::fs::read_to_string(folder.path(&out)).unwrap();
        assert!(
            !ran.stdout.contains(text.trim()),
            "the secret is in the file alone"
        );
        assert_eq!(
            folder.run(&["keys", "generate", "--out", &out]).code,
            Some(1),
            "never over one that is there"
        );
        // What it prints is a part of a configuration.
        let yaml = format!(
            "{}\n{}",
            config("{}").replace("referral: {}\n", ""),
            ran.stdout
        );
        std::fs::write(folder.path("config.yaml"), yaml).unwrap();
        let listed = folder.run(&["keys", "list", "--json"]).json();
        assert_eq!(
            (&listed["id"], &listed["state"], &listed["algorithm"]),
            (
                &json!(id.parse::<u8>().unwrap()),
                &json!("signs"),
                &json!(algorithm)
            ),
            "{listed}"
        );
        if let Some(public_key) = listed["public_key"].as_str() {
            assert!(ran.stdout.contains(public_key), "{ran:?}");
        }
    }
    let listed = folder.run(&["keys", "list"]);
    assert!(
        listed
            .stdout
            .starts_with("seal    key 8    hmac-sha256  signs"),
        "{listed:?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = folder
            .path("7.key")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn keys_and_envelopes_are_json_objects() {
    let folder = folder();
    let made = folder.run(&["keys", "generate", "--id", "7", "--out", "k", "--json"]);
    let made = made.json();
    let listed = std::fs::read_to_string(folder.path("k")).unwrap();
    let key = SigningKey::ed25519(7, &Secret::parse(listed.trim()).unwrap()).unwrap();
    let public_key = hex::encode(key.public_key().unwrap());
    assert_eq!(
        made,
        json!({"for": "referral", "id": 7, "algorithm": "ed25519", "secret_file": "k", "public_key": public_key})
    );
    let args = [
        "--for", "token", "--id", "dev", "--out", "t", "--jwks", "set.json", "--json",
    ];
    let made = folder
        .run(&[&["keys", "generate"][..], &args].concat())
        .json();
    let set = std::fs::read_to_string(folder.path("set.json")).unwrap();
    let set: serde_json::Value = serde_json::from_str(&set).unwrap();
    assert_eq!(
        made,
        json!({"for": "token", "secret_file": "t", "jwks_file": "set.json", "jwks": set})
    );
    let sealed = folder.run(&["envelope", "seal", "hi", "--json"]).json();
    assert_eq!(
        sealed,
        json!({"envelope": "4859525001000002006869", "bytes": 11})
    );
}

#[test]
fn envelopes_of_version_2_by_hand() {
    let folder = folder().file("secret", SEED).file("other", SECRET);
    let sealed = folder.run(&[
        "envelope",
        "seal",
        "party=12",
        "--kind",
        "ticket",
        "--secret-file",
        "secret",
        "--algorithm",
        "ed25519",
        "--key-id",
        "9",
        "--player",
        PLAYER,
        "--route",
        "arena",
        "--host",
        "play.example.com",
        "--port",
        "5520",
    ]);
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    let bytes = sealed.stdout.trim();
    let public_key = SigningKey::ed25519(9, &Secret::parse(SEED).unwrap())
        .unwrap()
        .public_key()
        .unwrap();
    let public_key = hex::encode(public_key);
    for (args, code, check) in [
        (&["--public-key", &public_key][..], 0, json!(null)),
        (
            &["--secret-file", "secret", "--algorithm", "ed25519"],
            0,
            json!(null),
        ),
        (&["--secret-file", "other"], 1, json!("algorithm")),
        (
            &[
                "--public-key",
                &public_key,
                "--player",
                "00000000-0000-4000-8000-00000000abcd",
            ],
            1,
            json!("player"),
        ),
        (
            &[
                "--public-key",
                &public_key,
                "--host",
                "play.example.com",
                "--port",
                "1",
            ],
            1,
            json!("target"),
        ),
    ] {
        let all = [
            &["envelope", "open", bytes, "--json", "--key-id", "9"][..],
            args,
        ]
        .concat();
        let opened = folder.run(&all);
        assert_eq!(opened.code, Some(code), "{args:?}: {opened:?}");
        let fields = opened.json();
        assert_eq!(fields["code"], check, "{args:?}");
        assert_eq!(
            (&fields["route"], &fields["content_text"]),
            (&json!("arena"), &json!("party=12"))
        );
    }
    let shown = folder.run(&["envelope", "open", bytes]);
    assert!(
        shown.stdout.contains("for: play.example.com:5520\n"),
        "{shown:?}"
    );
    assert!(shown.stdout.contains("verified: not checked"), "{shown:?}");
    let unsigned = folder.run(&["envelope", "seal", "x", "--kind", "ticket"]);
    assert!(unsigned.stderr.contains("always signed"), "{unsigned:?}");
}
