//! Traces of the built binary, as a collector gets them. What is in each span, the tests of `hyrouter-traces` look at.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::support::{example_plugin, folder};

/// Takes what is posted, and says that it was good.
fn collector() -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (told, sent) = sync_channel(100);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                let lower = line.to_ascii_lowercase();
                if let Some(text) = lower.strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let _ = reader.get_mut().write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
            told.send(body).unwrap();
        }
    });
    (endpoint, sent)
}

#[test]
fn each_connection_has_spans_for_its_steps_and_plugins_and_names_nobody() {
    let (endpoint, sent) = collector();
    let plugin = example_plugin("wasm-plugin.wasm");
    let config = format!(
        "listen: \"127.0.0.1:0\"
plugins: [{{ name: guard, type: wasm, wasm: {{ path: {plugin} }}, stage: deny }}]
telemetry: {{ otlp: {{ endpoint: \"{endpoint}\", service_name: front-door }} }}
routing: {{ default: {{ backends: [{{ host: a.example, port: 1 }}] }} }}\n"
    );
    let folder = folder().file("config.yaml", &config);
    let mut router = folder.serve(&[]);
    let args = [
        "--sni",
        "secret.example.com",
        "--username",
        "Alder",
        "--generation",
        "g2",
    ];
    router.probe(&args);
    router.signal("TERM");
    assert_eq!(router.wait().code(), Some(0));
    let bytes: Vec<u8> = sent.try_iter().flatten().collect();
    let has = |text: &str| {
        bytes
            .windows(text.len())
            .any(|seen| seen == text.as_bytes())
    };
    for text in [
        "front-door",
        "handshake",
        "connect",
        "decision",
        "guard",
        "a.example:1",
        "referred",
    ] {
        assert!(has(text), "{text} in {}", String::from_utf8_lossy(&bytes));
    }
    for secret in ["Alder", "secret.example.com", "127.0.0.1"] {
        assert!(!has(secret), "{secret}");
    }
}

#[test]
fn a_collector_that_is_away_costs_no_player_anything() {
    let config = "listen: \"127.0.0.1:0\"
admin: { listen: \"127.0.0.1:0\" }
telemetry: { otlp: { endpoint: \"http://127.0.0.1:1\", timeout: 1s } }
routing: { default: { backends: [{ host: a.example, port: 1 }] } }\n";
    let folder = folder().file("config.yaml", config);
    let (mut router, admin) = folder.serve_with_admin(&[]);
    for _ in 0..3 {
        assert_eq!(
            router.probe(&["--sni", "a.example.com"])["outcome"],
            "referral"
        );
    }
    assert!(
        admin.metric("hyrouter_decisions_total{outcome=\"referral\",reason=\"referred\"} ") >= 3.0
    );
    router.signal("TERM");
    assert_eq!(router.wait().code(), Some(0));
}
