use hyrouter_router::{
    BackendKey, Filter, PolicyPatch, PoolSpec, RouteRequest, SortBy, SortOrder, SortType, Strategy,
    WhitelistSubject,
};
use uuid::Uuid;

use crate::fixture::{BackendExt, Fixture, PoolExt, backend, compare, pool};

/// Three backends that no own filter passes, limited to one, sorted by host downwards.
fn stuck() -> PoolSpec {
    pool([
        backend("a").meta("load", "3"),
        backend("b").meta("load", "1"),
        backend("c").meta("load", "2"),
    ])
    .filter(compare("absent", "eq", "absent"))
    .sort("host", SortOrder::Desc, SortType::String)
    .limit(2)
}

fn open() -> PolicyPatch {
    PolicyPatch {
        filters: Some(Vec::new()),
        ..PolicyPatch::default()
    }
}

#[test]
fn without_one_nobody_is_left() {
    assert_eq!(
        Fixture::of_pool(stuck()).anyone().reason,
        Some("no_backends")
    );
}

#[test]
fn it_is_not_asked_while_candidates_are_left() {
    let outcome = Fixture::of_pool(pool([backend("a")]).fallback(open())).anyone();
    assert_eq!(outcome.fallback, 0);
}

#[test]
fn what_it_does_not_name_stays() {
    let outcome = Fixture::of_pool(stuck().fallback(open())).anyone();
    assert_eq!(outcome.candidates, ["c", "b"]);
    assert_eq!(outcome.fallback, 1);

    let nothing_named = stuck().fallback(PolicyPatch::default());
    assert_eq!(
        Fixture::of_pool(nothing_named).anyone().reason,
        Some("no_backends")
    );
}

#[test]
fn each_field_is_replaced() {
    let by_load = SortBy {
        key: BackendKey::from("load"),
        order: SortOrder::Asc,
        kind: SortType::Number,
    };
    for (patch, candidates) in [
        (
            PolicyPatch {
                limit: Some(0),
                ..open()
            },
            &["c", "b", "a"][..],
        ),
        (
            PolicyPatch {
                limit: Some(1),
                ..open()
            },
            &["c"],
        ),
        (
            PolicyPatch {
                sort: Some(vec![]),
                ..open()
            },
            &["a", "b"],
        ),
        (
            PolicyPatch {
                sort: Some(vec![by_load]),
                ..open()
            },
            &["b", "c"],
        ),
        (
            PolicyPatch {
                filters: Some(vec![compare("load", "gt", "weight")]),
                ..PolicyPatch::default()
            },
            &["c", "a"],
        ),
    ] {
        let outcome = Fixture::of_pool(stuck().fallback(patch.clone())).anyone();
        assert_eq!(outcome.candidates, candidates, "{patch:?}");
    }
}

#[test]
fn strategy_key_and_sample_are_replaced() {
    let all = || PolicyPatch {
        limit: Some(0),
        ..open()
    };
    let least = PolicyPatch {
        strategy: Some(Strategy::LeastLoaded),
        key: Some(BackendKey::from("load")),
        ..all()
    };
    let mut fixture = Fixture::of_pool(stuck().fallback(least));
    assert_eq!(fixture.hosts(4), ["b"; 4]);

    // The key may come from the pool's own policy.
    let p2c = PolicyPatch {
        strategy: Some(Strategy::P2c),
        sample: Some(3),
        ..all()
    };
    let mut fixture = Fixture::of_pool(stuck().key("load").fallback(p2c));
    assert_eq!(fixture.hosts(20), ["b"; 20]);
}

#[test]
fn each_starts_from_the_own_policy_again() {
    let closed = PolicyPatch {
        strategy: Some(Strategy::Weighted),
        limit: Some(1),
        sort: Some(vec![]),
        ..PolicyPatch::default()
    };
    let mut fixture = Fixture::of_pool(stuck().fallback(closed).fallback(open()));
    let outcome = fixture.anyone();
    assert_eq!(
        (outcome.fallback, outcome.candidates),
        (2, vec!["c".to_owned(), "b".to_owned()])
    );
    // Round robin again, not weighted.
    assert_eq!(fixture.hosts(4), ["b", "c", "b", "c"]);
}

#[test]
fn the_first_that_helps_is_taken() {
    let second = PolicyPatch {
        limit: Some(1),
        ..open()
    };
    let outcome = Fixture::of_pool(stuck().fallback(open()).fallback(second)).anyone();
    assert_eq!(outcome.fallback, 1);
}

#[test]
fn it_may_depend_on_the_player() {
    let listed = Uuid::from_u128(7);
    let whitelist = Filter::Whitelist {
        enabled_key: BackendKey::from("on"),
        list_key: BackendKey::from("list"),
        subject: WhitelistSubject::Uuid,
        verified: false,
    };
    let vip = backend("vip")
        .meta("own", "1")
        .meta("on", "1")
        .meta("list", &listed.to_string());
    let spec = pool([vip, backend("any")])
        .filter(whitelist.clone())
        .filter(compare("own", "eq", "weight"))
        .fallback(PolicyPatch {
            filters: Some(vec![whitelist]),
            ..PolicyPatch::default()
        });
    let mut fixture = Fixture::of_pool(spec);
    for (uuid, host, fallback) in [
        (Some(listed), "vip", 0),
        (Some(Uuid::nil()), "any", 1),
        (None, "any", 1),
    ] {
        let outcome = fixture.ask(&RouteRequest {
            uuid,
            ..RouteRequest::default()
        });
        assert_eq!(
            (outcome.host.as_str(), outcome.fallback),
            (host, fallback),
            "{uuid:?}"
        );
    }
}

#[test]
fn turns_are_counted_per_route_not_per_step() {
    let mut fixture = Fixture::of_pool(stuck().fallback(open()));
    assert_eq!(fixture.hosts(3), ["c", "b", "c"]);
}
