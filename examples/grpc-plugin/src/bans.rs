//! The ban list.

use std::collections::HashMap;

use hyrouter_plugin_grpc::ConnectEvent;

/// Banned players with the reasons. A player named `deny` is always banned, for trying the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bans {
    /// Reasons by UUID or name, in lower case. Empty for a player without one.
    reasons: HashMap<String, String>,
}

impl Bans {
    /// Reads a line for each player: UUID or name, then a space and the reason. Skips lines that begin with `#`,
    /// and a byte order mark, which editors write at the beginning.
    pub(crate) fn parse(text: &str) -> Self {
        let mut bans = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (player, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            bans.reasons
                .insert(player.to_lowercase(), reason.trim_start().to_owned());
        }
        bans
    }

    /// Returns the reason if the player is banned: the one of the list, else a text in the player's language. UUID and
    /// name come from the client; a router that verifies identity tokens lets no false ones through.
    pub(crate) fn reason(&self, event: &ConnectEvent) -> Option<&str> {
        let reason = [&event.uuid, &event.username]
            .into_iter()
            .flatten()
            .find_map(|player| self.reasons.get(&player.to_lowercase()))?;
        if reason.is_empty() {
            return Some(banned(event.language.as_deref().unwrap_or_default()));
        }
        Some(reason)
    }
}

/// Returns the text for a banned player without a reason in the list.
fn banned(language: &str) -> &'static str {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("de") {
        "Du bist gesperrt."
    } else {
        "You are banned."
    }
}

impl Default for Bans {
    fn default() -> Self {
        let reason = "denied by the example ban list";
        Self {
            reasons: HashMap::from([("deny".into(), reason.into())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_grpc::ConnectEvent;

    use super::Bans;

    const LIST: &str = "\
# who and why
Griefer   No griefing.\t
0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0 Chargeback
  spammer

# quiet
";

    fn reason(list: &str, uuid: Option<&str>, name: Option<&str>) -> Option<String> {
        let event = ConnectEvent {
            uuid: uuid.map(str::to_owned),
            username: name.map(str::to_owned),
            ..ConnectEvent::default()
        };
        Bans::parse(list).reason(&event).map(str::to_owned)
    }

    #[test]
    fn players_are_found_by_name_and_uuid_in_any_case() {
        let uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        for (uuid, name, expected) in [
            (None, Some("Griefer"), Some("No griefing.")),
            (None, Some("GRIEFER"), Some("No griefing.")),
            (None, Some("spammer"), Some("You are banned.")),
            (Some(uuid), None, Some("Chargeback")),
            (Some(uuid), Some("Renamed"), Some("Chargeback")),
            (Some(uuid), Some("griefer"), Some("Chargeback")),
            (None, Some("Grief"), None),
            (None, Some("#"), None),
            (None, Some(""), None),
            (None, None, None),
        ] {
            assert_eq!(
                reason(LIST, uuid, name).as_deref(),
                expected,
                "{uuid:?} {name:?}"
            );
        }
    }

    #[test]
    fn without_a_reason_the_text_is_in_the_player_s_language() {
        for (language, expected) in [
            (None, "You are banned."),
            (Some("en-US"), "You are banned."),
            (Some("de"), "Du bist gesperrt."),
            (Some("de-AT"), "Du bist gesperrt."),
            (Some("DE_CH"), "Du bist gesperrt."),
            (Some("del"), "You are banned."),
            (Some(""), "You are banned."),
        ] {
            let event = ConnectEvent {
                username: Some("Spammer".into()),
                language: language.map(str::to_owned),
                ..ConnectEvent::default()
            };
            assert_eq!(Bans::parse(LIST).reason(&event), Some(expected));
        }
    }

    #[test]
    fn the_name_deny_is_always_denied() {
        let always = Some("denied by the example ban list");
        assert_eq!(reason("", None, Some("deny")).as_deref(), always);
        assert_eq!(reason(LIST, None, Some("Deny")).as_deref(), always);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        let list = "\u{feff}Griefer Tricks.";
        assert_eq!(
            reason(list, None, Some("griefer")).as_deref(),
            Some("Tricks.")
        );
    }
}
