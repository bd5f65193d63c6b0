//! Every way out of a start that fails: an exit code of the documentation, one message, no panic.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::Command;

use crate::support::{Folder, Ran, folder};

const ROUTING: &str =
    "routing: { default: { strategy: random, backends: [{ host: 10.0.0.1, port: 5521 }] } }\n";
/// The system or another process prevents the start.
const FAILED: i32 = 1;
/// The configuration prevents the start.
const USAGE: i32 = 64;

fn with(config: &str) -> Folder {
    let listen = if config.contains("\nlisten: ") {
        ""
    } else {
        "listen: '127.0.0.1:0'\n"
    };
    folder()
        .file("config.yaml", &format!("{ROUTING}{listen}{config}"))
        .file("token", "0123456789abcdef0123456789abcdef")
}

/// Asserts what holds for every failed start.
fn assert_one_message(case: &str, ran: &Ran) {
    assert!(!ran.stderr.contains("panicked"), "{case}: {ran:?}");
    let lines = ran.stderr.lines().count();
    let heads = ran.stderr.matches("hyrouter: ").count();
    // A mistake in the configuration has a head of its own.
    let most = 1 + usize::from(ran.stderr.contains("the configuration has a mistake:\n"));
    assert!(heads == 1 && lines <= most, "{case}: {ran:?}");
    let causes = ran.stderr.matches("(os error").count();
    assert!(causes <= 1, "{case} repeats its cause: {ran:?}");
    assert!(!ran.stdout.contains("ready for players"), "{case}: {ran:?}");
}

#[test]
fn a_failed_start_ends_with_one_message() {
    let held_tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let held_udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = |address: std::io::Result<SocketAddr>| address.unwrap().port();
    let (tcp, udp) = (port(held_tcp.local_addr()), port(held_udp.local_addr()));
    let holder = format!("(process {})", std::process::id());
    let (tcp_held, udp_held) = (
        format!("TCP port {tcp} is held by"),
        format!("UDP port {udp} is held by"),
    );
    let admin_taken = format!("admin: {{ listen: '127.0.0.1:{tcp}' }}");
    let udp_taken = format!("\nlisten: '127.0.0.1:{udp}'");
    let udp_taken_by_two = format!("{udp_taken}\nquic: {{ endpoints: 2 }}");
    #[rustfmt::skip]
    let cases: [(&str, &str, i32, &[&str]); 14] = [
        ("admin port taken", &admin_taken, FAILED, &["admin.listen: ", &tcp_held, &holder]),
        ("admin address of another machine", "admin: { listen: '192.0.2.1:5580', token_file: token }", FAILED, &["admin.listen: cannot listen on TCP 192.0.2.1:5580"]),
        ("admin without a token", "admin: { listen: '0.0.0.0:0' }", USAGE, &["admin.listen", "token_file"]),
        ("token missing", "admin: { listen: '127.0.0.1:0', token_file: missing }", USAGE, &["admin.token_file: missing: "]),
        ("token is a directory", "admin: { listen: '127.0.0.1:0', token_file: . }", USAGE, &["admin.token_file"]),
        ("player port taken", &udp_taken, FAILED, &[&udp_held, &holder]),
        ("player port taken, two endpoints", &udp_taken_by_two, FAILED, &[&udp_held, &holder]),
        ("player address of another machine", "\nlisten: '192.0.2.1:5520'", FAILED, &["cannot listen on UDP 192.0.2.1:5520"]),
        ("no folder for the decision log", "logging: { decisions: missing/decisions.log }", USAGE, &["logging.decisions: ", "missing"]),
        ("the decision log is a directory", "logging: { decisions: . }", USAGE, &["logging.decisions: "]),
        ("webhook token missing", "logging: { webhook: { url: 'http://127.0.0.1:1/', token_file: missing } }", USAGE, &["logging.webhook.token_file: "]),
        ("plugin missing", "plugins: [{ name: p, type: wasm, wasm: { path: missing.wasm } }]", USAGE, &["missing.wasm"]),
        ("plugin is no module", "plugins: [{ name: p, type: wasm, wasm: { path: token } }]", USAGE, &["token"]),
        ("no keys of identities", "identity: { mode: require, jwks: missing.json }", USAGE, &["identity.jwks: "]),
    ];
    for (case, config, code, texts) in cases {
        let ran = with(config).run(&[]);
        assert_eq!(ran.code, Some(code), "{case}: {ran:?}");
        assert_one_message(case, &ran);
        for text in texts {
            assert!(ran.stderr.contains(text), "{case}: no {text:?}: {ran:?}");
        }
    }
}

/// Each limit has another step of the start fail. The last steps succeed up to the admin server, whose port is taken.
#[test]
fn a_start_without_file_descriptors_ends_with_one_message() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let admin = held.local_addr().unwrap();
    let folder = with(&format!(
        "admin: {{ listen: '{admin}' }}\nquic: {{ endpoints: 2 }}\nlogging: {{ decisions: d.log }}"
    ));
    let mut messages = std::collections::BTreeSet::new();
    for limit in 8..40 {
        let router = folder.hyrouter(&[]);
        let mut limited = Command::new("sh");
        limited
            .args(["-c", &format!("ulimit -n {limit}; exec \"$0\"")])
            .arg(router.get_program())
            .current_dir(folder.path("."));
        let ran = Ran::from(limited.output().unwrap());
        let code = ran.code.unwrap();
        assert!(code == FAILED || code == USAGE, "{limit}: {ran:?}");
        assert_one_message(&format!("{limit} file descriptors"), &ran);
        messages.insert(ran.stderr);
    }
    for step in [
        "logging.decisions",
        "cannot listen on UDP",
        "starting",
        "is held by",
    ] {
        let found = messages.iter().any(|message| message.contains(step));
        assert!(found, "no limit has {step:?} fail: {messages:?}");
    }
}
