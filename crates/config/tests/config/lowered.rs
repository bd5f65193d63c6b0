//! Explicit and implicit removal of a security check.

use hyrouter_config::{EnvelopeSettings, IdentityMode, LoweredCheck, Settings};
use hyrouter_plugins::{Mode, OnError, Stage};

use crate::support::{load, load_named, load_with};

/// A network that checks all that can be checked, in the order of the file of finding 1.
const STRICT: &str = "\
admin: {listen: '127.0.0.1:0'}
routing:
  default:
    backends: [{host: 10.0.0.7, port: 5520}]
limits:
  deny:
    - 203.0.113.0/24
  allow: [0.0.0.0/0]
  retry: always
protocol: {unknown: deny}
referral:
  version: 2
  hmac_secret: 0123456789abcdef0123456789abcdef
  accept:
    - {id: 7, secret: 0123456789abcdef, not_after: '2027-01-01T00:00:00Z'}
identity:
  mode: require
plugins:
  - name: lobby
    type: grpc
    grpc: {address: lobby:7000}
    override: candidates
  - name: bans
    type: grpc
    grpc: {address: bans:7000, tls: {ca_file: ca.pem}}
    stage: deny
    config: {list: main}
";

fn lowered(before: &str, now: &str) -> Vec<LoweredCheck> {
    let (before, now) = (load(before).unwrap(), load(now).unwrap());
    now.checks.lowered_from(&before.checks)
}

/// What the strict configuration checks, judged without the code under test.
fn is_strict(settings: &Settings) -> bool {
    let plugin = |name: &str| {
        settings
            .plugins
            .iter()
            .find(|plugin| plugin.settings.name == name)
    };
    let bans = plugin("bans").is_some_and(|plugin| {
        let settings = &plugin.settings;
        settings.stage == Stage::Deny
            && settings.mode == Mode::Enforce
            && settings
                .on_error
                .is_none_or(|on_error| on_error == OnError::Deny)
            && plugin.config.is_some()
    });
    settings.identity.mode == IdentityMode::Require
        && bans
        && matches!(settings.referral.envelope, EnvelopeSettings::V2(_))
        && !settings.limits.deny.is_empty()
        && !settings.limits.allow.is_empty()
}

/// A file cut at every byte. A missing last character or list entry cannot be detected, so the test compares sections.
#[test]
fn no_beginning_of_a_file_takes_a_check_away() {
    let before = load(STRICT).unwrap();
    assert!(is_strict(&before));
    let mut accepted = 0;
    let routing = STRICT.find("routing:").unwrap();
    for end in 0..=STRICT.len() {
        let cut = &STRICT[..end];
        // The pool that `load` adds is for texts without any.
        let text = if end < routing {
            cut.to_owned() + "\n#routing:"
        } else {
            cut.to_owned()
        };
        let Ok(settings) = load(&text) else { continue };
        accepted += 1;
        let lowered = settings.checks.lowered_from(&before.checks);
        let is_refused = lowered.iter().any(|lowered| !lowered.is_explicit);
        assert!(is_refused || is_strict(&settings), "{cut}\n--- {lowered:?}");
    }
    assert!(accepted > 50, "{accepted} beginnings are configurations");
}

/// What becomes of the strict configuration when a part of it is replaced.
fn replaced(written: &str, by: &str) -> Vec<LoweredCheck> {
    assert_eq!(STRICT.matches(written).count(), 1, "{written}");
    lowered(STRICT, &STRICT.replace(written, by))
}

