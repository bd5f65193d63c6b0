use super::*;

/// Just within [`FRESH`].
const ALMOST: Duration = Duration::from_millis(9_999);

fn balancer(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

fn client(n: u32) -> SocketAddr {
    SocketAddr::from((n.to_be_bytes(), 4000))
}

#[test]
fn both_directions_are_known_and_a_reused_port_forgets_the_client_before() {
    let now = Instant::now();
    let mut flows = Flows::new(1, now);
    flows.learn(balancer(1), client(1), now);
    assert_eq!(flows.client_of(balancer(1), now), Some(client(1)));
    assert_eq!(flows.balancer_of(client(1), now), Some(balancer(1)));
    assert_eq!(flows.client_of(balancer(2), now), None);

    flows.learn(balancer(1), client(2), now);
    assert_eq!(flows.client_of(balancer(1), now), Some(client(2)));
    assert_eq!(flows.balancer_of(client(1), now), None);
    assert_eq!(flows.len(), 1);

    flows.learn(balancer(7), client(2), now);
    assert_eq!(flows.balancer_of(client(2), now), Some(balancer(7)));
    assert_eq!(flows.len(), 1);
}

#[test]
fn silent_flows_are_forgotten_and_busy_ones_are_not() {
    let mut now = Instant::now();
    let mut flows = Flows::new(1, now);
    flows.learn(balancer(1), client(1), now);
    flows.learn(balancer(2), client(2), now);
    for _ in 0..4 {
        now += IDLE;
        assert_eq!(flows.client_of(balancer(1), now), Some(client(1)));
    }
    assert_eq!(flows.client_of(balancer(2), now), None);
    assert_eq!(flows.balancer_of(client(2), now), None);
    assert_eq!(flows.balancer_of(client(1), now), Some(balancer(1)));
    assert_eq!(flows.len(), 1);
}

#[test]
fn the_table_is_bounded_and_keeps_those_that_are_used() {
    let now = Instant::now();
    let mut flows = Flows::bounded(100, now);
    flows.learn(balancer(1), client(1), now);
    for n in 2..10_000 {
        flows.learn(balancer(n), client(n.into()), now);
        assert!(flows.len() <= 100);
        assert_eq!(flows.client_of(balancer(1), now), Some(client(1)));
    }
    assert_eq!(flows.balancer_of(client(9_999), now), Some(balancer(9_999)));
    assert_eq!(flows.balancer_of(client(2), now), None);
    assert_eq!(flows.young.flows.len(), flows.young.balancers.len());
    assert_eq!(flows.old.flows.len(), flows.old.balancers.len());
}

#[test]
fn headers_in_front_of_every_datagram_let_silent_flows_be_forgotten_too() {
    let mut now = Instant::now();
    let mut flows = Flows::new(1, now);
    flows.learn(balancer(1), client(1), now);
    for _ in 0..3 {
        now += IDLE;
        flows.learn(balancer(2), client(2), now);
    }
    assert_eq!(flows.len(), 1);
    assert_eq!(flows.balancer_of(client(1), now), None);
}

#[test]
fn no_flow_is_left_after_a_silence_of_all() {
    let mut now = Instant::now();
    let mut flows = Flows::new(1, now);
    flows.learn(balancer(1), client(1), now);
    now += 2 * IDLE;
    assert_eq!(flows.client_of(balancer(1), now), None);
    assert_eq!(flows.len(), 0);
}

#[test]
fn answers_keep_a_flow_and_do_not_make_it_fresh() {
    let mut now = Instant::now();
    let mut flows = Flows::new(1, now);
    flows.learn(balancer(1), client(1), now);
    for _ in 0..4 {
        now += IDLE;
        assert_eq!(flows.balancer_of(client(1), now), Some(balancer(1)));
    }
    assert_eq!(flows.len(), 1);
    assert!(flows.learn_unless_fresh(balancer(1), client(2), now));
}

#[test]
fn a_fresh_flow_stays_its_clients() {
    let start = Instant::now();
    let mut flows = Flows::new(1, start);
    assert!(flows.learn_unless_fresh(balancer(1), client(1), start));
    let heard = start + FRESH / 2;
    assert_eq!(flows.client_of(balancer(1), heard), Some(client(1)));
    let mut now = heard + ALMOST;
    assert!(!flows.learn_unless_fresh(balancer(1), client(2), now));
    assert_eq!(flows.balancer_of(client(2), now), None);
    assert_eq!(flows.balancer_of(client(1), now), Some(balancer(1)));

    // What was not believed does not prolong it.
    now = heard + FRESH;
    assert!(flows.learn_unless_fresh(balancer(1), client(2), now));
    assert_eq!(flows.client_of(balancer(1), now), Some(client(2)));
    assert_eq!(flows.balancer_of(client(1), now), None);
}

#[test]
fn a_client_stays_with_its_fresh_flow() {
    let start = Instant::now();
    let mut flows = Flows::new(1, start);
    assert!(flows.learn_unless_fresh(balancer(1), client(1), start));
    assert!(!flows.learn_unless_fresh(balancer(2), client(1), start));
    assert_eq!(flows.client_of(balancer(2), start), None);
    assert_eq!(flows.balancer_of(client(1), start), Some(balancer(1)));

    let now = start + FRESH;
    assert!(flows.learn_unless_fresh(balancer(2), client(1), now));
    assert_eq!(flows.balancer_of(client(1), now), Some(balancer(2)));
    assert_eq!(flows.client_of(balancer(1), now), None);
}

#[test]
fn a_turn_does_not_take_the_protection_of_a_fresh_flow() {
    let start = Instant::now();
    let mut flows = Flows::new(1, start);
    let heard = start + Duration::from_secs(59);
    flows.learn(balancer(1), client(1), heard);
    let now = start + IDLE;
    assert!(!flows.learn_unless_fresh(balancer(1), client(2), now));
    assert!(!flows.learn_unless_fresh(balancer(2), client(1), now));
    assert!(flows.old.flows.contains_key(&balancer(1)));
}

#[test]
fn the_same_word_again_keeps_a_flow_fresh() {
    let start = Instant::now();
    let mut flows = Flows::new(1, start);
    let mut now = start;
    for _ in 0..3 {
        assert!(flows.learn_unless_fresh(balancer(1), client(1), now));
        now += ALMOST;
    }
    assert!(!flows.learn_unless_fresh(balancer(1), client(2), now));
}
