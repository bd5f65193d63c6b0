//! Servers that are wrong: each fails with the check and the difference.

use super::bad;
use crate::support::folder;

/// Runs the suite against a wrong server. It fails in this check with this difference, and in no check besides those
/// named.
fn fails(mode: &str, args: &[&str], check: &str, difference: &str, also: &[&str]) {
    let peer = bad(mode);
    let base = ["plugin", "test", "--grpc", peer.address(), "--json"];
    let ran = folder().run(&[&base, args].concat());
    assert_eq!(ran.code, Some(1), "{mode}: {ran:?}");
    let report = ran.json();
    let failed: Vec<_> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["result"] == "failed")
        .collect();
    let found = failed.iter().find(|failed| failed["name"] == check);
    let found = found.unwrap_or_else(|| panic!("{mode}: {report:#}"));
    let differences = found["differences"].as_array().unwrap();
    let texts = differences.iter().map(|difference| {
        let part = |key: &str| difference[key].as_str().unwrap().to_owned();
        let (place, expected, got) = (part("place"), part("expected"), part("got"));
        format!("{place}: expected {expected}, got {got}")
    });
    let texts: Vec<_> = texts.collect();
    assert!(
        texts.iter().any(|text| text.contains(difference)),
        "{mode}: {texts:#?}"
    );
    for failed in &failed {
        let name = failed["name"].as_str().unwrap();
        assert!(
            name == check || also.iter().any(|part| name.contains(part)),
            "{mode} fails in {name} too: {failed:#}"
        );
    }
}

#[test]
fn unknown_fields_that_are_refused_or_change_the_answer() {
    for place in ["the request", "event", "identity", "candidates", "backend"] {
        fails(
            "rejects_unknown",
            &["--only", "fields"],
            &format!("unknown fields in {place}"),
            "answer: expected {\"deny\":false}, got status 3 INVALID_ARGUMENT: unknown field later_",
            &["unknown fields"],
        );
    }
    fails(
        "changes_on_unknown",
        &["--only", "fields"],
        "unknown fields in event",
        "with them: referral_data: expected absent, got \"dW5rbm93bg==\" (7 bytes \"unknown\")",
        &["unknown fields"],
    );
    fails(
        "rejects_null",
        &["--only", "null"],
        "null fields",
        "null in place of absent fields and of meta: answer: expected {\"deny\":false}, got status 3",
        &[],
    );
}

#[test]
fn what_should_stay_is_changed() {
    let quick = ["--calls", "50"];
    fails(
        "alters_candidates",
        &quick,
        "candidates kept",
        "candidates[0].weight of 10.0.0.7:5520: expected 3, got 1",
        &[],
    );
    fails(
        "always_first",
        &quick,
        "selection kept",
        "selected_index: expected absent, or game-2.example.com:5521, got 0, which moves every player to the first candidate",
        &[],
    );
    fails(
        "encodes_twice",
        &quick,
        "referral data kept",
        "got 20 bytes \"eyJwYXJ0eSI6IjEyIn0=\": base64 of base64",
        &[],
    );
    fails(
        "erases",
        &quick,
        "referral data kept",
        "referral_data: expected absent, or some data, got \"\" for every player",
        &[],
    );
    fails(
        "refers_in_stage_deny",
        &["--calls", "50", "--stage", "deny"],
        "stage deny",
        "effect: expected unchanged or denied, in stage deny, got changed: backend",
        &[],
    );
}

#[test]
fn a_cached_answer_for_other_players() {
    fails(
        "caches_too_much",
        &["--only", "cache key"],
        "cache key",
        "player deny gets the answer of player Alder, which is cached for 60 s by host: deny: expected false, got true",
        &[],
    );
}

#[test]
fn a_late_answer() {
    fails(
        "late",
        &["--timeout", "100ms"],
        "every field",
        "answer: expected a response, got no answer within 100 ms; `timeout` sets how long players wait",
        &["absent fields", "null fields"],
    );
}

