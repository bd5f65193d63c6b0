use hyrouter_router::{
    Allow, Maintenance, RouteClient, RouteDecision, RouteFailure, RouteRequest, RouterSpec,
};
use uuid::Uuid;

use crate::fixture::{Fixture, NOW, PoolExt, at, backend, pool, route};

const BUILDER: Uuid = Uuid::from_u128(7);

fn closed(allow: Allow) -> Maintenance {
    Maintenance {
        allow,
        ..Maintenance::default()
    }
}

fn fixture(maintenance: Maintenance) -> Fixture {
    let mut spec = pool([backend("a")]);
    spec.maintenance = Some(maintenance);
    Fixture::of_routes([
        route("games", "games.*", spec),
        route("lobby", "*", pool([backend("l")])),
    ])
}

fn player() -> RouteRequest<'static> {
    RouteRequest {
        host: "games.example.com",
        ..RouteRequest::default()
    }
}

/// By the decision, which has to be what the explanation says.
fn enters(maintenance: &Maintenance, request: &RouteRequest<'_>) -> bool {
    let mut fixture = fixture(maintenance.clone());
    let explained = fixture.explain(request);
    let outcome = fixture.ask(request);
    assert_eq!(
        explained.failure().map(RouteFailure::as_str),
        outcome.reason,
        "{explained}"
    );
    assert_eq!(outcome.route, "0");
    match outcome.reason {
        None => true,
        Some("maintenance") => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_closes_its_route_and_no_other() {
    let mut fixture = fixture(Maintenance::default());
    assert_eq!(fixture.ask(&player()).reason, Some("maintenance"));
    assert_eq!(fixture.host("lobby.example.com").host, "l");
}

#[test]
fn it_closes_the_default_pool_by_that_name() {
    let mut spec = pool([backend("a")]);
    spec.maintenance = Some(Maintenance {
        until: Some(at(NOW + 60)),
        ..Maintenance::default()
    });
    let mut fixture = Fixture::of_pool(spec);
    let decision = fixture.router.decide(
        &RouteRequest::default(),
        &fixture.turns,
        fixture.now,
        &mut fixture.rng,
    );
    let RouteDecision::Maintenance { route, until } = decision else {
        panic!("{decision:?}");
    };
    assert_eq!((&**route.name, route.index), ("default", None));
    assert_eq!(until, Some(at(NOW + 60)));
}

#[test]
fn it_begins_on_time_and_ends_on_time() {
    for (from, until, in_force) in [
        (None, None, true),
        (Some(NOW), None, true),
        (Some(NOW + 1), None, false),
        (None, Some(NOW + 1), true),
        (None, Some(NOW), false),
        (Some(NOW - 1), Some(NOW + 1), true),
        (Some(NOW), Some(NOW), false),
        (Some(NOW + 1), Some(NOW - 1), false),
    ] {
        let maintenance = Maintenance {
            from: from.map(at),
            until: until.map(at),
            ..Maintenance::default()
        };
        assert_eq!(maintenance.in_force(at(NOW)), in_force, "{maintenance:?}");
        assert_eq!(
            enters(&maintenance, &player()),
            !in_force,
            "{maintenance:?}"
        );
    }
}

#[test]
fn whoever_is_on_a_list_enters() {
    let allow = Allow {
        uuids: vec![Uuid::from_u128(1), BUILDER],
        usernames: vec!["Builder".to_owned()],
        networks: vec![
            "203.0.113.0/24".parse().unwrap(),
            "2001:db8::/32".parse().unwrap(),
        ],
        verified_only: false,
    };
    let from = |ip: &str| RouteClient {
        ip: Some(ip.parse().unwrap()),
        ..RouteClient::default()
    };
    for (request, expected) in [
        (player(), false),
        (
            RouteRequest {
                uuid: Some(BUILDER),
                ..player()
            },
            true,
        ),
        (
            RouteRequest {
                uuid: Some(Uuid::from_u128(8)),
                ..player()
            },
            false,
        ),
        (
            RouteRequest {
                username: Some("bUILDER"),
                ..player()
            },
            true,
        ),
        (
            RouteRequest {
                username: Some("Builder2"),
                ..player()
            },
            false,
        ),
        (
            RouteRequest {
                username: Some(""),
                ..player()
            },
            false,
        ),
        (
            RouteRequest {
                client: from("203.0.113.9"),
                ..player()
            },
            true,
        ),
        (
            RouteRequest {
                client: from("::ffff:203.0.113.9"),
                ..player()
            },
            true,
        ),
        (
            RouteRequest {
                client: from("203.0.114.9"),
                ..player()
            },
            false,
        ),
        (
            RouteRequest {
                client: from("2001:db8::1"),
                ..player()
            },
            true,
        ),
        (
            RouteRequest {
                verified: true,
                ..player()
            },
            false,
        ),
        (
            RouteRequest {
                uuid: Some(Uuid::from_u128(8)),
                username: Some("builder"),
                ..player()
            },
            true,
        ),
    ] {
        assert_eq!(
            enters(&closed(allow.clone()), &request),
            expected,
            "{request:?}"
        );
    }
}

#[test]
fn a_claim_may_not_be_enough() {
    let allow = Allow {
        uuids: vec![BUILDER],
        usernames: vec!["builder".to_owned()],
        networks: vec!["203.0.113.7/32".parse().unwrap()],
        verified_only: true,
    };
    let there = RouteClient {
        ip: Some("203.0.113.7".parse().unwrap()),
        ..RouteClient::default()
    };
    let claimed = RouteRequest {
        uuid: Some(BUILDER),
        username: Some("builder"),
        ..player()
    };
    for (request, expected) in [
        (claimed, false),
        (
            RouteRequest {
                verified: true,
                ..claimed
            },
            true,
        ),
        (
            RouteRequest {
                verified: true,
                username: None,
                ..claimed
            },
            true,
        ),
        (
            RouteRequest {
                verified: true,
                ..player()
            },
            false,
        ),
        // An address is no claim.
        (
            RouteRequest {
                client: there,
                ..player()
            },
            true,
        ),
    ] {
        assert_eq!(
            enters(&closed(allow.clone()), &request),
            expected,
            "{request:?}"
        );
    }
}

#[test]
fn it_takes_no_turn() {
    let mut spec = pool([backend("a"), backend("b")]);
    spec.maintenance = Some(closed(Allow {
        usernames: vec!["builder".to_owned()],
        ..Allow::default()
    }));
    let mut fixture = Fixture::of_pool(spec);
    let builder = RouteRequest {
        username: Some("builder"),
        ..RouteRequest::default()
    };
    assert_eq!(fixture.ask(&builder).host, "a");
    fixture.anyone();
    fixture.anyone();
    assert_eq!(fixture.ask(&builder).host, "b");
}

#[test]
fn the_explanation_says_why() {
    let allow = Allow {
        usernames: vec!["builder".to_owned()],
        verified_only: true,
        ..Allow::default()
    };
    let maintenance = Maintenance {
        from: Some(at(1_700_000_000)),
        until: Some(at(2_100_000_000)),
        allow,
    };
    let text =
        |request: &RouteRequest<'_>| fixture(maintenance.clone()).explain(request).to_string();
    let when = "maintenance from 2023-11-14T22:13:20Z until 2036-07-18T13:20:00Z";
    assert_eq!(
        text(&player()),
        format!(
            "host \"games.example.com\"
route 0 (\"games\") matches by \"games.*\"
  {when}, in force: the player is on no list; player's uuid missing, player's username missing, \
  player's address missing, player verified \"false\"
maintenance: the route is closed to the player"
        )
    );
    let claimed = RouteRequest {
        username: Some("Builder"),
        ..player()
    };
    for (request, says) in [
        (claimed, "in force: the player is not verified; "),
        (
            RouteRequest {
                verified: true,
                ..claimed
            },
            "in force: the player's name may enter; ",
        ),
    ] {
        assert!(text(&request).contains(says), "{}", text(&request));
    }
    for (maintenance, says) in [
        (
            Maintenance::default(),
            "maintenance, in force: the lists are empty\n",
        ),
        (
            Maintenance {
                until: Some(at(NOW)),
                ..Maintenance::default()
            },
            "maintenance until 2033-05-18T03:33:20Z, not in force: it is over\n",
        ),
        (
            Maintenance {
                from: Some(at(NOW + 1)),
                ..Maintenance::default()
            },
            "maintenance from 2033-05-18T03:33:21Z, not in force: it has not begun\n",
        ),
    ] {
        let text = fixture(maintenance).explain(&player()).to_string();
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn a_player_who_is_let_in_is_filtered_like_any_other() {
    let mut spec = pool([backend("a")]).filter(crate::fixture::compare("n", "eq", "n"));
    spec.maintenance = Some(closed(Allow {
        uuids: vec![BUILDER],
        ..Allow::default()
    }));
    let mut fixture = Fixture::new(RouterSpec {
        routes: Vec::new(),
        default: Some(spec),
    });
    let builder = RouteRequest {
        uuid: Some(BUILDER),
        ..RouteRequest::default()
    };
    assert_eq!(fixture.ask(&builder).reason, Some("no_backends"));
    assert_eq!(
        fixture
            .explain(&builder)
            .failure()
            .map(RouteFailure::as_str),
        Some("no_backends")
    );
}
