//! Validation of the model and conversion to settings. Everything is built even if there are problems, so that all of
//! them are found; the result is dropped then.

mod contradictions;
mod discovery;
mod files;
mod messages;
mod operation;
mod plugins;
mod referral;
mod routing;
mod times;
mod tls;
mod trust;

pub(crate) use self::messages::check_languages;
pub(crate) use self::referral::NOT_SIGNED;

use std::time::SystemTime;

use hyrouter_plugins::{Mode, OverridePolicy};

use crate::checks::{Checks, Layers};
use crate::path::Path;
use crate::problem::{ProblemText, Problems, Warning};
use crate::secrets::Secrets;
use crate::sections::Sections;
use crate::settings::Settings;
use crate::{DiscoverySettings, TlsSettings, model};

/// Checks the values together and builds the settings.
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
    times::warn_of_idle_timeout(&config, &mut report);
    times::check_bounds(&config, layers, &mut report);
    operation::check_rates(&config.limits, &mut report);
    operation::check_admin(&config.admin, layers, &mut report);
    contradictions::warn(&config.limits, &mut report);
    let TlsSettings {
        cert_file,
        key_file,
        ..
    } = &config.tls;
    tls::check_pair(
        &Path::of("tls"),
        cert_file.is_some(),
        key_file.is_some(),
        report.problems,
    );
    trust::warn(&config, &mut report);
    require_backends(&config, report.problems);
    let files = files::named(&config);
    let checks = Checks::of(&config, layers);
    let (providers, discovery) = discovery::build(config.discovery, &mut report);
    let routing::BuiltRouting {
        routing,
        maintenance,
        pools,
    } = routing::build(
        config.routing,
        &providers,
        !config.plugins.is_empty(),
        &mut report,
    );
    let discovery = DiscoverySettings { pools, ..discovery };

    Settings {
        listen: config.listen,
        tls: config.tls,
        quic: config.quic,
        logging: config.logging,
        unknown_protocol: config.protocol.unknown,
        identity: config.identity,
        routing,
        discovery,
        maintenance,
        referral: referral::build(config.referral, secrets, now, &mut report),
        messages: messages::build(config.messages, report.problems),
        plugins: plugins::build(config.plugins, config.limits.decision_timeout, &mut report),
        limits: config.limits,
        wasm: config.wasm,
        admin: config.admin,
        shutdown: config.shutdown,
        otlp: config.telemetry.otlp,
        files,
        warnings: report.warnings,
        checks,
        sections: Sections::default(),
    }
}

/// Reports a configuration without a way to a backend, which is probably incomplete.
fn require_backends(config: &model::Config, problems: &mut Problems) {
    let routing = Path::of("routing");
    let plugins = Path::of("plugins");
    let names_backends = |plugin: &model::Plugin| {
        plugin.mode == Mode::Enforce && plugin.override_with == OverridePolicy::Any
    };
    let is_somewhere = config.routing.default.is_some()
        || !config.routing.routes.is_empty()
        || config.plugins.iter().any(names_backends);
    // The value with the problem may be the missing destination.
    let is_partial = problems.has_within(&routing) || problems.has_within(&plugins);
    if !is_somewhere && !is_partial {
        problems.add_if_clear(
            &routing,
            "no player can be referred; allowed: a `default` pool, `routes`, or a plugin that is enforced and may name any \
             backend",
        );
    }
}

struct Report<'m> {
    problems: &'m mut Problems,
    warnings: Vec<Warning>,
}

impl Report<'_> {
    fn warn(&mut self, path: &Path, message: impl Into<ProblemText>) {
        self.warnings.push(Warning {
            path: path.to_string(),
            message: message.into().text,
        });
    }
}

fn missing(needed_by: &str) -> String {
    format!("missing; required by {needed_by}")
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
