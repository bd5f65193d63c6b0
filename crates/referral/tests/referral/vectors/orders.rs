//! Envelopes with more than one fault: the first in the order of the checks is what is said.

use super::file::{Expect, Stated, Vector};
use super::make::{LIFETIME, T, bytes_of, referral, refuses};
use super::raw::Raw;

pub(crate) fn vectors() -> Vec<Vector> {
    let all_wrong = Expect {
        kind: "ticket".to_owned(),
        host: Some("eu.example.com".to_owned()),
        port: Some(1),
        player: Some("00000000-0000-0000-0000-000000000001".to_owned()),
        verified: true,
        certificate: Some("22".repeat(32)),
        clock_skew_ms: 0,
    };
    [forged(&all_wrong), signed(&all_wrong)].concat()
}

/// Nothing of these is right but the layout, and in the first not even that.
fn forged(expect: &Expect) -> Vec<Vector> {
    let at = |code: &str, why, change: fn(&mut Raw)| {
        let mut raw = Raw::of(&referral());
        change(&mut raw);
        let mut envelope = raw.unsigned();
        let signature = if raw.algorithm == 2 { 64 } else { 32 };
        envelope.resize(envelope.len() + signature, 0);
        let name = format!("order_{code}");
        refuses(
            code,
            &name,
            why,
            &envelope,
            T + 2 * LIFETIME,
            expect.clone(),
        )
    };
    vec![
        at(
            "malformed",
            "Expires when it is issued, unknown key, and all later faults.",
            |raw| {
                (raw.key_id, raw.expires_at) = (9, raw.issued_at);
            },
        ),
        at(
            "unknown_key",
            "Unknown key, no signature, and all later faults.",
            |raw| {
                (raw.key_id, raw.algorithm) = (9, 2);
            },
        ),
        at(
            "key_not_valid",
            "Key over, other algorithm, and all later faults.",
            |raw| {
                (raw.key_id, raw.algorithm) = (3, 2);
            },
        ),
        at(
            "algorithm",
            "Other algorithm, no signature, and all later faults.",
            |raw| raw.key_id = 2,
        ),
        at("signature", "No signature, and all later faults.", |_| ()),
    ]
}

/// Signed rightly.
fn signed(all_wrong: &Expect) -> Vec<Vector> {
    let but_kind = Expect {
        kind: "referral".to_owned(),
        ..all_wrong.clone()
    };
    let but_target = Expect {
        host: None,
        port: None,
        ..but_kind.clone()
    };
    let but_player = Expect {
        player: referral().player,
        ..but_target.clone()
    };
    let endless = Stated {
        expires_at: u64::MAX,
        ..referral()
    };
    let at = |code: &str, why, stated: &Stated, now, expect: &Expect| {
        let name = format!("order_{code}");
        refuses(code, &name, why, &bytes_of(stated), now, expect.clone())
    };
    let late = T + 2 * LIFETIME;
    let target = "Other target and all later faults; expires at the last moment there is.";
    vec![
        at(
            "kind",
            "Other kind, expired, and all later faults.",
            &referral(),
            late,
            all_wrong,
        ),
        refuses(
            "kind",
            "order_kind_ahead",
            "Other kind, issued ahead, other target, and all later faults.",
            &bytes_of(&referral()),
            T - 1,
            all_wrong.clone(),
        ),
        at(
            "not_yet_valid",
            "Issued ahead, other target, and all later faults.",
            &referral(),
            T - 1,
            &but_kind,
        ),
        at(
            "expired",
            "Expired, other target, and all later faults.",
            &referral(),
            late,
            &but_kind,
        ),
        at("target", target, &endless, T, &but_kind),
        at(
            "player",
            "Other player, claimed where verified is demanded, and other certificate.",
            &referral(),
            T,
            &but_target,
        ),
        at(
            "unverified",
            "Claimed where verified is demanded, and other certificate.",
            &referral(),
            T,
            &but_player,
        ),
    ]
}
