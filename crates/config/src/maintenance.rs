use hyrouter_messages::MaintenanceTexts;
use hyrouter_router as router;
use serde_json::Value;

use crate::Problem;
use crate::model;
use crate::path::Path;
use crate::problem::Problems;
use crate::schema::Schema;
use crate::schema_check::check_section;
use crate::validate::check_languages;

/// Maintenance of a route, which is closed during it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaintenanceSettings {
    /// `true` if the maintenance is switched on.
    pub enabled: bool,
    /// Time of the maintenance, and the players that may enter nevertheless.
    pub rule: router::Maintenance,
    /// Texts for the other players.
    pub texts: MaintenanceTexts,
}

impl MaintenanceSettings {
    /// Parses a separate value of `routing.routes[].maintenance`. `{}` closes a route for all players until it is
    /// opened again.
    ///
    /// # Errors
    /// All problems by path, which begins at the value itself, with the messages that a file would get.
    ///
    /// ```
    /// use hyrouter_config::MaintenanceSettings;
    /// use serde_json::json;
    ///
    /// let body = json!({"text": {"default": "Back soon.", "de": "Gleich zurück."}});
    /// let settings = MaintenanceSettings::from_json(&body).unwrap();
    /// assert_eq!(settings.texts.text(Some("de-AT")), Some("Gleich zurück."));
    ///
    /// let problems = MaintenanceSettings::from_json(&json!({"until": "soon"})).unwrap_err();
    /// assert!(problems[0].to_string().starts_with("until: not a time (got \"soon\")"));
    /// ```
    pub fn from_json(value: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let right =
            section().and_then(|schema| check_section(schema, value.clone(), &mut problems));
        // The schema check has reported the values that it removed, and a value that is not a section.
        let model = right.map(serde_json::from_value).transpose();
        let model = model.unwrap_or_else(|error| {
            problems.add(&Path::default(), error.to_string());
            None
        });
        let built = build(&Path::default(), model.unwrap_or_default(), &mut problems);
        let problems = problems.into_list();
        if problems.is_empty() {
            Ok(built)
        } else {
            Err(problems)
        }
    }
}

/// Returns the schema of a maintenance.
fn section() -> Option<Schema> {
    Schema::root()
        .property("routing")?
        .property("default_maintenance")
}

/// Checks the values together and builds the settings.
pub(crate) fn build(
    path: &Path,
    given: model::Maintenance,
    problems: &mut Problems,
) -> MaintenanceSettings {
    let (from, until) = (given.from, given.until);
    if let (Some(from), Some(until)) = (from, until)
        && from >= until
    {
        let message = "not after `from`, so it is never active; allowed: a later time";
        problems.add_if_clear(&path.key("until"), message);
    }
    check_languages(&path.key("text"), &given.text, problems);
    let allow = given.allow;
    if allow.verified && allow.uuids.is_empty() && allow.usernames.is_empty() {
        problems.add_if_clear(
            &path.key("allow").key("verified"),
            "has no effect alone; allowed: beside `uuids` or `usernames`",
        );
    }
    let allow = router::Allow {
        uuids: allow.uuids,
        networks: allow.ips,
        usernames: allow.usernames,
        verified_only: allow.verified,
    };
    MaintenanceSettings {
        enabled: given.enabled,
        rule: router::Maintenance { from, until, allow },
        texts: MaintenanceTexts::from(given.text),
    }
}
