mod check;

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use hyrouter_plugins as chain;
use hyrouter_plugins::{BreakerSettings, Mode, OnError, OverridePolicy, Stage};

use self::check::check;
pub(super) use self::check::check_unique;
use super::{Report, parse_duration};
use crate::model::{Plugin, WasmHost};
use crate::path::Path;
use crate::settings::{
    CertificateFiles, GrpcPluginSettings, GrpcTlsFiles, PluginKind, PluginSettings,
    WasmHostSettings, WasmPluginSettings,
};

pub(super) fn build(
    plugins: Vec<Plugin>,
    decision_timeout: Duration,
    report: &mut Report<'_>,
) -> Vec<PluginSettings> {
    check(&plugins, report.problems);
    let list = Path::of("plugins");
    let mut built = Vec::with_capacity(plugins.len());
    for (index, plugin) in plugins.into_iter().enumerate() {
        warn_of_parts_without_use(&list.index(index), &plugin, report);
        built.push(build_one(plugin));
    }
    if report.problems.has_within(&list) {
        return built;
    }
    // `check` finds all faults that the chain finds, except a cycle.
    let settings: Vec<_> = built.iter().map(|plugin| &plugin.settings).collect();
    if let Err(error) = chain::check_order(&settings) {
        for problem in error.problems {
            report.problems.add(
                &list,
                format!("{problem}; allowed: an order that all can keep"),
            );
        }
    }
    warn_of_timeouts(&list, &built, decision_timeout, report);
    built
}

pub(super) fn wasm_host(wasm: WasmHost) -> WasmHostSettings {
    WasmHostSettings {
        cache_dir: wasm
            .cache_dir
            .filter(|folder| !folder.is_empty())
            .map(Into::into),
        compile_timeout: parse_duration(&wasm.compile_timeout),
        compile_memory: wasm.compile_memory,
    }
}

fn build_one(plugin: Plugin) -> PluginSettings {
    let defaults = chain::ChainSettings::new(plugin.name);
    let breaker = plugin.breaker.unwrap_or_default();
    let settings = chain::ChainSettings {
        stage: named(plugin.stage.as_deref(), Stage::from_name).unwrap_or_default(),
        before: plugin.before,
        after: plugin.after,
        timeout: plugin
            .timeout
            .map_or(defaults.timeout, |text| parse_duration(&text)),
        on_error: named(plugin.on_error.as_deref(), OnError::from_name),
        mode: named(plugin.mode.as_deref(), Mode::from_name).unwrap_or_default(),
        override_policy: named(plugin.override_with.as_deref(), OverridePolicy::from_name)
            .unwrap_or_default(),
        max_concurrency: plugin
            .max_concurrency
            .and_then(NonZeroU32::new)
            .unwrap_or(defaults.max_concurrency),
        max_queue: plugin.max_queue.unwrap_or(defaults.max_queue),
        breaker: NonZeroU32::new(breaker.failures).map(|failures| BreakerSettings {
            failures,
            cool_down: parse_duration(&breaker.cool_down),
            connect_grace: parse_duration(&breaker.connect_grace),
        }),
        ..defaults
    };
    let kind = if plugin.kind.as_deref() == Some("wasm") {
        let wasm = plugin.wasm.unwrap_or_default();
        PluginKind::Wasm(WasmPluginSettings {
            path: wasm.path.unwrap_or_default().into(),
            max_memory: wasm.max_memory,
            instances: wasm.instances.and_then(NonZeroU32::new),
            max_calls: wasm.max_calls.and_then(NonZeroU64::new),
            fuel: wasm.fuel.and_then(NonZeroU64::new),
        })
    } else {
        let grpc = plugin.grpc.unwrap_or_default();
        PluginKind::Grpc(GrpcPluginSettings {
            address: grpc.address.unwrap_or_default(),
            tls: grpc.tls.map(build_tls),
        })
    };
    PluginSettings {
        settings,
        kind,
        config: plugin.config.filter(|config| !config.is_null()),
    }
}

fn named<T>(name: Option<&str>, from_name: fn(&str) -> Option<T>) -> Option<T> {
    name.and_then(from_name)
}

fn build_tls(tls: crate::model::GrpcTls) -> GrpcTlsFiles {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let certificate = given(tls.cert_file).zip(given(tls.key_file));
    GrpcTlsFiles {
        ca: given(tls.ca_file).map(Into::into),
        certificate: certificate.map(|(cert, key)| CertificateFiles {
            cert: cert.into(),
            key: key.into(),
        }),
        domain: given(tls.domain),
    }
}

/// A section that belongs to the other type of plugin is hardly meant.
fn warn_of_parts_without_use(path: &Path, plugin: &Plugin, report: &mut Report<'_>) {
    let unused = match plugin.kind.as_deref() {
        Some("grpc") if plugin.wasm.is_some() => "wasm",
        Some("wasm") if plugin.grpc.is_some() => "grpc",
        _ => return,
    };
    let kind = plugin.kind.as_deref().unwrap_or_default();
    report.warn(
        &path.key(unused),
        format!("it has no effect: the plugin is of type {kind}"),
    );
}

/// A player waits for one plugin after the other, and for all of them no longer than for the decision.
fn warn_of_timeouts(
    list: &Path,
    plugins: &[PluginSettings],
    decision_timeout: Duration,
    report: &mut Report<'_>,
) {
    let enforced = plugins
        .iter()
        .filter(|plugin| plugin.settings.mode == Mode::Enforce);
    let longest: Duration = enforced.map(|plugin| plugin.settings.timeout).sum();
    if longest > decision_timeout {
        report.warn(
            list,
            format!(
                "their timeouts add up to {longest:?}, more than `limits.decision_timeout` of {decision_timeout:?}: \
                 a player for whom all are slow is refused before the last was asked"
            ),
        );
    }
}
