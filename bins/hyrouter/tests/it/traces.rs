//! Traces of the built binary, as a collector receives them. The tests of `hyrouter-traces` check each span.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::support::{Router, example_plugin, folder};

/// Accepts requests and sends this body in each response. Returns its URL, and head and body of each request.
fn collector(response: &'static [u8]) -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (told, sent) = sync_channel(100);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            let mut head = String::new();
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                let lower = line.to_ascii_lowercase();
                if let Some(text) = lower.strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
                head.push_str(&lower);
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let length = response.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let answer = [answer.as_bytes(), response].concat();
            let _ = reader.get_mut().write_all(&answer);
            told.send((head, body)).unwrap();
        }
    });
    (endpoint, sent)
}

#[test]
fn a_connection_has_spans_of_its_steps_and_plugins_without_a_player() {
    let (endpoint, sent) = collector(b"");
    let plugin = example_plugin("wasm-plugin.wasm");
    let config = format!(
        "listen: \"127.0.0.1:0\"
plugins: [{{ name: guard, type: wasm, wasm: {{ path: {plugin} }}, stage: deny }}]
telemetry: {{ otlp: {{ endpoint: \"{endpoint}\", service_name: front-door }} }}
routing: {{ default: {{ backends: [{{ host: a.example, port: 1 }}] }} }}\n"
    );
    let folder = folder().file("config.yaml", &config);
    let mut command = folder.hyrouter(&[]);
    // Defaults of OpenTelemetry's exporter; those of another program in the same environment are not ours.
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "no URL"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-key=hunter2"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_SERVICE_NAME", "hunter2"),
        ("OTEL_RESOURCE_ATTRIBUTES", "key=hunter2"),
    ] {
        command.env(name, value);
    }
    let mut router = Router::begin(command);
    router.ready();
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
    let (heads, bodies): (Vec<_>, Vec<_>) = sent.try_iter().unzip();
    assert!(!heads.concat().contains("hunter2"), "{heads:?}");
    let bytes = bodies.concat();
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
    for secret in ["Alder", "secret.example.com", "127.0.0.1", "hunter2"] {
        assert!(!has(secret), "{secret}");
    }
}

#[test]
fn an_unreachable_collector_affects_no_player_and_is_logged() {
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
    let warning = router.until("trace delivery failed");
    assert_eq!(warning["collector"], "http://127.0.0.1:1");
    let error = warning["error"].as_str().unwrap();
    assert!(error.contains("refused"), "{error}");
    assert!(admin.metric("hyrouter_trace_spans_lost_total ") >= 1.0);
    router.signal("TERM");
    assert_eq!(router.wait().code(), Some(0));
}

#[test]
fn spans_that_the_collector_rejects_are_logged_and_counted() {
    // `partial_success` with `rejected_spans`, which is 2.
    let (endpoint, _sent) = collector(b"\x0a\x02\x08\x02");
    let config = format!(
        "listen: \"127.0.0.1:0\"
admin: {{ listen: \"127.0.0.1:0\" }}
telemetry: {{ otlp: {{ endpoint: \"{endpoint}\" }} }}
routing: {{ default: {{ backends: [{{ host: a.example, port: 1 }}] }} }}\n"
    );
    let folder = folder().file("config.yaml", &config);
    let (mut router, admin) = folder.serve_with_admin(&[]);
    router.probe(&["--sni", "a.example.com"]);
    let warning = router.until("the collector rejected spans");
    assert_eq!(warning["level"], "WARN");
    assert_eq!(warning["collector"], endpoint);
    assert_eq!(warning["spans"], 2);
    assert!(admin.metric("hyrouter_trace_spans_lost_total ") >= 2.0);
    router.signal("TERM");
    assert_eq!(router.wait().code(), Some(0));
}
