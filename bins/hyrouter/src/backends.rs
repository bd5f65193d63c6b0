//! `hyrouter backends`: lists the backends that a running router uses.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use hyper::Method;
use hyrouter_app::timestamp;
use hyrouter_text::shown;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::admin_client::{AdminClient, percent_encoded};
use crate::cli::{BackendsArgs, columns, print, print_json};
use crate::{commands, exit};

/// Number of backends in a request.
const PAGE: u64 = 10_000;

/// A list of backends, with the fields that its text shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BackendList {
    providers: Vec<ProviderRow>,
    backends: Vec<BackendRow>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProviderRow {
    name: String,
    kind: String,
    synced: bool,
    stale: bool,
    age_seconds: Option<f64>,
    backends: u64,
    error: Option<String>,
    unusable: u64,
    problems: Vec<String>,
    dropped: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BackendRow {
    provider: Option<String>,
    route: Option<String>,
    id: Option<String>,
    address: String,
    weight: u32,
    drained: Option<String>,
    expires_at: Option<f64>,
    meta: Map<String, Value>,
}

pub(crate) fn run(args: &BackendsArgs) -> anyhow::Result<ExitCode> {
    let client = match commands::client(&args.admin) {
        Ok(client) => client?,
        Err(code) => return Ok(code),
    };
    let list = commands::runtime()?.block_on(all(&client, args))?;
    if args.admin.json {
        print_json(&list)?;
        return Ok(exit::OK);
    }
    let list: BackendList = serde_json::from_value(list).context("reading the router's list")?;
    let now = timestamp::unix(SystemTime::now());
    print(&text(&list, args.wide, now))?;
    Ok(exit::OK)
}

/// Returns the pages of the list as one.
async fn all(client: &AdminClient, args: &BackendsArgs) -> anyhow::Result<Value> {
    let mut query = format!("limit={PAGE}");
    for (key, value) in [("provider", &args.provider), ("route", &args.route)] {
        if let Some(value) = value {
            query = format!("{query}&{key}={}", percent_encoded(value));
        }
    }
    let mut backends = Vec::new();
    let mut offset = 0;
    loop {
        let path = format!("/api/backends?{query}&offset={offset}");
        let mut page = client.without_body(Method::GET, &path).await?;
        if let Some(listed) = page.get_mut("backends").and_then(Value::as_array_mut) {
            backends.append(listed);
        }
        match page.get("next").and_then(Value::as_u64) {
            Some(next) if next > offset => offset = next,
            _ => {
                let mut list = Map::new();
                let providers = page.get_mut("providers").map(Value::take);
                list.insert("providers".to_owned(), providers.unwrap_or_default());
                list.insert("backends".to_owned(), backends.into());
                return Ok(list.into());
            }
        }
    }
}

fn text(list: &BackendList, is_wide: bool, now: f64) -> String {
    let mut lines = Vec::new();
    if !list.providers.is_empty() {
        let head = ["PROVIDER", "TYPE", "BACKENDS", "AGE", "STATE"].map(str::to_owned);
        let rows = list.providers.iter().map(ProviderRow::cells);
        lines.extend(columns(
            &[head.to_vec()].into_iter().chain(rows).collect::<Vec<_>>(),
        ));
        lines.extend(list.providers.iter().flat_map(ProviderRow::remarks));
        lines.push(String::new());
    }
    if list.backends.is_empty() {
        lines.push("no backends".to_owned());
        return lines.join("\n");
    }
    let mut head = vec![
        "BACKEND", "PROVIDER", "ID", "ROUTE", "WEIGHT", "DRAINED", "LEASE",
    ];
    head.extend(is_wide.then_some("META"));
    let head = head.into_iter().map(str::to_owned).collect();
    let rows = list.backends.iter().map(|row| row.cells(is_wide, now));
    lines.extend(columns(&[head].into_iter().chain(rows).collect::<Vec<_>>()));
    lines.join("\n")
}

impl ProviderRow {
    fn cells(&self) -> Vec<String> {
        let state = match (self.synced, self.stale, &self.error) {
            (false, _, _) => "not synced",
            (true, true, _) => "too old, not used",
            (true, false, Some(_)) => "failing, last backends in use",
            (true, false, None) => "good",
        };
        vec![
            self.name.clone(),
            self.kind.clone(),
            self.backends.to_string(),
            self.age_seconds.map_or_else(|| "-".to_owned(), seconds),
            state.to_owned(),
        ]
    }

    /// Returns a line for each problem.
    fn remarks(&self) -> Vec<String> {
        let name = shown(&self.name);
        let mut lines = Vec::new();
        if let Some(error) = &self.error {
            lines.push(format!("{name}: {}", shown(error).whole()));
        }
        for problem in &self.problems {
            lines.push(format!("{name}: not used: {}", shown(problem).whole()));
        }
        if let Some(more @ 1..) = self.unusable.checked_sub(self.problems.len() as u64) {
            lines.push(format!("{name}: not used: {more} more entries"));
        }
        if self.dropped > 0 {
            let count = self.dropped;
            lines.push(format!(
                "{name}: left out: {count} backends beyond max_backends"
            ));
        }
        lines
    }
}

impl BackendRow {
    fn cells(&self, is_wide: bool, now: f64) -> Vec<String> {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let lease = self.expires_at.map(|end| seconds((end - now).max(0.0)));
        let mut cells = vec![
            self.address.clone(),
            self.provider.clone().unwrap_or_else(|| "static".to_owned()),
            or_none(&self.id),
            or_none(&self.route),
            self.weight.to_string(),
            or_none(&self.drained),
            or_none(&lease),
        ];
        if is_wide {
            let meta = self.meta.iter().map(|(key, value)| match value {
                Value::String(text) => format!("{key}={text}"),
                other => format!("{key}={other}"),
            });
            cells.push(meta.collect::<Vec<_>>().join(" "));
        }
        cells
    }
}

fn seconds(seconds: f64) -> String {
    // A time of a response that is too long for a duration is shown as 0.
    timestamp::span(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}
