use std::cmp::Reverse;

use proptest::prelude::*;

use super::ranking::NetworkRank;
use super::*;
use crate::{Limits, RetryMode};

fn policy(change: impl FnOnce(&mut Limits)) -> AdmissionPolicy {
    let mut limits = Limits::default();
    change(&mut limits);
    AdmissionPolicy::of(limits)
}

/// Checks all totals against totals made from the connections alone.
fn audit(pools: &Pools) {
    let mut made = Pools::default();
    for (id, entry) in &pools.entries {
        made.total = made.total.with(PoolUsage::NOTHING, entry.held);
        made.waiting += usize::from(entry.waiting);
        match entry.proof {
            Proof::Proven => made.count(*id, entry.ip, PoolUsage::NOTHING, entry.held),
            Proof::Unproven if entry.held.open > 0 => {
                made.unproven.insert(*id);
            }
            Proof::Unproven => {}
        }
    }
    let held = |pools: &Pools| {
        let held = pools.prefixes.iter();
        held.map(|(prefix, usage)| (*prefix, usage.held))
            .collect::<HashMap<_, _>>()
    };
    assert_eq!(pools.total, made.total);
    assert_eq!(pools.waiting, made.waiting);
    assert_eq!(pools.unproven, made.unproven);
    assert_eq!(pools.sources, made.sources);
    assert_eq!(held(pools), held(&made));
    for (kept, made) in [
        (&pools.half_open, &made.half_open),
        (&pools.open, &made.open),
        (&pools.unread, &made.unread),
    ] {
        assert_eq!(kept.summary(), made.summary());
    }
}

#[derive(Debug, Clone)]
enum Step {
    Enter {
        ip: IpAddr,
        proof: Proof,
        wait: bool,
    },
    Begin(usize),
    Establish(usize),
    Hold(usize, usize),
    Leave(usize),
    Forget(usize),
}

/// Some networks of each family, with some neighboring addresses.
fn some_ip() -> impl Strategy<Value = IpAddr> {
    let v4 = (0..3_u8, 0..3_u8).prop_map(|(network, host)| IpAddr::from([10, 0, network, host]));
    let v6 = (0..2_u16, 0..2_u16, 0..3_u16).prop_map(|(net, site, link)| {
        IpAddr::from([0x2001, 0xdb8, net, site << 8 | link, 0, 0, 0, 1])
    });
    prop_oneof![v4, v6]
}

fn step() -> impl Strategy<Value = Step> {
    let proof = prop_oneof![Just(Proof::Proven), Just(Proof::Unproven)];
    let one = 0..64_usize;
    prop_oneof![
        6 => (some_ip(), proof, any::<bool>())
            .prop_map(|(ip, proof, wait)| Step::Enter { ip, proof, wait }),
        2 => one.clone().prop_map(Step::Begin),
        2 => one.clone().prop_map(Step::Establish),
        3 => (one.clone(), 1..40_000_usize).prop_map(|(at, bytes)| Step::Hold(at, bytes)),
        2 => one.clone().prop_map(Step::Leave),
        2 => one.prop_map(Step::Forget),
    ]
}

proptest! {
    #[test]
    fn the_books_are_right_after_every_step_and_no_bound_is_passed(
        steps in prop::collection::vec(step(), 1..200),
        never in any::<bool>(),
    ) {
        let policy = policy(|limits| {
            limits.max_half_open = 8;
            limits.max_connections = 12;
            limits.max_unread_bytes = 100_000;
            limits.max_connections_per_source = 3;
            if never {
                limits.retry = RetryMode::Never;
            }
        });
        let mut pools = Pools::default();
        let mut ids = Vec::new();
        for step in steps {
            let id = |at: usize| ids.get(at % ids.len().max(1)).copied().unwrap_or(0);
            match step {
                Step::Enter { ip, proof, wait } => {
                    if let Ok((id, _)) = pools.enter(ip, proof, &policy) {
                        if wait {
                            pools.wait(id);
                        }
                        ids.push(id);
                    }
                }
                Step::Begin(at) => {
                    pools.begin(id(at));
                    pools.keep(id(at));
                }
                Step::Establish(at) => {
                    let _ = pools.establish(id(at), &policy);
                }
                Step::Hold(at, bytes) => {
                    let _ = pools.hold(id(at), bytes, &policy);
                }
                Step::Leave(at) => pools.leave(id(at)),
                Step::Forget(at) => pools.forget(id(at)),
            }
            audit(&pools);
            for pool in PooledResource::ALL {
                prop_assert!(pools.total.of(pool) <= policy.capacity.of(pool), "{pool:?}");
            }
        }
        for id in ids {
            pools.leave(id);
            pools.forget(id);
        }
        prop_assert_eq!(pools.total, PoolUsage::NOTHING);
        prop_assert!(pools.entries.is_empty() && pools.prefixes.is_empty());
        prop_assert_eq!((pools.waiting, pools.sources, pools.unproven()), (0, 0, 0));
    }
}

