//! Version of the API of an engine.

use std::fmt;

use serde::Deserialize;

/// Version that is asked for: the newest that both Docker 20.10 and Podman have.
const WANTED: (u32, u32) = (1, 41);

/// Version of the API that an engine is asked with. `Display` is the prefix of paths, such as `/v1.41`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct EngineVersion {
    /// None before the engine was asked.
    api: Option<(u32, u32)>,
    pub(super) is_podman: bool,
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.api
            .map_or(Ok(()), |(major, minor)| write!(f, "/v{major}.{minor}"))
    }
}

/// The response to `GET /version`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Versions {
    api_version: String,
    #[serde(rename = "MinAPIVersion")]
    min_api_version: String,
    components: Option<Vec<Component>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Component {
    name: String,
}

impl Versions {
    /// Returns 1.41, else the nearest version that the engine has. An engine without versions is asked for its default.
    pub(super) fn choose(&self) -> EngineVersion {
        let (least, most) = (parse(&self.min_api_version), parse(&self.api_version));
        let wanted = most.map_or(WANTED, |most| WANTED.min(most));
        let wanted = least.map_or(wanted, |least| wanted.max(least));
        let mut components = self.components.iter().flatten();
        EngineVersion {
            api: most.or(least).map(|_| wanted),
            is_podman: components.any(|component| component.name == "Podman Engine"),
        }
    }
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(json: &str) -> (String, bool) {
        let versions: Versions = serde_json::from_str(json).unwrap();
        let version = versions.choose();
        (version.to_string(), version.is_podman)
    }

    #[test]
    fn the_nearest_version_is_chosen() {
        let cases = [
            (
                include_str!("fixtures/docker-version.json"),
                "/v1.41",
                false,
            ),
            (include_str!("fixtures/podman-version.json"), "/v1.41", true),
            (
                r#"{"ApiVersion":"1.52","MinAPIVersion":"1.44"}"#,
                "/v1.44",
                false,
            ),
            (
                r#"{"ApiVersion":"1.40","MinAPIVersion":"1.12","Components":null}"#,
                "/v1.40",
                false,
            ),
            (r#"{"ApiVersion":"x","Version":"9"}"#, "", false),
        ];
        for (json, prefix, is_podman) in cases {
            assert_eq!(chosen(json), (prefix.to_owned(), is_podman), "{json}");
        }
    }
}
