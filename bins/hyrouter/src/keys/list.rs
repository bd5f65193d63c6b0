//! `hyrouter keys list`.

use std::process::ExitCode;
use std::time::SystemTime;

use hyrouter_config::{EnvelopeSettings, Settings};
use hyrouter_referral::{Algorithm, Validity};
use serde_json::json;

use crate::cli::{self, ConfigArgs, ListArgs, print, print_line};
use crate::{exit, serve};
use hyrouter_app::timestamp;

/// One line of the list. It never contains the secret.
struct Row {
    purpose: &'static str,
    id: u8,
    algorithm: Algorithm,
    validity: Validity,
    state: &'static str,
    public_key: Option<[u8; 32]>,
}

pub(super) fn run(args: ListArgs, config: ConfigArgs) -> anyhow::Result<ExitCode> {
    let settings = match serve::load(&args.config.or(config)) {
        Ok(settings) => settings,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(exit::usage());
        }
    };
    let rows = rows(&settings, SystemTime::now());
    for row in &rows {
        print(&if args.json { row.json() } else { row.text() })?;
    }
    if rows.is_empty() && !args.json {
        print("no keys: referral data is not signed, and tickets are not accepted")?;
    }
    for warning in &settings.warnings {
        if !args.json && warning.path.starts_with("referral") {
            print_line(format_args!("warning: {warning}"))?;
        }
    }
    Ok(exit::OK)
}

fn rows(settings: &Settings, now: SystemTime) -> Vec<Row> {
    let referral = &settings.referral;
    let mut rows = match &referral.envelope {
        EnvelopeSettings::V2(keys) => keys
            .iter()
            .map(|key| Row {
                purpose: "seal",
                id: key.id(),
                algorithm: key.algorithm(),
                validity: key.validity(),
                state: state(key.validity(), now),
                public_key: key.public_key(),
            })
            .collect(),
        EnvelopeSettings::V1(keys) => keys
            .iter()
            .filter(|key| key.sealer.is_signed())
            .map(|key| Row {
                purpose: "seal",
                id: key.sealer.key_id(),
                algorithm: Algorithm::HmacSha256,
                validity: key.validity,
                state: state(key.validity, now),
                public_key: None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let active = Validity::newest(&rows, |row| row.validity, now).map(|row| row.id);
    for row in rows.iter_mut().filter(|row| Some(row.id) == active) {
        row.state = "signs";
    }
    let mut accepted: Vec<_> = referral.accept.iter().collect();
    accepted.sort_by_key(|key| key.id());
    rows.extend(accepted.into_iter().map(|key| Row {
        purpose: "accept",
        id: key.id(),
        algorithm: key.algorithm(),
        validity: key.validity(),
        state: state(key.validity(), now),
        public_key: key.public_key(),
    }));
    rows
}

fn state(validity: Validity, now: SystemTime) -> &'static str {
    if validity.contains(now) {
        "valid"
    } else if validity.not_before.is_some_and(|begin| now < begin) {
        "not yet"
    } else {
        "over"
    }
}

impl Row {
    fn text(&self) -> String {
        let time = |at: Option<SystemTime>| at.map_or_else(|| "-".to_owned(), timestamp::text);
        format!(
            "{:<6}  key {:<3}  {:<11}  {:<7}  from {:<20}  until {:<20}{}",
            self.purpose,
            self.id,
            self.algorithm.as_str(),
            self.state,
            time(self.validity.not_before),
            time(self.validity.not_after),
            self.public_key.map_or_else(String::new, |key| format!(
                "  public key {}",
                hex::encode(key)
            )),
        )
    }

    fn json(&self) -> String {
        json!({
            "use": self.purpose,
            "id": self.id,
            "algorithm": self.algorithm.as_str(),
            "state": self.state,
            "not_before": self.validity.not_before.map(timestamp::text),
            "not_after": self.validity.not_after.map(timestamp::text),
            "public_key": self.public_key.map(hex::encode),
        })
        .to_string()
    }
}