/// Takes all that it is given of one pool.
fn take(pools: &mut Pools, pool: PooledResource, ip: IpAddr, policy: &AdmissionPolicy) -> bool {
    let Ok((id, _)) = pools.enter(ip, Proof::Proven, policy) else {
        return false;
    };
    pools.keep(id);
    match pool {
        PooledResource::HalfOpen => true,
        PooledResource::Open => pools.establish(id, policy).is_ok(),
        PooledResource::Unread => {
            let held = pools.establish(id, policy).is_ok()
                && pools
                    .hold(id, PooledResource::Unread.least(), policy)
                    .is_ok();
            if !held {
                pools.leave(id);
                pools.forget(id);
            }
            held
        }
        PooledResource::Remembered => {
            let _ = pools.establish(id, policy);
            pools.leave(id);
            true
        }
    }
}

/// The attackers take what they can get, and then a hundred players come, each from a network of its own.
fn attack(pool: PooledResource, attackers: &[IpAddr], policy: &AdmissionPolicy) -> Pools {
    let mut pools = Pools::default();
    let mut greedy = attackers.to_vec();
    while !greedy.is_empty() {
        greedy.retain(|ip| take(&mut pools, pool, *ip, policy));
    }
    for n in 0..100 {
        let player = IpAddr::from([192, 0, n, 1]);
        let got_in = pools.enter(player, Proof::Proven, policy);
        let (id, _) = got_in.unwrap_or_else(|refusal| panic!("{pool:?} {n}: {refusal:?}"));
        pools.keep(id);
        pools.establish(id, policy).unwrap();
        pools.hold(id, 2_000, policy).unwrap();
        pools.leave(id);
        pools.forget(id);
    }
    pools
}

#[test]
fn few_fill_no_pool() {
    let policy = policy(|limits| limits.max_connections_per_source = usize::MAX);
    let v4 = |count: u16| -> Vec<IpAddr> {
        let networks = (0..count).map(u16::to_be_bytes);
        networks
            .map(|[high, low]| IpAddr::from([10, high, low, 1]))
            .collect()
    };
    let neighbors: Vec<_> = (0..=255).map(|n| IpAddr::from([10, 0, 0, n])).collect();
    let one_48: Vec<_> = (0..2_000)
        .map(|n| IpAddr::from([0x2001, 0xdb8, 7, n * 31, 0, 0, 0, 1]))
        .collect();
    for pool in PooledResource::ALL {
        let capacity = policy.capacity.of(pool);
        for (who, attackers, parts) in [
            ("one address", &v4(1), 24),
            ("two networks", &v4(2), 12),
            ("a /24", &neighbors, 16),
            ("a /48", &one_48, 16),
        ] {
            let pools = attack(pool, attackers, &policy);
            let (taken, bound) = (pools.total.of(pool), capacity.div_ceil(parts) + 1);
            assert!(taken <= bound, "{who} took {taken} of {capacity}: {pool:?}");
            // And it may have its part.
            assert!(taken * parts * 2 >= capacity, "{who} got {taken}: {pool:?}");
        }
        // So many that they would fill it with a fixed part for each.
        attack(pool, &v4(400), &policy);
    }
}

/// There are more networks than places, and each network takes one.
#[test]
fn a_pool_that_many_have_filled_makes_room_at_the_cost_of_the_oldest() {
    let policy = policy(|limits| {
        limits.max_half_open = 4;
        limits.max_connections = 1_000;
    });
    let ip = |n| IpAddr::from([10, 0, n, 1]);
    let mut pools = Pools::default();
    let held: Vec<_> = (0..4)
        .map(|n| pools.enter(ip(n), Proof::Proven, &policy).unwrap())
        .collect();
    let newcomer = pools.enter(ip(9), Proof::Proven, &policy);
    assert!(newcomer.is_ok());
    let evicted = |at: usize| pools.eviction(held[at].0);
    assert_eq!(evicted(0), Some(Refusal::HalfOpen));
    assert_eq!(evicted(1), None);
    assert_eq!(pools.total.half_open, 4);
    // One that has a place already does not get another's.
    let again = pools.enter(ip(9), Proof::Proven, &policy);
    assert_eq!(again.unwrap_err(), Refusal::Source);
    // No network holds more connections than the new client would.
    let policy = AdmissionPolicy::of(Limits {
        max_connections: 4,
        ..Limits::default()
    });
    let refused = pools.enter(ip(10), Proof::Proven, &policy);
    assert_eq!(refused.unwrap_err(), Refusal::Total);
}

