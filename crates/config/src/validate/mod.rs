//! From the model to the settings. Everything is built even when something is wrong, so that all problems are found;
//! what is built then is thrown away.

mod contradictions;
mod discovery;
mod files;
mod identity;
mod operation;
mod plugins;
mod referral;
mod routing;
mod trust;
mod unsupported;

pub(crate) use self::referral::NOT_SIGNED;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use hyrouter_messages::{LocaleTexts, MessageKind, Messages, same_tag};

use crate::checks::{Checks, Layers};
use crate::path::Path;
use crate::problem::{Message, Problems, Warning, message};
use crate::secrets::Secrets;
use crate::sections::Sections;
use crate::settings::{CertificateFiles, Settings, TlsSettings, UnknownProtocol};
use crate::{duration, listen, model};

/// Checks what the values mean together and builds the parts.
pub(crate) fn build(
    config: model::Config,
    layers: &Layers<'_>,
    secrets: &Secrets<'_>,
    now: SystemTime,
    problems: &mut Problems,
) -> Settings {
    let mut report = Report {
        problems,
        warnings: Vec::new(),
    };
    warn_of_idle_timeout(&config, &mut report);
    check_bounds(&config, &mut report);
    trust::warn(&config, &mut report);
    let providers = discovery::check(&config.discovery, report.problems);
    unsupported::refuse(&config, report.problems);
    require_backends(&config, report.problems);
    let files = files::named(&config);
    let checks = Checks::of(&config, layers);
    let (routing, maintenance) = routing::build(
        config.routing,
        &providers,
        !config.plugins.is_empty(),
        &mut report,
    );

    Settings {
        // The schema check lets no other text through; the default stands in for one that it took out.
        listen: listen::parse(&config.listen).unwrap_or(listen::DEFAULT),
        tls: build_tls(config.tls, report.problems),
        quic: operation::quic(config.quic),
        logging: operation::logging(config.logging),
        limits: operation::limits(&config.limits, &mut report),
        unknown_protocol: match config.protocol.unknown.as_str() {
            "deny" => UnknownProtocol::Deny,
            _ => UnknownProtocol::Route,
        },
        identity: identity::build(config.identity, &mut report),
        routing,
        maintenance,
        referral: referral::build(config.referral, secrets, now, &mut report),
        messages: build_messages(config.messages, report.problems),
        plugins: plugins::build(
            config.plugins,
            parse_duration(&config.limits.decision_timeout),
            &mut report,
        ),
        wasm: plugins::wasm_host(config.wasm),
        admin: operation::admin(config.admin, &mut report),
        shutdown: operation::shutdown(&config.shutdown, &config.limits, &mut report),
        otlp: operation::otlp(config.telemetry),
        files,
        warnings: report.warnings,
        checks,
        sections: Sections::default(),
    }
}

/// A configuration by which no player gets anywhere is one that was not written to its end.
fn require_backends(config: &model::Config, problems: &mut Problems) {
    let routing = Path::of("routing");
    let plugins = Path::of("plugins");
    let names_backends = |plugin: &model::Plugin| {
        let is = |key: &Option<String>, name| key.as_deref() == Some(name);
        !is(&plugin.mode, "shadow") && !is(&plugin.override_with, "candidates")
    };
    let is_somewhere = config.routing.default.is_some()
        || !config.routing.routes.is_empty()
        || config.plugins.iter().any(names_backends);
    // What was meant for it may be what is wrong.
    let is_partial = problems.has_within(&routing) || problems.has_within(&plugins);
    if !is_somewhere && !is_partial {
        problems.add_if_clear(
            &routing,
            "no player gets anywhere; allowed: a `default` pool, `routes`, or a plugin that is enforced and may name any \
             backend",
        );
    }
}

/// A client that says nothing is dropped by whichever comes first, and only one of them tells it why.
fn warn_of_idle_timeout(config: &model::Config, report: &mut Report<'_>) {
    let idle = parse_duration(&config.quic.max_idle_timeout);
    if idle <= parse_duration(&config.limits.connect_timeout) {
        report.warn(
            &Path::of("quic.max_idle_timeout"),
            "it is not above `limits.connect_timeout`, so slow clients are dropped without a word",
        );
    }
}