/// The number of the call is that of all calls, since a server counts all of them.
#[test]
fn a_crash_at_call_1000() {
    fails(
        "crashes",
        &["--only", "many calls"],
        "many calls",
        "call 984 of 2000 (call 1000 of this run), player Birch_7: answer: expected {\"deny\":false}, got ",
        &[],
    );
}

#[test]
fn answers_of_parallel_calls_that_are_mixed_up() {
    fails(
        "mixes_up",
        &["--calls", "50"],
        "parallel calls",
        ", which got the answer of player ",
        &[],
    );
}

#[test]
fn the_answer_of_the_player_before() {
    fails(
        "late_by_one",
        &["--only", "same answer"],
        "same answer",
        "player deny after player Alder: answer: expected {\"deny\":true",
        &[],
    );
    fails(
        "late_by_one",
        &["--only", "same answer"],
        "same answer",
        "got the answer of player Alder, {\"deny\":false",
        &[],
    );
}

/// A counter in the referral data does not keep the other fields from being compared.
#[test]
fn a_field_that_stays_is_compared_beside_one_that_varies() {
    fails(
        "denies_unknown",
        &["--only", "fields in event"],
        "unknown fields in event",
        "with them: deny: expected false, got true",
        &[],
    );
}

#[test]
fn text_that_is_not_utf_8() {
    fails(
        "latin_1",
        &["--calls", "50"],
        "UTF-8",
        "umlauts: answer: expected a response, got bad response: it is not UTF-8 at byte ",
        &[],
    );
    fails(
        "reads_latin_1",
        &["--calls", "50"],
        "UTF-8",
        "umlauts: deny_reason: expected \"J\u{fc}rgen Gr\u{f6}\u{df}e\" in UTF-8",
        &[],
    );
}

#[test]
fn fields_with_wrong_names() {
    fails(
        "wrong_names",
        &["--only", "same answer"],
        "same answer",
        "player deny: answer: expected no part that the router ignores, got unknown field \"denyReason\" was ignored; did you mean \"deny_reason\"? (plugin_field_unknown)",
        &[],
    );
}

#[test]
fn answers_that_differ_are_a_warning_unless_they_must_not() {
    let peer = bad("tosses_a_coin");
    let base = ["plugin", "test", "--grpc", peer.address(), "--calls", "50"];
    let ran = folder().run(&base);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let warning = "the answers to the same request differ in referral_data, which is not compared";
    assert!(ran.stdout.contains(warning), "{ran:?}");
    let args = ["--only", "same answer", "--deterministic"];
    let ran = folder().run(&[&base[..], &args].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout
            .contains("the same request again: referral_data: expected "),
        "{ran:?}"
    );
}

#[test]
fn a_plugin_without_its_config_is_explained_once() {
    let peer = bad("needs_config");
    let base = ["plugin", "test", "--grpc", peer.address(), "--calls", "50"];
    let ran = folder().run(&base);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let hints = ran.stdout.matches("set it with `--plugin-config`");
    assert_eq!(hints.count(), 1, "{ran:?}");
    let ran = folder().run(&[&base[..], &["--plugin-config", "{}"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_plugin_that_adds_a_candidate_answers_the_biggest_request() {
    let peer = bad("adds_a_candidate");
    let only = ["--only", "biggest request"];
    let ran = folder().run(&[&["plugin", "test", "--grpc", peer.address()], &only[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_plugin_that_is_not_there_is_given_up() {
    let ran = folder().run(&[
        "plugin",
        "test",
        "--grpc",
        "127.0.0.1:9",
        "--timeout",
        "50ms",
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for text in [
        "unreachable: connecting to 127.0.0.1:9",
        "the 3 checks before had no answer in time",
        "\n0 passed, 3 failed, 19 skipped\n",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {ran:?}");
    }
}