#[test]
fn memory_for_frames_is_made_at_the_cost_of_the_longest() {
    let whole = PooledResource::Unread.least();
    let policy = policy(|limits| limits.max_unread_bytes = 2 * whole);
    let mut pools = Pools::default();
    let enter = |pools: &mut Pools, n| {
        let ip = IpAddr::from([10, 0, n, 1]);
        let (id, _) = pools.enter(ip, Proof::Proven, &policy).unwrap();
        id
    };
    let [small, large, newcomer] = [1, 2, 3].map(|n| enter(&mut pools, n));
    assert_eq!(pools.hold(small, 30_000, &policy), Ok(()));
    assert_eq!(pools.hold(large, whole, &policy), Ok(()));
    assert_eq!(pools.hold(newcomer, 20_000, &policy), Ok(()));
    assert_eq!(pools.eviction(large), Some(Refusal::Memory));
    assert_eq!(pools.eviction(small), None);
    assert_eq!(pools.total.unread, 50_000);
    assert_eq!(pools.hold(large, 1, &policy), Err(Refusal::Memory));
    // No other network holds more than it would.
    assert_eq!(pools.hold(newcomer, 18_000, &policy), Ok(()));
    assert_eq!(pools.eviction(small), None);
    assert_eq!(pools.hold(small, 9_000, &policy), Err(Refusal::Memory));
}

/// Without Retry an address is never proven before the handshake is over.
#[test]
fn without_retry_the_oldest_handshake_makes_room() {
    let policy = policy(|limits| {
        limits.retry = RetryMode::Never;
        limits.max_half_open = 2;
    });
    let ip = IpAddr::from([10, 0, 0, 1]);
    let mut pools = Pools::default();
    let held: Vec<_> = (0..4)
        .map(|_| pools.enter(ip, Proof::Unproven, &policy).unwrap().0)
        .collect();
    let evicted: Vec<_> = held
        .iter()
        .map(|id| pools.eviction(*id).is_some())
        .collect();
    assert_eq!(evicted, [true, true, false, false]);
    assert_eq!(pools.establish(held[0], &policy), Err(Refusal::HalfOpen));
}

/// Returns the memory of a hash table. The number of its places is a power of two, seven eighths of them filled.
fn of_table(capacity: usize, place: usize) -> usize {
    (capacity * 8 / 7).next_power_of_two() * (place + 1)
}

/// Returns the memory of a tree with nodes of eleven places, half full as after insertions in order.
fn of_tree(len: usize, place: usize) -> usize {
    len * 2 * place
}

fn of_ranking(ranking: &Ranking) -> usize {
    let connection = size_of::<(Prefix, Reverse<usize>, u64)>();
    let place = connection.max(size_of::<NetworkRank>());
    of_tree(ranking.summary().len(), place)
}

/// The figure of `Limits` and of docs/hardening.md, at its worst: each connection is of an IPv6 /48 of its own.
#[test]
fn the_books_of_a_connection_take_what_is_documented() {
    let policy = policy(|_| {});
    let mut pools = Pools::default();
    let all = policy.capacity.remembered;
    for n in 0..all {
        let [.., high, low] = u32::try_from(n).unwrap().to_be_bytes().map(u16::from);
        let ip = IpAddr::from([0x2001, high, low, 0, 0, 0, 0, 1]);
        let (id, _) = pools.enter(ip, Proof::Proven, &policy).unwrap();
        pools.keep(id);
        pools.establish(id, &policy).unwrap();
        if n < all - policy.capacity.open {
            pools.leave(id);
        } else {
            pools.hold(id, 500, &policy).unwrap();
        }
    }
    let entry = size_of::<(u64, ConnectionEntry)>();
    let usage = size_of::<(Prefix, PrefixUsage)>();
    // With the two counts of an `Arc`.
    let notify = size_of::<Notify>() + 2 * size_of::<usize>();
    let taken = of_table(pools.entries.capacity(), entry)
        + of_table(pools.prefixes.capacity(), usage)
        + pools.entries.len() * notify
        + of_ranking(&pools.half_open)
        + of_ranking(&pools.open)
        + of_ranking(&pools.unread);
    let each = taken / all;
    assert!(
        (500..=600).contains(&each),
        "{each} bytes each, {taken} in all"
    );
}
