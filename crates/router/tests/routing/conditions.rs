use hyrouter_router::{Conditions, HostPattern, RouteRequest, RouteSpec, RouteTicket, TicketMatch};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::fixture::{Fixture, backend, pool, route};

fn pattern(text: &str) -> HostPattern {
    text.parse().unwrap()
}

fn with_ticket(route: RouteSpec, ticket: TicketMatch) -> RouteSpec {
    RouteSpec {
        conditions: Conditions {
            ticket: Some(ticket),
            ..Conditions::default()
        },
        ..route
    }
}

/// A route to the backend of its name.
fn to(name: &str, patterns: &str) -> RouteSpec {
    route(name, patterns, pool([backend(name)]))
}

fn request<'a>(host: &'a str, ticket: Option<RouteTicket<'a>>) -> RouteRequest<'a> {
    RouteRequest {
        host,
        ticket,
        ..RouteRequest::default()
    }
}

#[test]
fn a_ticket_selects_a_route() {
    let arena = TicketMatch {
        routes: vec![pattern("arena"), pattern("arena-*")],
        sources: vec![pattern("lobby-?")],
        key_ids: vec![3, 4],
    };
    let mut fixture = Fixture::of_routes([
        with_ticket(to("arena", ""), arena),
        with_ticket(to("back", "play.example.com"), TicketMatch::default()),
        to("front", "*.example.com"),
    ]);
    let ticket = RouteTicket {
        route: "arena-7",
        source: "lobby-1",
        key_id: 4,
    };
    for (host, ticket, expected) in [
        ("play.example.com", Some(ticket), "arena"),
        ("", Some(ticket), "arena"),
        (
            "play.example.com",
            Some(RouteTicket {
                route: "Arena",
                ..ticket
            }),
            "arena",
        ),
        (
            "play.example.com",
            Some(RouteTicket {
                route: "arena7",
                ..ticket
            }),
            "back",
        ),
        (
            "play.example.com",
            Some(RouteTicket {
                source: "lobby-10",
                ..ticket
            }),
            "back",
        ),
        (
            "play.example.com",
            Some(RouteTicket {
                key_id: 5,
                ..ticket
            }),
            "back",
        ),
        ("play.example.com", Some(RouteTicket::default()), "back"),
        ("eu.example.com", Some(RouteTicket::default()), "front"),
        ("play.example.com", None, "front"),
    ] {
        let outcome = fixture.ask(&request(host, ticket));
        assert_eq!(outcome.host, expected, "{host} {ticket:?}");
    }
    assert_eq!(
        fixture.ask(&request("", None)).reason,
        Some("no_route"),
        "a condition is not a wish"
    );
}

#[test]
fn an_earlier_route_wins_with_or_without_a_condition() {
    let mut fixture = Fixture::of_routes([
        to("first", "a"),
        with_ticket(to("second", "*"), TicketMatch::default()),
        to("third", "*"),
    ]);
    for (host, ticket, expected) in [
        ("a", Some(RouteTicket::default()), "first"),
        ("b", Some(RouteTicket::default()), "second"),
        ("b", None, "third"),
    ] {
        assert_eq!(fixture.ask(&request(host, ticket)).host, expected);
    }
}

#[test]
fn an_explanation_says_what_of_the_ticket_does_not_fit() {
    let wanted = TicketMatch {
        routes: vec![pattern("arena")],
        sources: vec![pattern("lobby")],
        key_ids: vec![1],
    };
    let mut fixture = Fixture::of_routes([with_ticket(to("arena", "*"), wanted), to("any", "*")]);
    let good = RouteTicket {
        route: "arena",
        source: "lobby",
        key_id: 1,
    };
    for (ticket, why) in [
        (None, "it takes players with a ticket only"),
        (
            Some(RouteTicket { route: "x", ..good }),
            "the ticket requests another route",
        ),
        (
            Some(RouteTicket {
                source: "x",
                ..good
            }),
            "the ticket comes from another source",
        ),
        (
            Some(RouteTicket { key_id: 2, ..good }),
            "the ticket is signed with another key",
        ),
    ] {
        let explained = fixture.explain(&request("h", ticket));
        assert_eq!(
            explained.to_string().lines().nth(1).unwrap(),
            format!(
                "  route 0 (\"arena\"): {why}: \"*\" with a ticket of route arena of source lobby of key 1"
            )
        );
    }
    assert!(
        fixture
            .explain(&request("h", Some(good)))
            .passed_over
            .is_empty()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// The index and the list of conditional routes together find what a scan finds.
    #[test]
    fn decides_and_explains_alike(
        routes in vec((select(&["a", "*.b", "*", "?b"][..]), option::of(select(&["", "x", "y"][..]))), 0..8),
        host in select(&["a", "c.b", "b", "ab", "", "zz"][..]),
        wish in option::of(select(&["x", "y"][..])),
    ) {
        let specs = routes.iter().map(|(host, wanted)| {
            let spec = to("r", host);
            match wanted {
                Some(wanted) => {
                    let routes = Some(*wanted).filter(|text| !text.is_empty()).map(pattern);
                    with_ticket(spec, TicketMatch { routes: routes.into_iter().collect(), ..TicketMatch::default() })
                }
                None => spec,
            }
        });
        let mut fixture = Fixture::of_routes(specs);
        let ticket = wish.map(|route| RouteTicket { route, ..RouteTicket::default() });
        let request = request(host, ticket);

        let scanned = routes.iter().position(|(patterns, wanted)| {
            (pattern(patterns).matches(host) && !host.is_empty())
                && wanted.is_none_or(|wanted| wish.is_some_and(|wish| wanted.is_empty() || wanted == wish))
        });
        let found = fixture.router.find(&request).map(|route| route.index.unwrap());
        prop_assert_eq!(found, scanned);
        let explained = fixture.explain(&request);
        prop_assert_eq!(explained.route.map(|route| route.index.unwrap()), scanned);
    }
}
