//! A router with much to do.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use hyrouter_admin::{
    BackendStatus, CertificateStatus, ConfigStatus, ConnectionsStatus, DecisionsStatus,
    IdentityStatus, LatencyQuantiles, LatencyStatus, NamedCount, PluginCacheStatus, PluginOverview,
    ProviderStatus, RouteStatus, RouteTotals, RouterState, RouterStatus,
};
use serde_json::{Value, json};

use super::fake::Fake;

/// Fills a router with a status that changes as it is looked at, and with decisions.
pub fn fill(fake: &Fake) {
    *fake.status.lock().unwrap() = status();
    *fake.tick.lock().unwrap() = Some(tick);
    *fake.decisions.lock().unwrap() = decisions();
    fake.statuses.store(0, Ordering::SeqCst);
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

/// Time goes four times as fast, so that a chart of two minutes is full in half a minute.
pub fn tick(status: &mut RouterStatus) {
    for _ in 0..4 {
        second(status);
    }
}

fn second(status: &mut RouterStatus) {
    status.uptime_seconds += 1.0;
    let now = status.uptime_seconds;
    let wave = 1.0 + 0.3 * (now / 23.0).sin() + 0.1 * (now / 7.1).sin();
    let shares = [840.0, 96.0, 41.0, 23.0, 9.0, 3.0];
    for ((outcome, share), period) in status
        .decisions
        .outcomes
        .iter_mut()
        .zip(shares)
        .zip([9.0, 13.0, 19.0, 29.0, 31.0, 37.0])
    {
        let more = (share * wave * (1.0 + 0.25 * (now / period).cos())).round() as u64;
        outcome.count += more;
        status.decisions.total += more;
    }
    for (at, refusal) in status.refusals.iter_mut().enumerate() {
        refusal.count += 7 >> at;
    }
}

fn counts(list: &[(&str, u64)]) -> Vec<NamedCount> {
    list.iter()
        .map(|(name, count)| NamedCount {
            name: (*name).into(),
            count: *count,
        })
        .collect()
}

fn quantiles(p50: f64, p90: f64, p99: f64) -> LatencyQuantiles {
    LatencyQuantiles {
        p50: Some(p50),
        p90: Some(p90),
        p99: Some(p99),
    }
}

fn backend(address: &str, weight: u32, referrals: u64, drained: Option<&str>) -> BackendStatus {
    BackendStatus {
        address: address.into(),
        weight,
        referrals,
        drained: drained.map(Into::into),
        provider: address.starts_with("canary").then(|| "canaries".into()),
    }
}

fn providers() -> Vec<ProviderStatus> {
    vec![
        ProviderStatus {
            name: "canaries".into(),
            kind: "kubernetes".into(),
            synced: true,
            age_seconds: Some(0.4),
            backends: 1,
            unusable: 1,
            problems: vec!["canaries/canary-2: it has no address".into()],
            ..ProviderStatus::default()
        },
        ProviderStatus {
            name: "events".into(),
            kind: "dns".into(),
            synced: true,
            stale: true,
            age_seconds: Some(1840.0),
            backends: 12,
            failures: 61,
            error: Some("the DNS server 10.0.0.53 does not answer".into()),
            dropped: 3,
            ..ProviderStatus::default()
        },
    ]
}

fn routes() -> Vec<RouteStatus> {
    vec![
        RouteStatus {
            name: "lobby".into(),
            patterns: vec!["play.example.com".into(), "*.play.example.com".into()],
            conditions: vec![],
            strategy: "least_referred".into(),
            decisions: 1_482_331,
            maintenance: None,
            more_backends: 0,
            backends: vec![
                backend("lobby-1.eu.example.net:5520", 2, 741_220, None),
                backend("lobby-2.eu.example.net:5520", 1, 370_555, Some("command")),
                backend("[2001:db8:42::17]:5520", 1, 370_556, None),
            ],
        },
        RouteStatus {
            name: "canary".into(),
            patterns: vec!["play.example.com".into()],
            conditions: vec![
                "build >= 81".into(),
                "percent 5".into(),
                "identity verified".into(),
            ],
            strategy: "round_robin".into(),
            decisions: 78_204,
            maintenance: None,
            more_backends: 0,
            backends: vec![backend("canary.eu.example.net:5520", 1, 78_204, None)],
        },
        RouteStatus {
            name: "creative".into(),
            patterns: vec!["creative.example.com".into()],
            conditions: vec!["language de, fr".into()],
            strategy: "random".into(),
            decisions: 96_410,
            maintenance: Some(json!({
                "text": {"en": "Back at 18:00 UTC.", "de": "Ab 18 Uhr (UTC) wieder da."},
                "until": "2026-01-31T18:00:00Z",
                "allow": ["5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f"],
            })),
            more_backends: 0,
            backends: vec![
                backend("creative-1.example.net:5520", 1, 48_205, Some("config")),
                backend("creative-2.example.net:5520", 1, 48_205, None),
            ],
        },
        RouteStatus {
            name: "default".into(),
            strategy: "random".into(),
            decisions: 3_002,
            ..RouteStatus::default()
        },
    ]
}

fn plugins() -> Vec<PluginOverview> {
    let bans = PluginOverview {
        name: "bans".into(),
        kind: "grpc".into(),
        stage: "deny".into(),
        mode: "on_error: deny".into(),
        breaker: "closed".into(),
        running: 3,
        waiting: 0,
        calls: 1_660_021,
        failures: 12,
        denials: 40_190,
        latency: quantiles(0.000_81, 0.001_9, 0.006_4),
        last_error: None,
        cache: Some(PluginCacheStatus {
            entries: 9_412,
            memory: 4_517_760,
            hits: 12_400_310,
            misses: 1_660_021,
        }),
    };
    let party = PluginOverview {
        name: "party-finder".into(),
        kind: "grpc".into(),
        stage: "select".into(),
        mode: "on_error: continue".into(),
        breaker: "open".into(),
        running: 0,
        waiting: 14,
        calls: 803_412,
        failures: 9_120,
        denials: 0,
        latency: quantiles(0.004_2, 0.038, 0.25),
        last_error: Some("timeout: no answer within 250 ms from party.internal:7777".into()),
        cache: None,
    };
    let tag = PluginOverview {
        name: "region-tag".into(),
        kind: "wasm".into(),
        stage: "annotate".into(),
        latency: quantiles(0.000_021, 0.000_043, 0.000_12),
        running: 1,
        failures: 0,
        denials: 0,
        last_error: None,
        cache: None,
        ..bans.clone()
    };
    vec![bans, party, tag]
}

/// As it is when the page is opened.
pub fn status() -> RouterStatus {
    let uptime = 275_520.0;
    let limits: BTreeMap<String, Value> = [
        ("max_connections", json!(16_384)),
        ("max_connections_per_source", json!(64)),
        ("retry_threshold", json!(1000)),
        ("retry", json!("adaptive")),
        ("rate_per_source", json!("50/s")),
        ("handshake_timeout", json!("5s")),
        ("decision_timeout", json!("5s")),
    ]
    .map(|(name, value)| (name.into(), value))
    .into();
    RouterStatus {
        version: "0.1.0".into(),
        state: RouterState::Serving,
        started_at: now() - uptime,
        uptime_seconds: uptime,
        listen: "0.0.0.0:5520".into(),
        endpoints: 8,
        config: ConfigStatus {
            source: "/etc/hyrouter/config.yaml".into(),
            loaded_at: now() - 5_400.0,
            reloads: 41,
            failed_reloads: 2,
            certificate: Some(CertificateStatus {
                sha256: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU".into(),
                not_before: now() - 7_000_000.0,
                not_after: now() + 700_000.0,
                is_valid: true,
                ends_soon: true,
            }),
            ..ConfigStatus::default()
        },
        decisions: DecisionsStatus {
            total: 1_660_021,
            outcomes: counts(&[
                ("referred", 1_539_948),
                ("plugin_denied", 71_190),
                ("maintenance", 28_400),
                ("no_backends", 12_002),
                ("identity_expired", 6_411),
                ("connect_timeout", 2_070),
            ]),
            latency: LatencyStatus {
                handshake: quantiles(0.004_1, 0.011, 0.062),
                connect: quantiles(0.002_3, 0.009_4, 0.051),
                decision: quantiles(0.000_93, 0.002_8, 0.031),
                exchange: quantiles(0.009_2, 0.027, 0.14),
            },
        },
        connections: ConnectionsStatus {
            open: 412,
            half_open: 37,
            retries: 20_113,
            refused: 18_240,
            handshakes_failed: 911,
        },
        routes: routes(),
        totals: RouteTotals {
            routes: 4,
            backends: 6,
            drained: 2,
        },
        providers: providers(),
        plugins: plugins(),
        identity: IdentityStatus {
            mode: "require".into(),
            keys: Some(3),
            keys_age_seconds: Some(1_312.0),
            problem: None,
            results: counts(&[("verified", 1_653_610), ("identity_expired", 6_411)]),
        },
        limits,
        refusals: counts(&[
            ("limited_source", 11_004),
            ("limited_total", 210),
            ("denied_address", 7_020),
            ("draining", 6),
        ]),
        warnings: vec!["routing.routes[3]: the pool has no backend".into()],
        problems: vec![],
    }
}

fn decisions() -> Vec<Value> {
    let hosts = [
        "play.example.com",
        "eu.play.example.com",
        "creative.example.com",
        "<img src=x onerror=alert(1)>",
    ];
    (0..60_u32)
        .map(|at| {
            let (outcome, reason) = match at % 9 {
                4 => ("disconnect", "plugin_denied"),
                7 => ("disconnect", "no_backends"),
                _ => ("referral", "referred"),
            };
            let mut decision = json!({
                "time": format!("2026-01-31T12:00:{:02}.{:03}Z", 59 - at / 2, 999 - at * 7),
                "connection": 1_660_021 - at,
                "outcome": outcome,
                "reason": reason,
                "host": hosts[usize::try_from(at % 11).unwrap() % hosts.len()],
                "route": "lobby",
                "identity": "verified",
                "generation": "g4",
                "build": 81,
                "language": "de",
                "total_us": 7_000 + 311 * at,
            });
            if outcome == "referral" {
                decision["backend"] = json!("lobby-1.eu.example.net:5520");
            }
            decision
        })
        .collect()
}
