use super::*;
use crate::{Access, Rate, RetryMode};

fn gate(change: impl FnOnce(&mut Limits)) -> Arc<Gate> {
    let mut limits = Limits::default();
    change(&mut limits);
    Gate::new(limits)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn admitted(admission: Admission) -> Place {
    match admission {
        Admission::Admitted(place) => place,
        other => panic!("{other:?}"),
    }
}

fn refused(admission: Admission) -> Refusal {
    match admission {
        Admission::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn counts(gate: &Gate) -> [usize; 5] {
    [
        gate.total.load(Ordering::Acquire),
        gate.half_open.load(Ordering::Acquire),
        gate.unproven.load(Ordering::Acquire),
        gate.unread.load(Ordering::Acquire),
        gate.sources().len(),
    ]
}

#[test]
fn total_is_bounded_and_given_back() {
    let gate = gate(|limits| limits.max_connections = 2);
    let first = admitted(gate.admit(ip("192.0.2.1"), Proof::Proven));
    let _second = admitted(gate.admit(ip("192.0.2.2"), Proof::Proven));
    for proof in [Proof::Proven, Proof::Unproven] {
        assert_eq!(refused(gate.admit(ip("192.0.2.3"), proof)), Refusal::Total);
    }
    drop(first);
    admitted(gate.admit(ip("192.0.2.3"), Proof::Unproven));
}

#[test]
fn a_source_is_bounded_apart_from_others() {
    let gate = gate(|limits| limits.max_connections_per_source = 1);
    let mut first = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    first.establish(ip("192.0.2.1")).unwrap();
    let again = gate.admit(ip("192.0.2.1"), Proof::Unproven);
    assert!(matches!(again, Admission::Retry), "{again:?}");
    assert_eq!(
        refused(gate.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Source
    );
    admitted(gate.admit(ip("192.0.2.2"), Proof::Proven));
    drop(first);
    admitted(gate.admit(ip("192.0.2.1"), Proof::Proven));
    assert_eq!(counts(&gate), [0; 5], "nothing is kept of those who left");
}

#[test]
fn two_who_shake_hands_at_once_do_not_both_get_the_last_place_of_a_source() {
    let gate = gate(|limits| limits.max_connections_per_source = 1);
    let mut first = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    let mut second = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    assert_eq!(first.establish(ip("192.0.2.1")), Ok(()));
    assert_eq!(second.establish(ip("192.0.2.1")), Err(Refusal::Source));
    drop((first, second));
    assert_eq!(counts(&gate), [0; 5]);
}

#[test]
fn half_open_handshakes_crowd_until_their_address_is_proven() {
    let gate = gate(|limits| limits.retry_threshold = 2);
    let is_crowded = || {
        matches!(
            gate.admit(ip("192.0.2.9"), Proof::Unproven),
            Admission::Retry
        )
    };
    let mut first = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    let second = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    assert!(is_crowded());
    admitted(gate.admit(ip("192.0.2.9"), Proof::Proven));
    first.establish(ip("192.0.2.1")).unwrap();
    assert!(!is_crowded());
    drop((first, second));
    assert_eq!(counts(&gate), [0; 5]);
}

#[test]
fn forged_addresses_take_half_of_the_half_open_places_at_most() {
    let gate = gate(|limits| {
        limits.max_half_open = 4;
        limits.retry_threshold = 1_000;
    });
    let mut held: Vec<_> = (0..2)
        .map(|_| admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven)))
        .collect();
    let next = gate.admit(ip("192.0.2.1"), Proof::Unproven);
    assert!(matches!(next, Admission::Retry), "{next:?}");
    held.extend((0..2).map(|_| admitted(gate.admit(ip("192.0.2.7"), Proof::Proven))));
    assert_eq!(
        refused(gate.admit(ip("192.0.2.8"), Proof::Proven)),
        Refusal::HalfOpen
    );
    // Established ones are half-open no more.
    held.last_mut().unwrap().establish(ip("192.0.2.7")).unwrap();
    admitted(gate.admit(ip("192.0.2.8"), Proof::Proven));
}

#[test]
fn a_line_of_handshakes_that_are_not_begun_crowds_too() {
    let gate = gate(|_| {});
    let admit = || gate.admit(ip("192.0.2.1"), Proof::Unproven);
    let mut held: Vec<_> = (0..256).map(|_| admitted(admit())).collect();
    let next = admit();
    assert!(matches!(next, Admission::Retry), "{next:?}");
    admitted(gate.admit(ip("192.0.2.1"), Proof::Proven));
    held[0].begin();
    held.push(admitted(admit()));
    assert!(matches!(admit(), Admission::Retry));
    drop(held);
    assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
    assert_eq!(counts(&gate), [0; 5]);
}

#[test]
fn modes_always_and_never_mean_it() {
    let always = gate(|limits| limits.retry = RetryMode::Always);
    let first = always.admit(ip("192.0.2.1"), Proof::Unproven);
    assert!(matches!(first, Admission::Retry), "{first:?}");
    admitted(always.admit(ip("192.0.2.1"), Proof::Proven));

    let never = gate(|limits| {
        limits.retry = RetryMode::Never;
        limits.retry_threshold = 0;
        limits.max_half_open = 1;
    });
    let _held = admitted(never.admit(ip("192.0.2.1"), Proof::Unproven));
    assert_eq!(
        refused(never.admit(ip("192.0.2.2"), Proof::Unproven)),
        Refusal::HalfOpen
    );
}

#[test]
fn forged_addresses_use_up_nobodys_rate() {
    let gate = gate(|limits| {
        limits.rate.per_source = Rate {
            per_second: 1,
            burst: 2,
        };
    });
    for _ in 0..2 {
        admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    }
    let third = gate.admit(ip("192.0.2.200"), Proof::Unproven);
    assert!(matches!(third, Admission::Retry), "{third:?}");
    for _ in 0..2 {
        admitted(gate.admit(ip("192.0.2.1"), Proof::Proven));
    }
    assert_eq!(
        refused(gate.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Rate
    );
    admitted(gate.admit(ip("192.0.3.1"), Proof::Proven));
    assert_eq!(
        counts(&gate),
        [0; 5],
        "one that is over its rate holds no place"
    );
}

#[test]
fn a_finished_handshake_counts_as_a_proven_newcomer() {
    let gate = gate(|limits| {
        limits.rate.per_source = Rate {
            per_second: 1,
            burst: 2,
        };
    });
    for _ in 0..2 {
        let mut place = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
        place.establish(ip("192.0.2.1")).unwrap();
    }
    assert_eq!(
        refused(gate.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Rate
    );
}

#[test]
fn the_global_rate_is_kept_apart_for_proven_ones_too() {
    let gate = gate(|limits| {
        limits.rate.global = Rate {
            per_second: 1,
            burst: 1,
        };
    });
    admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    let second = gate.admit(ip("198.51.100.1"), Proof::Unproven);
    assert!(matches!(second, Admission::Retry), "{second:?}");
    admitted(gate.admit(ip("198.51.100.1"), Proof::Proven));
    assert_eq!(
        refused(gate.admit(ip("203.0.113.1"), Proof::Proven)),
        Refusal::Rate
    );
}

/// A client can have QUIC remember a closed connection for most of a minute.
#[test]
fn what_quic_remembers_is_bounded() {
    let gate = gate(|limits| limits.max_connections = 10_000);
    for (remembered, unproven, proven) in [
        (6_023, "let in", "let in"),
        (6_024, "Retry", "let in"),
        (21_023, "Retry", "let in"),
        (21_024, "refused", "refused"),
    ] {
        for (proof, wanted) in [(Proof::Unproven, unproven), (Proof::Proven, proven)] {
            let judged = match gate.judge_remembered(remembered, proof) {
                None => "let in",
                Some(Admission::Retry) => "Retry",
                Some(other) => {
                    assert_eq!(refused(other), Refusal::Total);
                    "refused"
                }
            };
            assert_eq!(judged, wanted, "{remembered}");
        }
    }
}

/// Whoever proves their address finds a place, however few there are.
#[test]
fn forged_addresses_do_not_take_the_last_places() {
    let gate = gate(|limits| limits.max_connections = 10);
    let mut held = Vec::new();
    loop {
        match gate.admit(ip("192.0.2.1"), Proof::Unproven) {
            Admission::Admitted(place) => held.push(place),
            Admission::Retry => break,
            Admission::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    assert_eq!(held.len(), 5);
    admitted(gate.admit(ip("192.0.2.1"), Proof::Proven));
}

#[test]
fn denied_networks_are_refused_whether_they_prove_their_address_or_not() {
    let gate = gate(|limits| {
        limits.access = Access {
            allow: Vec::new(),
            deny: vec!["192.0.2.0/24".parse().unwrap()],
        };
    });
    for proof in [Proof::Proven, Proof::Unproven] {
        assert_eq!(refused(gate.admit(ip("192.0.2.1"), proof)), Refusal::Denied);
    }
    admitted(gate.admit(ip("192.0.3.1"), Proof::Unproven));
}

#[test]
fn memory_for_first_frames_is_bounded_and_given_back() {
    let gate = gate(|limits| limits.max_unread_bytes = 100);
    let mut first = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    let mut second = admitted(gate.admit(ip("192.0.2.1"), Proof::Unproven));
    assert_eq!(first.hold(60), Ok(()));
    assert_eq!(second.hold(41), Err(Refusal::Memory));
    assert_eq!(second.hold(40), Ok(()));
    assert_eq!(first.hold(1), Err(Refusal::Memory));
    drop(first);
    assert_eq!(second.hold(60), Ok(()));
    drop(second);
    assert_eq!(counts(&gate), [0; 5]);
}

#[test]
fn other_limits_leave_the_counts_as_they_are() {
    let gate = gate(|_| {});
    let held: Vec<_> = (0..3)
        .map(|_| admitted(gate.admit(ip("192.0.2.1"), Proof::Proven)))
        .collect();
    gate.replace(Limits {
        max_connections_per_source: 3,
        ..Limits::default()
    });
    assert_eq!(
        refused(gate.admit(ip("192.0.2.1"), Proof::Proven)),
        Refusal::Source
    );
    drop(held);
    admitted(gate.admit(ip("192.0.2.1"), Proof::Proven));
}

#[test]
fn sources_are_v4_addresses_and_v6_prefixes() {
    let source = |text| Source::of(ip(text));
    assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
    assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
}
