//! Content of requests.

use std::time::{Duration, SystemTime};

use hyrouter_decision_log::{BackendAddress, DecisionOutcome, DecisionRecord};
use hyrouter_traces::{PluginCall, TraceHeader, TracerOptions};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use crate::collector::{Collector, attributes};
use crate::{SECOND, counts, open};

const MILLI: Duration = Duration::from_millis(1);
const START: u64 = 1_769_860_800_000_000_000;

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(START)
}

/// A connection that took so long, from [`start`] on.
fn record(
    outcome: DecisionOutcome,
    reason: &'static str,
    total: Duration,
) -> DecisionRecord<'static> {
    DecisionRecord {
        total,
        ..DecisionRecord::new(start() + total, 42, outcome, reason)
    }
}

/// Start and end in milliseconds after the start of the connection.
fn times(span: &Span) -> (u64, u64) {
    let after = |nanos: u64| (nanos - START) / 1_000_000;
    (
        after(span.start_time_unix_nano),
        after(span.end_time_unix_nano),
    )
}

/// Attribute of a plugin's answer from the cache.
const CACHED: &str = "hyrouter.cached=true";

fn is_error(span: &Span) -> bool {
    span.status.as_ref().unwrap().code() == StatusCode::Error
}

#[tokio::test]
async fn steps_are_below_the_connection_and_plugins_below_the_decision() {
    let collector = Collector::new([]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    let allowed = PluginCall {
        name: "bans",
        offset: MILLI,
        elapsed: MILLI * 2,
        verdict: "allow",
        cached: true,
        error: None,
    };
    let failed = PluginCall {
        name: "queue",
        offset: MILLI * 3,
        elapsed: MILLI * 4,
        verdict: "failed",
        cached: false,
        error: Some("no answer within 4ms"),
    };
    let record = DecisionRecord {
        handshake: MILLI * 50,
        connect: MILLI * 30,
        decision: MILLI * 10,
        route: Some("lobby"),
        backend: Some(BackendAddress {
            host: "lobby-1.servers.svc",
            port: 5520,
        }),
        generation: Some("g4"),
        build: Some(77),
        ..record(DecisionOutcome::Referral, "referred", MILLI * 100)
    };
    tracer.record(&record, [allowed, failed].into_iter());
    assert!(tracer.shutdown(SECOND * 30).await);
    assert_eq!(counts(&tracer), (6, 0, 0));

    let requests = collector.requests();
    let spans = requests[0].spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(
        names,
        [
            "connection",
            "handshake",
            "connect",
            "decision",
            "plugin",
            "plugin"
        ]
    );
    for span in spans {
        assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
        assert_eq!(span.trace_id, spans[0].trace_id);
        assert_eq!(span.flags & 0xff, 1, "sampled");
    }
    let parents: Vec<_> = spans
        .iter()
        .map(|span| {
            spans
                .iter()
                .position(|one| one.span_id == span.parent_span_id)
        })
        .collect();
    assert_eq!(parents, [None, Some(0), Some(0), Some(0), Some(3), Some(3)]);
    assert!(spans[0].parent_span_id.is_empty());
    let all: Vec<_> = spans.iter().map(times).collect();
    assert_eq!(
        all,
        [(0, 100), (0, 50), (50, 80), (80, 90), (81, 83), (83, 87)]
    );
    assert_eq!(spans[0].kind(), SpanKind::Server);
    assert!(
        spans[1..]
            .iter()
            .all(|span| span.kind() == SpanKind::Internal)
    );

    assert_eq!(
        attributes(&spans[0].attributes),
        [
            "hyrouter.connection=42",
            "hyrouter.outcome=referral",
            "hyrouter.reason=referred",
            "hyrouter.route=lobby",
            "hyrouter.backend=lobby-1.servers.svc:5520",
            "hyrouter.generation=g4",
            "hyrouter.build=77",
        ]
    );
    assert_eq!(
        attributes(&spans[4].attributes),
        ["hyrouter.plugin=bans", "hyrouter.verdict=allow", CACHED]
    );
    assert!(spans[..5].iter().all(|span| !is_error(span)));
    let status = spans[5].status.as_ref().unwrap();
    assert_eq!(status.code(), StatusCode::Error);
    assert_eq!(status.message, "no answer within 4ms");
}

#[tokio::test]
async fn a_connection_that_failed_is_an_error_and_has_the_steps_it_came_to() {
    let collector = Collector::new([]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    for outcome in [DecisionOutcome::Closed, DecisionOutcome::Disconnect] {
        let record = DecisionRecord {
            handshake: MILLI * 4,
            ..record(outcome, "connect_timeout", MILLI * 9)
        };
        tracer.record(&record, [].into_iter());
    }
    assert!(tracer.shutdown(SECOND * 30).await);
    let requests = collector.requests();
    let spans = requests[0].spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(
        names,
        ["connection", "handshake", "connection", "handshake"]
    );
    let status = spans[0].status.as_ref().unwrap();
    assert_eq!(status.code(), StatusCode::Error);
    assert_eq!(status.message, "connect_timeout");
    assert!(!is_error(&spans[2]), "a refused player is not an error");
    assert_ne!(spans[0].trace_id, spans[2].trace_id);
}

#[tokio::test]
async fn a_request_names_the_service_once() {
    let collector = Collector::new([]).await;
    let options = TracerOptions::new(format!("{}/tenant/", collector.url()))
        .with_service_name("front-door")
        .with_resource(vec![("service.version".to_owned(), "1.2.3".to_owned())])
        .with_headers([TraceHeader::new("X-Key", "Hunter2").unwrap()]);
    let tracer = open(&options);
    let record = record(DecisionOutcome::Referral, "referred", MILLI);
    tracer.record(&record, [].into_iter());
    assert!(tracer.shutdown(SECOND * 30).await);

    let request = collector.requests().remove(0);
    let sent = &request.export.resource_spans[0];
    let mut resource = attributes(&sent.resource.as_ref().unwrap().attributes);
    resource.sort();
    assert_eq!(
        resource,
        ["service.name=front-door", "service.version=1.2.3"]
    );
    let scope = sent.scope_spans[0].scope.as_ref().unwrap();
    assert_eq!(scope.name, "hyrouter-telemetry");
    let head = &request.head;
    assert!(
        head.starts_with("post /tenant/v1/traces http/1.1\r\n"),
        "{head}"
    );
    for field in [
        "\r\ncontent-type: application/x-protobuf\r\n",
        "\r\nuser-agent: hyrouter/",
        "\r\nx-key: hunter2\r\n",
    ] {
        assert!(head.contains(field), "{head}");
    }
}

#[tokio::test]
async fn a_long_error_is_cut() {
    let collector = Collector::new([]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    let error = "ü".repeat(10_000);
    let call = PluginCall {
        name: "a",
        offset: MILLI,
        elapsed: MILLI,
        verdict: "failed",
        cached: false,
        error: Some(&error),
    };
    let record = record(DecisionOutcome::Disconnect, "plugin_failed", MILLI);
    tracer.record(&record, [call].into_iter());
    assert!(tracer.shutdown(SECOND * 30).await);
    let requests = collector.requests();
    let status = requests[0].spans()[2].status.as_ref().unwrap();
    assert_eq!(status.message, "ü".repeat(200));
}
