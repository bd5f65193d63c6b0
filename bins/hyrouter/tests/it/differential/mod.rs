//! What the original does with a configuration and its players, and what this router does. The rows are those of a
//! comparison of both in 63,000 cases. A case with `original` differs from the original on purpose.

mod case;
mod guest;

use std::collections::BTreeSet;

use serde_json::Value;

use self::case::{Case, Player};
use crate::support::{Folder, Router, folder};

const FILES: [&str; 4] = [
    include_str!("cases/configuration.yaml"),
    include_str!("cases/plugins.yaml"),
    include_str!("cases/referral.yaml"),
    include_str!("cases/routing.yaml"),
];

/// Rows without a case, and what tests them.
const ELSEWHERE: [(u8, &str); 2] = [
    (22, "crates/referral/tests/referral/v1.rs"),
    (
        38,
        "crates/proxy/tests/proxy/exchange.rs and bins/hyrouter/tests/it/serve.rs",
    ),
];

#[test]
fn each_row_has_a_case() {
    let cases = FILES.map(case::read).concat();
    let mut rows: BTreeSet<u8> = cases.iter().map(|case| case.row).collect();
    rows.extend(ELSEWHERE.map(|(row, _)| row));
    let missing: Vec<_> = (1..=41).filter(|row| !rows.contains(row)).collect();
    assert_eq!(missing, [0; 0]);
}

#[test]
fn configurations() {
    try_all(FILES[0]);
}

#[test]
fn plugins() {
    try_all(FILES[1]);
}

#[test]
fn referral_data() {
    try_all(FILES[2]);
}

#[test]
fn routing() {
    try_all(FILES[3]);
}

/// Tries every case of a file, and fails with all that came out otherwise.
fn try_all(file: &str) {
    let mut faults = Vec::new();
    for case in case::read(file) {
        let found = faults_of(&case).into_iter();
        faults.extend(found.map(|fault| format!("D{} ({}): {fault}", case.row, case.what)));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn faults_of(case: &Case) -> Vec<String> {
    let folder = prepare(case);
    let mut faults = Vec::new();
    if let Some(check) = &case.check {
        let name = case.file.as_str();
        let written = ["check", "--config", name].map(str::to_owned).to_vec();
        let args = check.args.as_ref().unwrap_or(&written);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let ran = folder.run(&args);
        if ran.code != Some(check.code) {
            faults.push(format!("expected the exit code {}: {ran:?}", check.code));
        }
        let printed = [ran.stdout.as_str(), &ran.stderr].concat();
        let missing = check.prints.iter().filter(|text| !printed.contains(*text));
        faults.extend(missing.map(|text| format!("expected {text:?} in {printed}")));
    }
    if !case.players.is_empty() {
        let mut command = folder.hyrouter(&["--config", &case.file]);
        command.env("HYROUTER_LISTEN", "127.0.0.1:0");
        let mut router = Router::begin(command);
        router.ready();
        for player in &case.players {
            faults.extend(faults_of_player(&router, player));
        }
    }
    faults
}

fn prepare(case: &Case) -> Folder {
    let folder = folder().file(&case.file, &case.config);
    for (file, guest) in &case.guests {
        std::fs::write(folder.path(file), guest::module(guest)).unwrap();
    }
    folder
}

fn faults_of_player(router: &Router, player: &Player) -> Vec<String> {
    let args: Vec<_> = player.args.iter().map(String::as_str).collect();
    let times = player.times.max(player.to.len()).max(1);
    let answers: Vec<_> = (0..times).map(|_| router.probe(&args)).collect();
    let mut faults = Vec::new();
    let mut compare = |what: &str, expected: Value, found: Value| {
        if expected != found {
            faults.push(format!(
                "{args:?}: expected {what} {expected}, found {found} in {}",
                answers[0]
            ));
        }
    };
    let backends: Vec<_> = answers.iter().map(backend).collect();
    if !player.to.is_empty() {
        compare(
            "backends",
            player.to.clone().into(),
            backends.clone().into(),
        );
    }
    if !player.among.is_empty() {
        let seen: BTreeSet<_> = backends.into_iter().collect();
        let seen: Vec<_> = seen.into_iter().collect();
        compare("all of", player.among.clone().into(), seen.into());
    }
    for (key, expected) in &player.answer {
        compare(key, expected.clone(), answers[0][key].clone());
    }
    faults
}

/// The backend of an answer, in the form of the cases.
fn backend(answer: &Value) -> String {
    match answer["host"].as_str() {
        Some(host) => format!("{host}:{}", answer["port"]),
        None => "none".to_owned(),
    }
}
