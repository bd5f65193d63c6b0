//! Configurations, requests and responses.

use hyrouter_config::{ConfigError, Settings, Sources};
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use hyrouter_plugin_conformance::PluginCase;
use serde_json::{Value, json};

use super::page::{Block, blocks, check_all, with_info};
use super::workshop::workshop;
use crate::support::folder;

fn load(yaml: &str) -> Result<Settings, ConfigError> {
    let folder = folder().file("config.yaml", yaml);
    // A part without routes is still a part.
    let pool = (
        "HYROUTER_ROUTING__DEFAULT__BACKENDS",
        r#"[{"host": "10.0.0.7", "port": 5520}]"#,
    );
    let is_part = !yaml.contains("routing:");
    Sources::new()
        .with_file(folder.path("config.yaml"))
        .with_env(is_part.then_some(pool))
        .load()
}

#[test]
fn configurations_are_good_and_warn_of_nothing() {
    check_all("yaml", |block| {
        let settings = load(&block.text).map_err(|error| error.to_string())?;
        let warnings: Vec<_> = settings.warnings.iter().map(ToString::to_string).collect();
        if warnings.is_empty() {
            Ok(())
        } else {
            Err(warnings.join("\n"))
        }
    });
}

/// There is one, which the other tests take.
#[test]
fn the_whole_configuration_is_taken_by_the_router() {
    let mut count = 0;
    check_all("yaml full", |_| {
        count += 1;
        let ran = workshop().run(&["check", "--config", "config.yaml"]);
        if ran.code == Some(0) && !ran.stdout.contains("warning") {
            Ok(())
        } else {
            Err(format!("{ran:?}"))
        }
    });
    assert_eq!(count, 1);
}

#[test]
fn mistakes_are_found_as_shown() {
    let (wrong, mistakes) = (with_info("yaml wrong"), with_info("text mistakes"));
    assert_eq!(
        wrong.len(),
        mistakes.len(),
        "each block of mistakes is after one `yaml wrong`"
    );
    check_all("yaml wrong", |block| {
        let shown = next_of(block)
            .filter(|next| next.info == "text mistakes")
            .ok_or("no block `text mistakes` follows")?;
        match load(&block.text) {
            Ok(_) => Err("there is no mistake in it".to_owned()),
            Err(error) if error.to_string() == shown.text.trim_end() => Ok(()),
            Err(error) => Err(format!("its mistakes are\n{error}")),
        }
    });
}

fn next_of(block: &Block) -> Option<Block> {
    blocks()
        .into_iter()
        .find(|next| next.page == block.page && next.line > block.line)
}

#[test]
fn requests_are_what_the_router_writes() {
    check_all("json request", |block| {
        let shown = parse(&block.text)?;
        let read = serde_json::from_str::<ConnectRequest>(&block.text);
        same(&shown, read.and_then(serde_json::to_value))
    });
}

/// `deny` may be left out; the router's own types always write it.
#[test]
fn responses_are_what_the_router_reads() {
    check_all("json response", |block| {
        let mut shown = parse(&block.text)?;
        let fields = shown.as_object_mut().ok_or("no object")?;
        fields.entry("deny").or_insert(json!(false));
        let read = serde_json::from_str::<ConnectResponse>(&block.text);
        same(&shown, read.and_then(serde_json::to_value))
    });
}

#[test]
fn cases_are_read() {
    check_all("json case", |block| {
        let folder = folder().file("case.json", &block.text);
        let read = PluginCase::read(&folder.path("case.json"));
        read.map(drop).map_err(|error| error.to_string())
    });
}

fn parse(json: &str) -> Result<Value, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// Compares with what is left of it when it was read and is written again.
fn same(shown: &Value, reread: serde_json::Result<Value>) -> Result<(), String> {
    match reread {
        Ok(value) if value == *shown => Ok(()),
        Ok(value) => Err(format!("it is read as {value}")),
        Err(error) => Err(error.to_string()),
    }
}
