//! `tests/vectors.json`, the envelopes that every verifier in every language is tried with.
//!
//! The file is made by this test: `HYROUTER_WRITE_VECTORS=1 cargo test -p hyrouter-referral --test referral vectors`
//! writes it anew. It is made without the crate, by a second writer of the layout. Without the variable the test takes
//! the file as it is, and fails when it is another than would be made.

mod file;
mod forged;
mod make;
mod malformed;
mod opened;
mod orders;
mod points;
mod raw;
mod refused;
mod replays;
mod targets;
mod verified;

use std::collections::BTreeSet;
use std::time::Duration;

use file::{Expect, File, Stated, Step, bytes, time, uuid};
use hyrouter_referral::{
    Envelope, EnvelopeKind, Expectation, OpenErrorCode, ReplayGuard, SealError, Statement, open,
};

#[test]
fn the_file_is_the_one_that_is_made() {
    let made = make::file();
    if std::env::var_os("HYROUTER_WRITE_VECTORS").is_some() {
        made.write();
    }
    assert!(made.to_text() == File::text(), "see the head of this test");
}

#[test]
fn every_vector_gives_its_result() {
    let file = File::read();
    assert_eq!(file.version, 2);
    let keys = file.verifying_keys();
    for vector in &file.vectors {
        let name = &vector.name;
        let envelope = hex::decode(&vector.envelope).unwrap();
        let opened = open(
            &envelope,
            &keys,
            &expectation(&vector.expect),
            time(vector.now),
        );
        let code = opened
            .as_ref()
            .map_or_else(|error| error.code().as_str(), |_| "ok");
        assert_eq!(code, vector.result, "{name}");
        assert_eq!(opened.is_ok(), vector.statement.is_some(), "{name}");
        if let (Ok(opened), Some(stated)) = (opened, &vector.statement) {
            assert_eq!(opened, statement(stated, &content(stated)), "{name}");
            let envelope = Envelope::parse(&envelope).unwrap();
            assert_eq!(envelope.key_id(), stated.key_id, "{name}");
            assert_eq!(envelope.algorithm().as_str(), stated.algorithm, "{name}");
        }
    }
}

/// HMAC and Ed25519 have one signature for each message, so a second sealer makes the same bytes. A ticket without a
/// player opens and is not sealed.
#[test]
fn every_statement_seals_to_the_same_bytes() {
    let file = File::read();
    let (mut count, mut playerless) = (0, 0);
    for vector in &file.vectors {
        let Some(stated) = &vector.statement else {
            continue;
        };
        let key = file.keys.iter().find(|key| key.id == stated.key_id);
        let mut sealed = Vec::new();
        let result = statement(stated, &content(stated)).seal(&key.unwrap().signing(), &mut sealed);
        if stated.kind == "ticket" && stated.player.is_none() {
            assert_eq!(result, Err(SealError::NoPlayer), "{}", vector.name);
            playerless += 1;
            continue;
        }
        assert_eq!(result, Ok(()), "{}", vector.name);
        assert_eq!(hex::encode(sealed), vector.envelope, "{}", vector.name);
        count += 1;
    }
    assert!(count > 30, "{count}");
    assert!(playerless > 0, "{playerless}");
}

#[test]
fn every_replay_gives_its_results() {
    for replay in File::read().replays {
        let mut guard = ReplayGuard::new(replay.capacity);
        for (number, step) in replay.steps.iter().enumerate() {
            let admitted = admit(&mut guard, step);
            assert_eq!(admitted, step.result, "{} step {number}", replay.name);
        }
    }
}

#[test]
fn every_code_is_there_and_every_name_once() {
    let file = File::read();
    let results: BTreeSet<_> = file.vectors.iter().map(|vector| &*vector.result).collect();
    let mut wanted: BTreeSet<_> = OpenErrorCode::ALL.map(OpenErrorCode::as_str).into();
    wanted.insert("ok");
    assert_eq!(results, wanted);
    let vectors = file.vectors.iter().map(|vector| &*vector.name);
    let replays = file.replays.iter().map(|replay| &*replay.name);
    let names: BTreeSet<_> = vectors.chain(replays).collect();
    assert_eq!(names.len(), file.vectors.len() + file.replays.len());
}

fn admit(guard: &mut ReplayGuard, step: &Step) -> &'static str {
    guard
        .admit(bytes(&step.nonce), time(step.expires_at), time(step.now))
        .map_or_else(|error| error.code(), |()| "ok")
}

fn expectation(expect: &Expect) -> Expectation<'_> {
    let kind: EnvelopeKind = expect.kind.parse().unwrap();
    let mut expectation =
        Expectation::new(kind).with_clock_skew(Duration::from_millis(expect.clock_skew_ms));
    expectation = match (&expect.host, expect.port) {
        (Some(host), Some(port)) => expectation.with_target(host, port),
        (None, None) => expectation.with_any_target(),
        _ => panic!("host and port are given together"),
    };
    expectation = match (&expect.player, expect.verified) {
        (Some(player), true) => expectation.with_verified_player(uuid(player)),
        (Some(player), false) => expectation.with_player(uuid(player)),
        (None, false) => expectation.with_any_player(),
        (None, true) => panic!("a player is verified where one is expected"),
    };
    match &expect.certificate {
        Some(certificate) => expectation.with_certificate(bytes(certificate)),
        None => expectation.with_any_certificate(),
    }
}

fn content(stated: &Stated) -> Vec<u8> {
    hex::decode(&stated.content).unwrap()
}

fn statement<'a>(stated: &'a Stated, content: &'a [u8]) -> Statement<'a> {
    Statement {
        kind: stated.kind.parse().unwrap(),
        hops: stated.hops,
        issued_at: time(stated.issued_at),
        expires_at: time(stated.expires_at),
        nonce: bytes(&stated.nonce),
        player: stated.player.as_deref().map(uuid),
        verified: stated.verified,
        certificate: stated.certificate.as_deref().map(bytes),
        host: &stated.host,
        port: stated.port,
        route: &stated.route,
        source: &stated.source,
        content,
    }
}
