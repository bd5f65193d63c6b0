//! `hyrouter reload` and `hyrouter stop`: commands to a running router, over its admin server.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use hyrouter_config::ConfigError;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::admin_client::{AdminClient, list_of};
use crate::cli::{self, AdminArgs, StopArgs, print, print_json, print_line};
use crate::{exit, serve};

/// Interval between requests to a router that is draining.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// Time without progress after which the command prints what it waits for.
const QUIET: Duration = Duration::from_secs(1);

/// Waits for the result and prints what changed.
pub(crate) fn reload(args: &AdminArgs) -> anyhow::Result<ExitCode> {
    let client = match client(args) {
        Ok(client) => client?,
        Err(code) => return Ok(code),
    };
    let (status, answer) = runtime()?.block_on(client.ask("/reload", &json!({})))?;
    if args.json {
        print_json(&answer)?;
        return Ok(if status < 300 { exit::OK } else { exit::FAILED });
    }
    let answer = client.accepted(status, answer)?;
    print("configuration reloaded")?;
    let mut is_same = true;
    for (field, title) in [
        ("changed", "changed"),
        ("changed_files", "changed files"),
        ("restart_needed", "a restart is needed for"),
    ] {
        let list: Vec<_> = list_of(&answer, field).collect();
        if !list.is_empty() {
            print_line(format_args!("{title}: {}", list.join(", ")))?;
            is_same = false;
        }
    }
    if is_same {
        print("nothing changed")?;
    }
    for warning in list_of(&answer, "warnings") {
        print_line(format_args!("warning: {warning}"))?;
    }
    Ok(exit::OK)
}

/// Drains the router and waits until it has ended.
pub(crate) fn stop(args: &StopArgs) -> anyhow::Result<ExitCode> {
    let client = match client(&args.admin) {
        Ok(client) => client?,
        Err(code) => return Ok(code),
    };
    let ended = runtime()?.block_on(async {
        client.post("/drain", &json!({})).await?;
        anyhow::Ok(timeout(args.timeout, end(&client)).await.is_ok())
    })?;
    if args.admin.json {
        print_json(&json!({"ended": ended}))?;
    } else if ended {
        print("done")?;
    } else {
        bail!(
            "the router has not ended within {:?} and continues to drain; `shutdown.delay` and `shutdown.timeout` limit how long that takes",
            args.timeout
        );
    }
    Ok(if ended { exit::OK } else { exit::FAILED })
}

/// Waits until the router has ended.
async fn end(client: &AdminClient) {
    let ended = async {
        while client.is_ending().await {
            sleep(ASK_EVERY).await;
        }
    };
    tokio::pin!(ended);
    if timeout(QUIET, &mut ended).await.is_err() {
        cli::note(
            "waiting for the router to end: it accepts connections for `shutdown.delay`, then finishes those in progress within `shutdown.timeout`",
        );
        ended.await;
    }
}

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

/// Returns a client for the named admin server, or for the one of the configuration. Only `admin` must be valid, and
/// only the token file is opened: the router itself validates the rest.
pub(crate) fn client(args: &AdminArgs) -> Result<anyhow::Result<AdminClient>, ExitCode> {
    if let Some(address) = &args.address {
        return Ok(AdminClient::new(address, args.token_file.as_deref()));
    }
    let origin = serve::origin(&args.config);
    let settings = match origin.sources().for_other_machine().read() {
        Ok(draft) if draft.problems.iter().any(|wrong| wrong.concerns("admin")) => {
            return Err(refused(&ConfigError::Invalid {
                problems: draft.problems,
            }));
        }
        Ok(draft) => draft.settings,
        Err(error) => return Err(refused(&error)),
    };
    let Some(mut address) = settings.admin.listen else {
        cli::complain(&anyhow::anyhow!(
            "the configuration does not set `admin.listen`; name the admin server with --admin ADDR:PORT"
        ));
        return Err(exit::usage());
    };
    let token_file = args.token_file.as_deref();
    let token_file = token_file.or(settings.admin.token_file.as_deref());
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Ok(AdminClient::new(&address.to_string(), token_file))
}

fn refused(error: &ConfigError) -> ExitCode {
    cli::complain_of_config(error);
    cli::note("--admin ADDR:PORT names the router without a configuration");
    exit::usage()
}
