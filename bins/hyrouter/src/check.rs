//! `hyrouter check` and `hyrouter schema`.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use hyrouter_config::{ConfigError, Draft, Settings};
use serde_json::{Value, json};

use crate::captured_output;
use crate::cli::{self, CheckArgs, SchemaArgs, print, print_json, print_line};
use crate::exit;
use crate::serve;
use hyrouter_app::summary::Summary;
use hyrouter_app::{LiveReport, Origin};

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let origin = serve::origin(&args.config);
    let checked = check(&origin, args);
    let is_good = match &checked {
        Ok(checked) => !args.strict || checked.settings.warnings.is_empty(),
        Err(_) => false,
    };
    if args.json {
        print_json(&report(&origin, is_good, &checked))?;
    } else {
        match &checked {
            Ok(checked) => show(&origin, is_good, checked)?,
            Err(error) => cli::complain_of_config(error),
        }
    }
    let live = checked.ok().and_then(|checked| checked.live);
    Ok(match (is_good, live) {
        (false, _) => exit::usage(),
        (true, Some(live)) if !live.is_good() => exit::FAILED,
        (true, _) => exit::OK,
    })
}

/// A configuration without mistakes.
struct Checked {
    settings: Settings,
    /// Backends of its discovery providers, with `--live`.
    live: Option<LiveReport>,
}

/// Reads the configuration and opens the files that it names, as a start does.
fn check(origin: &Origin, args: &CheckArgs) -> Result<Checked, ConfigError> {
    let sources = origin.sources();
    let draft = if args.no_files {
        sources.for_other_machine().read()?
    } else {
        sources.read()?
    };
    let live = args.live.then_some(args.timeout);
    if args.no_files {
        let mut settings = draft.settings.clone();
        settings.warnings = assemble(without_files(draft), live)?.settings.warnings;
        return Ok(Checked {
            settings,
            live: None,
        });
    }
    assemble(draft, live)
}

/// Files are read, WASM plugins loaded and configured, as at a start; gRPC plugins are not dialed. With `live`, discovery
/// providers are contacted for at most this time.
fn assemble(draft: Draft, live: Option<Duration>) -> Result<Checked, ConfigError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| ConfigError::Merge(error.to_string()))?;
    let (mut assembler, output) = captured_output::assembler();
    let assembly = runtime.block_on(async { assembler.assemble(draft, None) });
    if assembly.is_err() {
        // The output of a guest often explains why it failed.
        cli::complain_of_output(&output.take());
    }
    let mut assembly = assembly?;
    let live = live.map(|longest| runtime.block_on(assembly.contact_providers(longest)));
    let expired = assembly.expired(SystemTime::now());
    assembly.settings.warnings.extend(expired);
    Ok(Checked {
        settings: assembly.settings.clone(),
        live,
    })
}

/// Removes the settings of files that a start would open.
fn without_files(mut draft: Draft) -> Draft {
    let settings = &mut draft.settings;
    settings.files.clear();
    settings.plugins.clear();
    (settings.tls.cert_file, settings.tls.key_file) = (None, None);
    settings.quic.token_key_file = None;
    settings.logging.decisions = None;
    settings.identity.ca_file = None;
    if settings.identity.jwks_file().is_some() {
        settings.identity.mode = hyrouter_config::IdentityMode::Off;
    }
    if let Some(webhook) = &mut settings.logging.webhook {
        (webhook.token_file, webhook.ca_file) = (None, None);
    }
    settings.admin.token_file = None;
    // The other providers open tokens, certificates or a kubeconfig.
    let opens_nothing = ["file", "dns"];
    let providers = &mut settings.discovery.providers;
    providers.retain(|provider| opens_nothing.contains(&provider.source.as_str()));
    settings.discovery.push = None;
    draft
}

fn show(origin: &Origin, is_good: bool, checked: &Checked) -> anyhow::Result<()> {
    let settings = &checked.settings;
    let count = settings.warnings.len();
    let verdict = match (is_good, count) {
        (true, _) => "good".to_owned(),
        (false, 1) => "refused because of 1 warning".to_owned(),
        (false, _) => format!("refused because of {count} warnings"),
    };
    match origin {
        Origin::File(file) => print_line(format_args!("{}: {verdict}", file.display()))?,
        _ => print(&format!("built-in configuration: {verdict}"))?,
    }
    for line in Summary::of(settings).lines() {
        print_line(line)?;
    }
    for line in checked.live.iter().flat_map(LiveReport::lines) {
        print_line(line)?;
    }
    if is_good {
        for warning in &settings.warnings {
            print_line(format_args!("warning: {warning}"))?;
        }
    } else {
        cli::complain_of_warnings(&settings.warnings);
    }
    Ok(())
}

fn report(origin: &Origin, is_good: bool, checked: &Result<Checked, ConfigError>) -> Value {
    let settings = checked.as_ref().ok().map(|checked| &checked.settings);
    let live = checked
        .as_ref()
        .ok()
        .and_then(|checked| checked.live.as_ref());
    let mistakes = checked.as_ref().err().map(mistakes).unwrap_or_default();
    let warnings = settings.map_or(&[][..], |settings| &settings.warnings);
    let warnings = warnings.iter();
    let warnings = warnings.map(|told| json!({"path": told.path, "message": told.message}));
    json!({
        "file": origin.file(),
        "good": is_good,
        "mistakes": mistakes,
        "warnings": warnings.collect::<Vec<_>>(),
        "summary": settings.map(Summary::of),
        "live": live,
    })
}

/// Returns the mistakes as JSON. A file that cannot be read is one mistake without a path.
fn mistakes(error: &ConfigError) -> Vec<Value> {
    let list = error.problems().iter().map(|mistake| {
        json!({
            "path": mistake.path,
            "message": mistake.message,
            "value": mistake.value,
            "variable": mistake.variable,
        })
    });
    let mut list: Vec<_> = list.collect();
    if list.is_empty() {
        let message = error.to_string();
        list.push(json!({"path": null, "message": message, "value": null, "variable": null}));
    }
    list
}

pub(crate) fn schema(args: SchemaArgs) -> anyhow::Result<ExitCode> {
    let schema = if args.plugin {
        hyrouter_plugin_api::schema()
    } else if args.backends {
        hyrouter_discovery::document::schema()
    } else {
        hyrouter_config::schema()
    };
    print(&serde_json::to_string_pretty(&schema).context("printing the schema")?)?;
    Ok(exit::OK)
}
