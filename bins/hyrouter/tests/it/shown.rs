//! What the status shows of a router: its certificate, and totals that are those of the router.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::{Folder, folder};

const HEAD: &str = "listen: '127.0.0.1:0'\nadmin: { listen: '127.0.0.1:0' }\n";
const DEFAULT: &str = "default: { strategy: random, backends: [{ host: 10.0.0.9, port: 5520 }] }";

/// A certificate that is valid in these years.
fn with_certificate(from: i32, until: i32) -> Folder {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(["play.example.com".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    folder()
        .file("cert.pem", &certificate.pem())
        .file("key.pem", &key.serialize_pem())
        .file(
            "config.yaml",
            &format!("{HEAD}routing: {{ {DEFAULT} }}\ntls: {{ cert_file: cert.pem, key_file: key.pem }}\n"),
        )
}

#[test]
fn a_certificate_outside_of_its_time_is_warned_of_and_measured() {
    let cases = [
        (
            2001,
            2002,
            Some("ended at 2002-01-01T00:00:00Z"),
            1_009_843_200.0,
        ),
        (
            2200,
            2201,
            Some("not valid before 2200-01-01T00:00:00Z"),
            7_289_654_400.0,
        ),
        (2001, 2201, None, 7_289_654_400.0),
    ];
    for (from, until, warning, not_after) in cases {
        let folder = with_certificate(from, until);
        let checked = folder.run(&["check"]);
        assert_eq!(checked.code, Some(0), "{checked:?}");
        let (mut router, admin) = folder.serve_with_admin(&[]);
        let status = admin.status();
        let certificate = &status["config"]["certificate"];
        assert_eq!(certificate["not_after"], json!(not_after));
        assert_eq!(certificate["is_valid"], json!(warning.is_none()));
        let measured = admin.metric("hyrouter_certificate_not_after_seconds ");
        assert!((measured - not_after).abs() < 1.0, "{measured}");
        let warnings = status["warnings"].to_string();
        match warning {
            None => {
                assert!(!checked.stdout.contains("warning"), "{checked:?}");
                assert_eq!(warnings, "[]");
            }
            Some(text) => {
                let text = format!(
                    "tls.cert_file: the certificate {}{text}",
                    if text.starts_with("not") { "is " } else { "" }
                );
                assert!(checked.stdout.contains(&text), "{checked:?}");
                assert!(warnings.contains(&text), "{warnings}");
                admin.post("/reload", &json!({}));
                router.until(&text);
            }
        }
    }
}

#[test]
fn a_maintenance_of_the_file_that_is_over_is_a_warning() {
    let closed = "default_maintenance: { until: '2001-01-01T00:00:00Z' }";
    let config = format!("{HEAD}routing: {{ {DEFAULT}, {closed} }}\n");
    let checked = folder().file("config.yaml", &config).run(&["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let text = "the maintenance of route default ended at 2001-01-01T00:00:00Z";
    assert!(checked.stdout.contains(text), "{checked:?}");
    let open = format!("{HEAD}routing: {{ {DEFAULT} }}\n");
    let (_router, admin) = folder().file("config.yaml", &open).serve_with_admin(&[]);
    let path = "/api/routes/default/maintenance";
    let refused = admin.ask("PUT", path, r#"{"until": "2001-01-01T00:00:00Z"}"#);
    let said = refused
        .body
        .contains("2001-01-01T00:00:00Z is in the past, it is 2");
    assert!(refused.status == 409 && said, "{refused:?}");
}

#[test]
fn totals_are_those_of_the_router_and_what_was_changed_is_shown() {
    for (routes, listed) in [(199, 200), (200, 201), (350, 203)] {
        let mut config = format!("{HEAD}routing:\n  {DEFAULT}\n  routes:\n");
        for route in 0..routes {
            let drained = route == 300;
            writeln!(
                config,
                "  - {{ name: r{route}, match: {{ hostname: 'r{route}.example.com' }}, pool: {{ strategy: random, backends: [{{ host: 10.1.0.1, port: 1, drained: {drained} }}, {{ host: 10.1.0.2, port: 1 }}] }} }}"
            )
            .unwrap();
        }
        let (_router, admin) = folder().file("config.yaml", &config).serve_with_admin(&[]);
        if routes == 350 {
            admin.post("/api/routes/r349/maintenance", &json!({}));
        }
        let status = admin.status();
        let totals = json!({
            "routes": routes + 1, "backends": 2 * routes + 1, "drained": u8::from(routes > 300),
        });
        assert_eq!(status["totals"], totals);
        let shown = status["routes"].as_array().unwrap();
        assert_eq!(shown.len(), listed, "{routes}");
        assert_eq!(shown.last().unwrap()["name"], "default");
        let names = status["routes"].to_string();
        for changed in ["r300", "r349"].iter().filter(|_| routes == 350) {
            assert!(names.contains(&format!("{changed:?}")), "{changed}");
        }
        assert_eq!(status["warnings"], json!([]));
    }
}