fn shown(lowered: &[LoweredCheck]) -> Vec<String> {
    lowered.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_left_out_is_not_meant() {
    let bans = &STRICT[STRICT.find("  - name: bans").unwrap()..];
    let plugins = &STRICT[STRICT.find("plugins:").unwrap()..];
    let referral = &STRICT[STRICT.find("referral:").unwrap()..STRICT.find("identity:").unwrap()];
    let gone = "plugins: required plugin \"bans\" was removed";
    let deny = "limits.deny: lowered from a list of 1 to []";
    let stage = [
        "plugins[1].stage: of plugin \"bans\" lowered from deny to route",
        "plugins[1].on_error: of plugin \"bans\" lowered from deny to continue",
    ];
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "  mode: require\n",
            "  refresh: 1m\n",
            &["identity.mode: lowered from require to off"],
        ),
        (
            "identity:\n  mode: require\n",
            "identity: null\n",
            &["identity.mode: lowered from require to off"],
        ),
        (
            "mode: require",
            "mode: ~",
            &["identity.mode: lowered from require to off"],
        ),
        ("  deny:\n    - 203.0.113.0/24\n", "", &[deny]),
        ("  deny:\n    - 203.0.113.0/24\n", "  deny: null\n", &[deny]),
        (
            "  allow: [0.0.0.0/0]\n",
            "",
            &["limits.allow: lowered from a list of 1 to []"],
        ),
        (
            "  retry: always\n",
            "",
            &["limits.retry: lowered from always to adaptive"],
        ),
        (
            "protocol: {unknown: deny}\n",
            "",
            &["protocol.unknown: lowered from deny to route"],
        ),
        (
            "  version: 2\n",
            "",
            &["referral.version: lowered from 2 to 1"],
        ),
        (
            referral,
            "",
            &["referral: lowered from signed to not signed"],
        ),
        (
            ", not_after: '2027-01-01T00:00:00Z'",
            "",
            &["referral.accept[0].not_after: lowered from 2027-01-01T00:00:00Z to none"],
        ),
        (
            "    override: candidates\n",
            "",
            &["plugins[0].override: of plugin \"lobby\" lowered from candidates to any"],
        ),
        ("    stage: deny\n", "", &stage),
        ("    stage: deny\n", "    stage: null\n", &stage),
        (
            "    config: {list: main}\n",
            "",
            &["plugins[1].config: of plugin \"bans\" lowered from some to {}"],
        ),
        (
            ", tls: {ca_file: ca.pem}",
            "",
            &["plugins[1].grpc.tls: of plugin \"bans\" lowered from some to {}"],
        ),
        (plugins, "", &[gone]),
        (plugins, "plugins: null\n", &[gone]),
        // It may have been cut off where it ends.
        (bans, "", &[gone]),
        (bans, "# end\n", &[gone]),
    ];
    for (written, by, expected) in cases {
        let found = replaced(written, by);
        assert_eq!(shown(&found), *expected, "{written} -> {by}");
        for lowered in &found {
            assert!(!lowered.is_explicit, "{lowered}");
            let refusal = lowered.refusal();
            assert!(refusal.starts_with(&lowered.to_string()), "{refusal}");
            assert!(
                refusal.contains("; to lower the check, write "),
                "{refusal}"
            );
        }
    }
    assert_eq!(lowered(STRICT, STRICT), []);
}

#[test]
fn what_is_written_is_meant() {
    let bans = &STRICT[STRICT.find("  - name: bans").unwrap()..];
    let plugins = &STRICT[STRICT.find("plugins:").unwrap()..];
    let referral = &STRICT[STRICT.find("referral:").unwrap()..STRICT.find("identity:").unwrap()];
    let gone = "plugins: required plugin \"bans\" was removed";
    let unsigned = "referral: lowered from signed to not signed";
    let lobby = "plugins: [{name: lobby, type: grpc, grpc: {address: 'lobby:7000'}, override: candidates}]\n";
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "mode: require",
            "mode: off",
            &["identity.mode: lowered from require to off"],
        ),
        (
            "mode: require",
            "mode: report",
            &["identity.mode: lowered from require to report"],
        ),
        (
            "    - 203.0.113.0/24\n",
            "    []\n",
            &["limits.deny: lowered from a list of 1 to []"],
        ),
        (
            "allow: [0.0.0.0/0]",
            "allow: []",
            &["limits.allow: lowered from a list of 1 to []"],
        ),
        (
            "retry: always",
            "retry: never",
            &["limits.retry: lowered from always to never"],
        ),
        (
            "unknown: deny",
            "unknown: route",
            &["protocol.unknown: lowered from deny to route"],
        ),
        (
            "version: 2",
            "version: 1",
            &["referral.version: lowered from 2 to 1"],
        ),
        (referral, "referral: {}\n", &[unsigned]),
        (referral, "referral: {envelope: none}\n", &[unsigned]),
        (referral, "referral: {keys: []}\n", &[unsigned]),
        (referral, "referral: {hmac_secret: ''}\n", &[unsigned]),
        (referral, "referral:\n  version: 1\n", &[unsigned]),
        (
            "override: candidates",
            "override: any",
            &["plugins[0].override: of plugin \"lobby\" lowered from candidates to any"],
        ),
        (
            "stage: deny",
            "stage: mutate",
            &[
                "plugins[1].stage: of plugin \"bans\" lowered from deny to mutate",
                "plugins[1].on_error: of plugin \"bans\" lowered from deny to continue",
            ],
        ),
        (
            "stage: deny",
            "stage: deny\n    on_error: continue",
            &["plugins[1].on_error: of plugin \"bans\" lowered from deny to continue"],
        ),
        (
            "stage: deny",
            "stage: deny\n    mode: shadow",
            &["plugins[1].mode: of plugin \"bans\" lowered from enforce to shadow"],
        ),
        ("config: {list: main}", "config: {}", &[]),
        ("tls: {ca_file: ca.pem}", "tls: {}", &[]),
        (plugins, "plugins: []\n", &[gone]),
        (plugins, lobby, &[gone]),
        (bans, "...\n", &[gone]),
        (bans, "shutdown: {delay: 1s}\n", &[gone]),
        // More of it, or another order, takes nothing away.
        (
            "    - 203.0.113.0/24\n",
            "    - 203.0.113.0/24\n    - 198.51.100.0/24\n",
            &[],
        ),
        (
            bans,
            &(bans.to_owned() + "  - {name: more, type: grpc, grpc: {address: a}}\n"),
            &[],
        ),
    ];
    for (written, by, expected) in cases {
        let found = replaced(written, by);
        assert_eq!(shown(&found), *expected, "{written} -> {by}");
        assert!(found.iter().all(|lowered| lowered.is_explicit), "{found:?}");
    }
}