/// Times that nobody means: a skew at which nothing ever ends, keys that are trusted for weeks after they were
/// withdrawn, envelopes that end before the player can be there.
fn check_bounds(config: &model::Config, report: &mut Report<'_>) {
    let referral = config.referral.as_ref();
    let ttl = referral.map_or("60s", |referral| &referral.ttl);
    for (path, text, least, most, allowed) in [
        (
            "identity.clock_skew",
            config.identity.clock_skew.as_str(),
            0,
            3600,
            "0s to 1h",
        ),
        (
            "identity.refresh",
            config.identity.refresh.as_str(),
            1,
            7 * 24 * 3600,
            "1s to 168h",
        ),
        ("referral.ttl", ttl, 1, 24 * 3600, "1s to 24h"),
    ] {
        let bounds = Duration::from_secs(least)..=Duration::from_secs(most);
        if !bounds.contains(&parse_duration(text)) {
            let value = serde_json::Value::from(text);
            let message = message("out of range", &value, allowed);
            report.problems.add_if_clear(&Path::of(path), message);
        }
    }
}

struct Report<'m> {
    problems: &'m mut Problems,
    warnings: Vec<Warning>,
}

impl Report<'_> {
    fn warn(&mut self, path: &Path, message: impl Into<Message>) {
        self.warnings.push(Warning {
            path: path.to_string(),
            message: message.into().text,
        });
    }
}

fn build_tls(tls: model::Tls, problems: &mut Problems) -> TlsSettings {
    let certificate = check_pair(&Path::of("tls"), tls.cert_file, tls.key_file, problems);
    TlsSettings {
        certificate: certificate.map(|(cert, key)| CertificateFiles {
            cert: cert.into(),
            key: key.into(),
        }),
        alpn: tls.alpn.iter().map(|name| name.trim().to_owned()).collect(),
    }
}

/// `cert_file` and `key_file` come together or not at all. An empty text is none.
fn check_pair(
    path: &Path,
    cert: Option<String>,
    key: Option<String>,
    problems: &mut Problems,
) -> Option<(String, String)> {
    let is_given = |file: &String| !file.is_empty();
    match (cert.filter(is_given), key.filter(is_given)) {
        (Some(cert), Some(key)) => return Some((cert, key)),
        (None, None) => {}
        (Some(_), None) => problems.add_if_clear(&path.key("key_file"), missing("`cert_file`")),
        (None, Some(_)) => problems.add_if_clear(&path.key("cert_file"), missing("`key_file`")),
    }
    None
}

fn missing(needed_by: &str) -> String {
    format!("missing; required by {needed_by}")
}

fn build_messages(messages: model::Messages, problems: &mut Problems) -> Messages {
    if let Some(locales) = &messages.disconnect_locales {
        check_tags(locales, problems);
    }
    let locales = messages.disconnect_locales.map(|locales| {
        let texts = locales.into_iter();
        texts
            .map(|(tag, texts)| (tag, build_texts(texts)))
            .collect()
    });
    Messages::new(build_texts(messages.disconnect), locales)
}

fn check_tags(locales: &BTreeMap<String, model::Texts>, problems: &mut Problems) {
    for (at, tag) in locales.keys().enumerate() {
        if let Some(earlier) = locales
            .keys()
            .take(at)
            .find(|earlier| same_tag(earlier, tag))
        {
            let path = Path::of("messages.disconnect_locales").key(tag);
            problems.add_if_clear(
                &path,
                format!("the same language as {earlier:?}; allowed: each language once"),
            );
        }
    }
}

fn build_texts(texts: model::Texts) -> LocaleTexts {
    let model::Texts {
        no_route,
        no_backends,
        routing_error,
        discovery_error,
        identity,
    } = texts;
    [
        (MessageKind::NoRoute, no_route),
        (MessageKind::NoBackends, no_backends),
        (MessageKind::RoutingError, routing_error),
        (MessageKind::DiscoveryError, discovery_error),
        (MessageKind::Identity, identity),
    ]
    .into_iter()
    .fold(LocaleTexts::default(), |texts, (kind, text)| {
        texts.with_text(kind, text.unwrap_or_default())
    })
}

/// The schema check lets no other text through.
fn parse_duration(text: &str) -> Duration {
    duration::parse(text).unwrap_or_default()
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
