//! Cost of verifying identity tokens in an exchange.

use std::fmt::Write as _;

use super::median;
use super::process::Subject;
use super::whole::{CONFIG, Run, cores};
use crate::sh::{root, say};

/// Returns the compared cases: a name, and the section of the configuration.
fn cases() -> [(&'static str, String); 3] {
    let jwks = root().join("dev/identity/jwks.json").display().to_string();
    let verifying = |more| format!("identity: {{ mode: require, jwks: {jwks:?}{more} }}\n");
    [
        ("off: the token is read", String::new()),
        ("require, the token is remembered", verifying("")),
        (
            "require, each token is verified",
            verifying(", cache_size: 0"),
        ),
    ]
}

/// Measures the server CPU per exchange of a client with a token, in rounds that alternate the cases.
pub(super) fn exchanges(rounds: usize, exchanges: usize) -> anyhow::Result<String> {
    let key = root().join("dev/identity/key.json").display().to_string();
    let (server_core, client_core) = cores();
    let mut runs: Vec<_> = cases()
        .into_iter()
        .map(|(name, section)| (name, format!("{CONFIG}{section}"), Vec::new()))
        .collect();
    for round in 1..=rounds {
        for (name, config, of_case) in &mut runs {
            let clients = ["--token-key", &key];
            let run = Run::measure(
                Subject::Router,
                config,
                &clients,
                exchanges,
                server_core,
                client_core,
            )?;
            say(&format!(
                "round {round}, {name}: {:.1} us of server CPU an exchange",
                run.cpu_us
            ));
            of_case.push(run.cpu_us);
        }
    }
    let off = runs
        .first()
        .map_or(f64::NAN, |(_, _, of_off)| median(of_off.clone()));
    let mut table = format!(
        "Exchanges of clients with an identity token: {exchanges} in each of {rounds} rounds, 64 at a time; medians.\n\n\
         | `identity.mode` | CPU us an exchange | ratio to off |\n|---|---|---|\n"
    );
    for (name, _, of_case) in &runs {
        let cpu = median(of_case.clone());
        writeln!(table, "| {name} | {cpu:.0} | {:.3} |", cpu / off)?;
    }
    Ok(table)
}
