//! The commands that do not serve.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::folder;

const VECTORS: &str = include_str!("../../../../crates/protocol/tests/vectors.jsonl");

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_cause_is_told_once() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("listen: '{}'", taken.local_addr().unwrap());
    for (admin, cause) in [
        ("listen: '127.0.0.1:0', token_file: none", "No such file"),
        (&*taken, "in use"),
    ] {
        let config = format!(
            "listen: '127.0.0.1:0'\nadmin: {{ {admin} }}\n\
             routing: {{ default: {{ backends: [{{ host: a, port: 1 }}] }} }}\n"
        );
        let ran = folder().file("config.yaml", &config).run(&[]);
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.stderr.matches(cause).count(), 1, "{}", ran.stderr);
    }
}

#[test]
fn a_taken_port_is_told_with_its_holder() {
    let holder = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap();
    let folder = folder().file(
        "config.yaml",
        &format!("listen: \"{address}\"\nrouting: {{ default: {{ backends: [{{ host: a, port: 1 }}] }} }}\n"),
    );
    let ran = folder.run(&[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .contains(&format!("UDP port {} is held by", address.port())),
        "{ran:?}"
    );
}

#[test]
fn each_schema_is_a_json_schema() {
    for (arguments, property) in [
        (&["schema"][..], "/properties/routing"),
        (&["schema", "--plugin"], "/$defs/ConnectRequest"),
        (
            &["schema", "--backends"],
            "/$defs/BackendEntry/properties/host",
        ),
    ] {
        let schema = folder().run(arguments).json();
        let draft = schema["$schema"].as_str().unwrap();
        assert!(draft.contains("json-schema.org"), "{draft}");
        assert!(schema.pointer(property).is_some(), "{schema}");
    }
    let both = folder().run(&["schema", "--plugin", "--backends"]);
    assert_eq!(both.code, Some(64), "{both:?}");
}

#[test]
fn packets_agree_with_the_vectors() {
    let ran = folder().run_with_input(&["packet", "decode"], VECTORS);
    assert_eq!(ran.code, Some(1), "some vectors are wrong on purpose");
    let (vectors, answers) = (lines(VECTORS), lines(&ran.stdout));
    assert_eq!(vectors.len(), answers.len());
    for (vector, answer) in vectors.iter().zip(&answers) {
        assert_eq!(vector["name"], answer["name"]);
        match vector["expect"].as_str().unwrap() {
            "ok" => assert_eq!(
                (&answer["ok"], &answer["fields"]),
                (&json!(true), &vector["fields"]),
                "{answer}"
            ),
            "error" => assert_eq!(answer["ok"], json!(false), "{answer}"),
            _ => assert!(answer["ok"].is_boolean(), "{answer}"),
        }
    }
}

#[test]
fn decoded_packets_encode_to_what_decodes_again() {
    let decoded = folder().run_with_input(&["packet", "decode"], VECTORS);
    let again: Vec<_> = lines(VECTORS)
        .into_iter()
        .zip(lines(&decoded.stdout))
        .filter(|(vector, answer)| vector["kind"] != "frame" && answer["ok"] == json!(true))
        .map(|(vector, answer)| {
            json!({
                "name": vector["name"],
                "kind": vector["kind"],
                "generation": answer["generation"],
                "fields": answer["fields"],
            })
            .to_string()
        })
        .collect();
    let again = again.join("\n");
    let encoded = folder().run_with_input(&["packet", "encode"], &again);
    assert!(lines(&encoded.stdout).len() > 80);
    for line in lines(&encoded.stdout) {
        assert_eq!(line["ok"], json!(true), "{line}");
    }
}

#[test]
fn a_bad_line_does_not_end_the_run() {
    let input = "nonsense\n\n{\"name\": \"a\"}\n{\"name\": \"b\", \"kind\": \"client_disconnect\", \"generation\": \"cd\", \"packet_id\": 1, \"hex\": \"0000\"}";
    let ran = folder().run_with_input(&["packet", "decode"], input);
    let oks: Vec<_> = lines(&ran.stdout)
        .iter()
        .map(|line| line["ok"].clone())
        .collect();
    assert_eq!(oks, [json!(false), json!(false), json!(true)]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let good = input.lines().last().unwrap();
    let ran = folder().run_with_input(&["packet", "decode"], good);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn envelopes_are_sealed_and_opened() {
    let folder = folder().file("secret", "hex:000102030405060708090a0b0c0d0e0f");
    let sealed = folder.run(&[
        "envelope",
        "seal",
        "party=12",
        "--key-id",
        "3",
        "--secret-file",
        "secret",
    ]);
    let hex = sealed.stdout.trim();
    let opened = folder
        .run(&[
            "envelope",
            "open",
            hex,
            "--json",
            "--key-id",
            "3",
            "--secret-file",
            "secret",
        ])
        .json();
    assert_eq!(
        (&opened["content_text"], &opened["verified"]),
        (&json!("party=12"), &json!(true))
    );

    let unsigned = folder.run_with_input(&["envelope", "seal", "--hex"], "00ff\n");
    let opened = folder
        .run_with_input(&["envelope", "open", "--json"], &unsigned.stdout)
        .json();
    assert_eq!(
        (&opened["content"], &opened["signed"]),
        (&json!("00ff"), &json!(false))
    );

    let mut command = folder.hyrouter(&[
        "envelope",
        "open",
        hex,
        "--key-id",
        "3",
        "--secret-env",
        "MY_SECRET",
    ]);
    let output = command
        .env("MY_SECRET", "hex:ff0102030405060708090a0b0c0d0e0f")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "a wrong secret");
    assert_eq!(
        folder.run(&["envelope", "open", "0000"]).code,
        Some(1),
        "no envelope"
    );
    assert_eq!(
        folder.run(&["envelope", "seal", &"x".repeat(4088)]).code,
        Some(1),
        "too long"
    );
}

#[test]
fn probe_says_when_nobody_answers() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let ran = folder().run(&["probe", &address, "--timeout", "300ms"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("no answer within"), "{ran:?}");
    assert!(
        ran.stdout
            .contains("hint: nothing answers on this UDP port"),
        "{ran:?}"
    );
}

#[test]
fn bad_usage_ends_with_64_and_help_with_0() {
    let folder = folder();
    assert_eq!(folder.run(&["--no-such-flag"]).code, Some(64));
    assert_eq!(
        folder
            .run(&["probe", "127.0.0.1", "--generation", "g9"])
            .code,
        Some(64)
    );
    let help = folder.run(&["--help"]);
    assert_eq!(help.code, Some(0));
    for word in [
        "check",
        "schema",
        "probe",
        "packet",
        "envelope",
        "--config",
        "--log-level",
    ] {
        assert!(help.stdout.contains(word), "{word} in the help");
    }
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish"] {
        let ran = folder.run(&["completions", shell]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        for word in ["explain", "no-watch", "probe"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(folder.run(&["man", "pages"]).code, Some(0));
    let page = |name: &str| fs::read_to_string(folder.path("pages").join(name)).unwrap();
    assert!(page("hyrouter.1").contains("no\\-watch"));
    for section in ["EXAMPLES", "SIGNALS", "EXIT CODES", "DOCUMENTATION"] {
        let begin = format!("\n.SH {section}\n.nf\n");
        assert!(page("hyrouter.1").contains(&begin), "{section}");
    }
    assert!(page("hyrouter-explain.1").contains("\\-\\-sni"));
    assert!(page("hyrouter-keys-generate.1").contains(".TH hyrouter-keys-generate"));
}

/// A write error on a full disk is reported.
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let folder = folder().file(
        "config.yaml",
        "routing: { default: { backends: [{ host: a, port: 1 }] } }",
    );
    for args in [
        &["check"][..],
        &["check", "--json"],
        &["schema"],
        &["explain"],
        &["completions", "bash"],
        &["envelope", "seal", "x"],
        &["envelope", "open", "485952500100000000"],
        &["keys", "list"],
        &["keys", "generate", "--out", "key"],
        &["packet", "decode"],
        &["probe", "127.0.0.1:9", "--timeout", "1ms"],
        &["--help"],
        &["--version"],
        &["check", "--help"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut child = folder.hyrouter(args);
        child.stdin(Stdio::piped()).stdout(full);
        let mut child = child.stderr(Stdio::piped()).spawn().unwrap();
        // A command that reads nothing may have ended.
        let _ = child.stdin.take().unwrap().write_all(b"{}\n");
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        let cause = "cannot write to standard output: No space left";
        assert_eq!(stderr.matches(cause).count(), 1, "{args:?}: {stderr}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let folder = folder();
    let ran = folder
        .hyrouter(&["schema"])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!((ran.status.code(), ran.stderr), (Some(141), Vec::new()));
}
