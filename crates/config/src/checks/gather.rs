use std::collections::BTreeMap;

use hyrouter_plugins::{Mode, OnError, OverridePolicy, Stage};
use serde_json::Value;

use super::layers::{Layers, find, level_of};
use super::{Check, Checks, PluginChecks};
use crate::model::{AcceptedKey, Config, Plugin, PluginType, Referral};
use crate::path::Path;
use crate::text_form::{Name, timestamp_text};
use crate::{IdentityMode, RetrySettings, UnknownProtocol, duration};

impl Checks {
    /// Returns the checks of a configuration of valid shape. `layers` has the written values.
    pub(crate) fn of(config: &Config, layers: &Layers<'_>) -> Self {
        let (identity, limits) = (&config.identity, &config.limits);
        let mut own = vec![
            layers.named(
                "identity.mode",
                identity.mode,
                &[IdentityMode::Report, IdentityMode::Require],
            ),
            layers.check(
                "identity.bind_certificate",
                usize::from(identity.bind_certificate),
                identity.bind_certificate.to_string(),
            ),
            Check {
                advice: "identity: {max_age: 8760h}".to_owned(),
                ..layers.check(
                    "identity.max_age",
                    usize::from(identity.max_age.is_some()),
                    identity
                        .max_age
                        .map_or_else(|| "none".to_owned(), |age| duration::to_text(&age)),
                )
            },
            layers.list("limits.allow", &limits.allow),
            layers.list("limits.deny", &limits.deny),
            layers.named(
                "limits.retry",
                limits.retry,
                &[RetrySettings::Adaptive, RetrySettings::Always],
            ),
            layers.named(
                "protocol.unknown",
                config.protocol.unknown,
                &[UnknownProtocol::Deny],
            ),
        ];
        own.extend(signing(config.referral.as_ref(), layers));
        Self {
            own,
            plugins: plugins(&config.plugins, layers),
            accepted: config
                .referral
                .as_ref()
                .map(|referral| accepted(&referral.accept, layers))
                .unwrap_or_default(),
            lists_plugins: layers.is_whole("plugins"),
        }
    }
}

/// Returns two checks of referrals: whether they are signed, and the version.
fn signing(referral: Option<&Referral>, layers: &Layers<'_>) -> [Check; 2] {
    const KEY: &str = "referral";
    let has_secret =
        |referral: &Referral| referral.hmac_secret.is_some() || !referral.keys.is_empty();
    let is_signed = referral.is_some_and(has_secret);
    let value = if is_signed { "signed" } else { "not signed" };
    let signs = Check {
        is_written: layers.is_whole(KEY)
            || layers.is_written("referral.hmac_secret")
            || layers.is_written("referral.keys"),
        advice: "referral: {keys: []}".to_owned(),
        ..layers.check(KEY, usize::from(is_signed), value.to_owned())
    };
    // Referrals that are not signed are reported once.
    let version = referral.map_or(1, |referral| referral.version);
    let level = if is_signed { usize::from(version) } else { 2 };
    [
        signs,
        layers.check("referral.version", level, version.to_string()),
    ]
}

/// Returns the checks of accepted keys: their ends.
fn accepted(keys: &[AcceptedKey], layers: &Layers<'_>) -> BTreeMap<u8, Vec<Check>> {
    let list = Path::of("referral.accept");
    let written = layers.get("referral.accept");
    let keys = keys.iter().enumerate();
    keys.map(|(index, key)| {
        let end = key.not_after.as_ref().map(timestamp_text);
        let entry = Entry::of(&list, written, index);
        let check = entry.check(
            "not_after",
            usize::from(end.is_some()),
            end.as_deref().unwrap_or("none"),
        );
        let advice = "not_after: 9999-12-31T00:00:00Z".to_owned();
        (key.id, vec![Check { advice, ..check }])
    })
    .collect()
}

fn plugins(plugins: &[Plugin], layers: &Layers<'_>) -> BTreeMap<String, PluginChecks> {
    let list = Path::of("plugins");
    let written = layers.get("plugins");
    let plugins = plugins.iter().enumerate();
    plugins
        .map(|(index, plugin)| {
            let entry = Entry::of(&list, written, index);
            (plugin.name.clone(), plugin_checks(plugin, &entry))
        })
        .collect()
}

fn plugin_checks(plugin: &Plugin, entry: &Entry<'_>) -> PluginChecks {
    let denies = plugin.stage == Stage::Deny;
    let default = plugin.stage.default_on_error();
    let on_error = plugin.on_error.unwrap_or(default);
    let on_error = entry.named("on_error", on_error, &[OnError::Deny]);
    let is_required = denies || on_error.level > 0;
    // Moving the plugin to another stage states the effect of its failure.
    let on_error = Check {
        is_written: on_error.is_written || (!denies && entry.has("stage")),
        ..on_error
    };
    let is_given = |given: bool| (usize::from(given), if given { "some" } else { "{}" });
    let (has_config, config) =
        is_given(plugin.config.as_ref().is_some_and(|given| !given.is_null()));
    let grpc = plugin.grpc.as_ref();
    let needs_tls = plugin.kind == Some(PluginType::Grpc);
    let (has_tls, tls) = is_given(!needs_tls || grpc.is_some_and(|grpc| grpc.tls.is_some()));
    PluginChecks {
        is_enforced: plugin.mode == Mode::Enforce,
        is_required,
        own: vec![
            entry.named("stage", plugin.stage, &[Stage::Deny]),
            entry.named("mode", plugin.mode, &[Mode::Enforce]),
            on_error,
            entry.named(
                "override",
                plugin.override_with,
                &[OverridePolicy::Candidates],
            ),
            entry.check("config", has_config, config),
            Check {
                advice: "grpc: {tls: {}}".to_owned(),
                ..entry.check("grpc.tls", has_tls, tls)
            },
        ],
    }
}

/// Entry of a list, as it is written.
struct Entry<'v> {
    path: Path,
    written: Option<&'v Value>,
}

impl<'v> Entry<'v> {
    fn of(list: &Path, written: Option<&'v Value>, index: usize) -> Self {
        Self {
            path: list.index(index),
            written: written.and_then(|list| list.get(index)),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.written.is_some_and(|entry| find(entry, key).is_some())
    }

    fn named<N: Name>(&self, key: &'static str, value: N, strict: &[N]) -> Check {
        self.check(key, level_of(value, strict), value.name())
    }

    fn check(&self, key: &'static str, level: usize, value: &str) -> Check {
        Check {
            key,
            path: format!("{}.{key}", self.path),
            level,
            value: value.to_owned(),
            is_written: self.has(key),
            advice: format!("{key}: {value}"),
        }
    }
}