#[test]
fn a_variable_is_written_too() {
    let before = load(STRICT).unwrap();
    let gone = STRICT.replace("identity:\n  mode: require\n", "");
    let gone = &gone[..gone.find("plugins:").unwrap()];
    let env = [
        ("HYROUTER_PLUGINS", "[]"),
        ("HYROUTER_IDENTITY__MODE", "off"),
    ];
    let found = load_with(gone, env)
        .unwrap()
        .checks
        .lowered_from(&before.checks);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|lowered| lowered.is_explicit), "{found:?}");
    // What a variable says is not taken back by a file.
    let env = [("HYROUTER_IDENTITY__MODE", "require")];
    let before = load_with(gone, env).unwrap();
    assert_eq!(
        load_with(gone, env)
            .unwrap()
            .checks
            .lowered_from(&before.checks),
        []
    );
}

/// No beginning of a JSON text is one.
#[test]
fn a_list_in_json_is_whole() {
    let json = |plugins: &str| {
        let text = format!(
            r#"{{"routing": {{"default": {{"backends": [{{"host": "h", "port": 1}}]}}}}, "plugins": [{plugins}]}}"#
        );
        load_named("c.json", &text, [("", ""); 0]).unwrap()
    };
    let bans = r#"{"name": "bans", "type": "grpc", "grpc": {"address": "a"}, "stage": "deny"}"#;
    let other = bans.replace("bans", "other");
    let found = json(&other).checks.lowered_from(&json(bans).checks);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].is_explicit);
}

#[test]
fn a_plugin_that_was_asked_in_vain_may_go() {
    for (more, is_check) in [
        ("stage: deny", true),
        ("stage: deny, on_error: continue", true),
        ("on_error: deny", true),
        ("stage: mutate", false),
        ("stage: deny, mode: shadow", false),
    ] {
        let plugin =
            format!("plugins:\n  - {{name: a, type: grpc, grpc: {{address: a}}, {more}}}\n");
        let found = lowered(
            &plugin,
            "plugins:\n  - {name: b, type: grpc, grpc: {address: a}}\n",
        );
        assert_eq!(!found.is_empty(), is_check, "{more}: {found:?}");
    }
}

#[test]
fn the_strictest_of_several_is_kept() {
    let report = load("identity: {mode: report}").unwrap().checks;
    let strict = load(STRICT).unwrap().checks;
    let mut strictest = report.clone();
    strictest.raise(&strict);
    strictest.raise(&report);
    let found = report.lowered_from(&strictest);
    assert!(shown(&found).contains(&"identity.mode: lowered from require to report".to_owned()));
    assert_eq!(strict.lowered_from(&strictest), []);
}
