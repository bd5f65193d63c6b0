use super::*;
use crate::{Access, Rate, RetryMode};

fn admission(change: impl FnOnce(&mut Limits)) -> Arc<ConnectionAdmission> {
    let mut limits = Limits::default();
    change(&mut limits);
    ConnectionAdmission::new(limits)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn admitted(admission: AdmissionDecision) -> Permit {
    match admission {
        AdmissionDecision::Admitted(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn refused(admission: AdmissionDecision) -> Refusal {
    match admission {
        AdmissionDecision::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn counts(admission: &ConnectionAdmission) -> [usize; 6] {
    let pools = admission.pools();
    let total = pools.total();
    [
        total.open,
        total.half_open,
        total.unread,
        total.remembered,
        pools.unproven(),
        pools.sources(),
    ]
}

const NOTHING: [usize; 6] = [0; 6];

#[test]
fn total_is_bounded_and_given_back() {
    let admission = admission(|limits| limits.max_connections = 2);
    let first = admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
    let _second = admitted(admission.admit(ip("198.51.100.1"), Proof::Proven));
    let third = ip("203.0.113.1");
    assert_eq!(
        refused(admission.admit(third, Proof::Proven)),
        Refusal::Total
    );
    let unproven = admission.admit(third, Proof::Unproven);
    assert!(matches!(unproven, AdmissionDecision::Retry), "{unproven:?}");
    drop(first);
    admitted(admission.admit(third, Proof::Unproven));
}

#[test]
fn a_source_is_bounded_apart_from_others() {
    let admission = admission(|limits| limits.max_connections_per_source = 1);
    let mut first = admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    first.establish(ip("192.0.2.1")).unwrap();
    let again = admission.admit(ip("192.0.2.1"), Proof::Unproven);
    assert!(matches!(again, AdmissionDecision::Retry), "{again:?}");
    assert_eq!(
        refused(admission.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Source
    );
    admitted(admission.admit(ip("192.0.2.2"), Proof::Proven));
    drop(first);
    admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
    assert_eq!(
        counts(&admission),
        NOTHING,
        "nothing is kept of those who left"
    );
}

#[test]
fn two_who_shake_hands_at_once_do_not_both_get_the_last_place_of_a_source() {
    let admission = admission(|limits| limits.max_connections_per_source = 1);
    let mut first = admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    let mut second = admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    assert_eq!(first.establish(ip("192.0.2.1")), Ok(()));
    assert_eq!(second.establish(ip("192.0.2.1")), Err(Refusal::Source));
    drop((first, second));
    assert_eq!(counts(&admission), NOTHING);
}

#[test]
fn half_open_handshakes_crowd_until_their_address_is_proven() {
    let admission = admission(|limits| limits.retry_threshold = 2);
    let is_crowded = || {
        matches!(
            admission.admit(ip("192.0.2.9"), Proof::Unproven),
            AdmissionDecision::Retry
        )
    };
    let mut first = admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    let second = admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    assert!(is_crowded());
    admitted(admission.admit(ip("192.0.2.9"), Proof::Proven));
    first.establish(ip("192.0.2.1")).unwrap();
    assert!(!is_crowded());
    drop((first, second));
    assert_eq!(counts(&admission), NOTHING);
}

#[test]
fn forged_addresses_take_half_of_the_half_open_places_at_most() {
    let admission = admission(|limits| {
        limits.max_half_open = 4;
        limits.retry_threshold = 1_000;
    });
    let mut held: Vec<_> = (0..2)
        .map(|_| admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven)))
        .collect();
    let next = admission.admit(ip("192.0.2.1"), Proof::Unproven);
    assert!(matches!(next, AdmissionDecision::Retry), "{next:?}");
    for proven in ["198.51.100.1", "203.0.113.1"] {
        held.push(admitted(admission.admit(ip(proven), Proof::Proven)));
    }
    // The next one takes the place of a proven one, and of no other.
    admitted(admission.admit(ip("10.0.0.1"), Proof::Proven));
    let evicted = |permit: &Permit| matches!(permit.eviction(), Some(Refusal::HalfOpen));
    let evicted: Vec<_> = held.iter().map(evicted).collect();
    assert_eq!(evicted, [false, false, true, false]);
}

#[test]
fn a_line_of_handshakes_that_are_not_begun_crowds_too() {
    let admission = admission(|_| {});
    let admit = || admission.admit(ip("192.0.2.1"), Proof::Unproven);
    let mut held: Vec<_> = (0..256).map(|_| admitted(admit())).collect();
    let next = admit();
    assert!(matches!(next, AdmissionDecision::Retry), "{next:?}");
    admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
    let kept = held[0].begin();
    held.push(admitted(admit()));
    assert!(matches!(admit(), AdmissionDecision::Retry));
    drop((held, kept));
    assert_eq!(counts(&admission), NOTHING);
}

#[test]
fn modes_always_and_never_mean_it() {
    let always = admission(|limits| limits.retry = RetryMode::Always);
    let first = always.admit(ip("192.0.2.1"), Proof::Unproven);
    assert!(matches!(first, AdmissionDecision::Retry), "{first:?}");
    admitted(always.admit(ip("192.0.2.1"), Proof::Proven));

    let never = admission(|limits| {
        limits.retry = RetryMode::Never;
        limits.retry_threshold = 0;
        limits.max_half_open = 1;
    });
    let first = admitted(never.admit(ip("192.0.2.1"), Proof::Unproven));
    admitted(never.admit(ip("192.0.2.2"), Proof::Unproven));
    assert_eq!(first.eviction(), Some(Refusal::HalfOpen));
}

#[test]
fn forged_addresses_use_up_nobodys_rate() {
    let admission = admission(|limits| {
        limits.rate.per_source = Rate {
            per_second: 1,
            burst: 2,
        };
    });
    for _ in 0..2 {
        admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    }
    let third = admission.admit(ip("192.0.2.200"), Proof::Unproven);
    assert!(matches!(third, AdmissionDecision::Retry), "{third:?}");
    for _ in 0..2 {
        admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
    }
    assert_eq!(
        refused(admission.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Rate
    );
    admitted(admission.admit(ip("192.0.3.1"), Proof::Proven));
    assert_eq!(
        counts(&admission),
        NOTHING,
        "one that is over its rate holds no place"
    );
}

#[test]
fn a_finished_handshake_counts_as_a_proven_newcomer() {
    let admission = admission(|limits| {
        limits.rate.per_source = Rate {
            per_second: 1,
            burst: 2,
        };
    });
    for _ in 0..2 {
        let mut permit = admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
        permit.establish(ip("192.0.2.1")).unwrap();
    }
    assert_eq!(
        refused(admission.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Rate
    );
}

#[test]
fn the_global_rate_iskept_apart_for_proven_ones_too() {
    let admission = admission(|limits| {
        limits.rate.global = Rate {
            per_second: 1,
            burst: 1,
        };
    });
    admitted(admission.admit(ip("192.0.2.1"), Proof::Unproven));
    let second = admission.admit(ip("198.51.100.1"), Proof::Unproven);
    assert!(matches!(second, AdmissionDecision::Retry), "{second:?}");
    admitted(admission.admit(ip("198.51.100.1"), Proof::Proven));
    assert_eq!(
        refused(admission.admit(ip("203.0.113.1"), Proof::Proven)),
        Refusal::Rate
    );
}

/// A client has a say in how long QUIC remembers a closed connection.
#[test]
fn closed_connections_count_until_quic_forgets_them() {
    let admission = admission(|limits| limits.max_connections = 200);
    let (attacker, player) = (ip("192.0.2.1"), ip("198.51.100.1"));
    let mut kept = Vec::new();
    while let AdmissionDecision::Admitted(mut permit) = admission.admit(attacker, Proof::Proven) {
        kept.push(permit.begin());
        permit.establish(attacker).unwrap();
    }
    assert_eq!(kept.len(), 1_424_usize.div_ceil(24));
    assert_eq!(counts(&admission), [0, 0, 0, kept.len(), 0, 0]);
    assert_eq!(
        refused(admission.admit(attacker, Proof::Proven)),
        Refusal::Source
    );
    let unproven = admission.admit(attacker, Proof::Unproven);
    assert!(matches!(unproven, AdmissionDecision::Retry), "{unproven:?}");
    admitted(admission.admit(player, Proof::Unproven));
    admitted(admission.admit(player, Proof::Proven));
    kept.pop();
    admitted(admission.admit(attacker, Proof::Proven));
    drop(kept);
    assert_eq!(counts(&admission), NOTHING);
}

/// Connections that QUIC remembers because of forged packets leave the other half to clients that prove their address.
#[test]
fn closed_connections_of_unproven_addresses_have_a_bound_of_their_own() {
    let admission = admission(|limits| limits.max_connections = 10);
    let mut kept = Vec::new();
    loop {
        match admission.admit(ip("192.0.2.1"), Proof::Unproven) {
            AdmissionDecision::Admitted(mut permit) => kept.push(permit.begin()),
            AdmissionDecision::Retry => break,
            AdmissionDecision::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    assert_eq!(kept.len(), 1_024 + 5);
    admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
}

/// A client that proves its address finds a place, even if there are few.
#[test]
fn forged_addresses_do_not_take_the_last_places() {
    let admission = admission(|limits| limits.max_connections = 10);
    let mut held = Vec::new();
    loop {
        match admission.admit(ip("192.0.2.1"), Proof::Unproven) {
            AdmissionDecision::Admitted(permit) => held.push(permit),
            AdmissionDecision::Retry => break,
            AdmissionDecision::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    assert_eq!(held.len(), 5);
    admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
}

#[test]
fn denied_networks_are_refused_whether_they_prove_their_address_or_not() {
    let admission = admission(|limits| {
        limits.access = Access {
            allow: Vec::new(),
            deny: vec!["192.0.2.0/24".parse().unwrap()],
        };
    });
    for proof in [Proof::Proven, Proof::Unproven] {
        assert_eq!(
            refused(admission.admit(ip("192.0.2.1"), proof)),
            Refusal::Denied
        );
    }
    admitted(admission.admit(ip("192.0.3.1"), Proof::Unproven));
}

#[test]
fn memory_for_first_frames_is_bounded_and_given_back() {
    let admission = admission(|limits| limits.max_unread_bytes = 100);
    let [mut first, mut second] = ["192.0.2.1", "198.51.100.1"].map(|text| {
        let mut permit = admitted(admission.admit(ip(text), Proof::Unproven));
        permit.establish(ip(text)).unwrap();
        permit
    });
    assert_eq!(first.hold(60), Ok(()));
    assert_eq!(second.hold(40), Ok(()));
    assert_eq!(second.hold(1), Ok(()), "the other one holds more");
    assert_eq!(first.eviction(), Some(Refusal::Memory));
    drop(first);
    assert_eq!(second.hold(60), Err(Refusal::Memory));
    drop(second);
    assert_eq!(counts(&admission), NOTHING);
}

#[test]
fn other_limits_leave_the_counts_as_they_are() {
    let admission = admission(|_| {});
    let held: Vec<_> = (0..3)
        .map(|_| admitted(admission.admit(ip("192.0.2.1"), Proof::Proven)))
        .collect();
    admission.replace(Limits {
        max_connections_per_source: 3,
        ..Limits::default()
    });
    assert_eq!(
        refused(admission.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Source
    );
    drop(held);
    admitted(admission.admit(ip("192.0.2.1"), Proof::Proven));
}
