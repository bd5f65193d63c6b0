//! The filter `hostname`.

use hyrouter_router::{Backend, BackendKey, Filter, SortOrder, SortType, Strategy};

use crate::{
    filters::passes,
    fixture::{BackendExt, Fixture, NOW, PoolExt, at, backend, compare, of_host, pool},
};

fn by_name() -> Filter {
    Filter::Hostname {
        key: BackendKey::from("hostname"),
    }
}

fn named(host: &str, names: &str) -> Backend {
    backend(host).meta("hostname", names)
}

#[test]
fn a_backend_takes_the_players_of_its_names() {
    for (names, host, expected) in [
        ("a.example.com", "a.example.com", true),
        ("a.example.com", "A.Example.com.", true),
        ("b.example.com, a.example.com", "a.example.com", true),
        ("*.example.com", "a.example.com", true),
        ("a.example.com", "b.example.com", false),
        ("*", "", false),
        ("[a, a.example.com", "a.example.com", true),
        ("[a", "[a", false),
    ] {
        let backend = named("a", names);
        let passed = passes(&by_name(), backend, &of_host(host), at(NOW));
        assert_eq!(passed, expected, "{names:?} {host:?}");
    }
    assert!(!passes(&by_name(), backend("a"), &of_host("a"), at(NOW)));
}

#[test]
fn the_key_names_any_value_of_the_backend() {
    let filter = |key| Filter::Hostname {
        key: BackendKey::from(key),
    };
    let labelled = backend("a").meta("label.name", "one.example.com");
    let request = of_host("one.example.com");
    assert!(passes(&filter("label:name"), labelled, &request, at(NOW)));
    let own = backend("one.example.com");
    assert!(passes(&filter("host"), own, &request, at(NOW)));
}

#[test]
fn candidates_are_sorted_then_limited() {
    let backends = [
        named("c", "x.example.com").meta("n", "2"),
        named("other", "y.example.com").meta("n", "0"),
        named("b", "*.example.com").meta("n", "1"),
        named("drained", "x.example.com").meta("n", "0"),
        named("a", "x.example.com, *.example.com, ?.example.com").meta("n", "3"),
    ];
    let backends = backends.map(|one| Backend {
        drained: one.host == "drained",
        ..one
    });
    let spec = pool(backends)
        .strategy(Strategy::RoundRobin)
        .filter(by_name())
        .sort("n", SortOrder::Asc, SortType::Number);
    let of = |spec| Fixture::of_pool(spec).host("x.example.com").candidates;
    assert_eq!(of(spec.clone()), ["b", "c", "a"]);
    assert_eq!(of(spec.clone().limit(2)), ["b", "c"]);
    let rest = spec.filter(compare("n", "gte", "port_of_all"));
    assert_eq!(of(rest), [""; 0]);
}

#[test]
fn two_filters_must_both_hold() {
    let second = Filter::Hostname {
        key: BackendKey::from("also"),
    };
    let backends = [
        named("a", "x.example.com").meta("also", "*.example.com"),
        named("b", "x.example.com").meta("also", "y.example.com"),
        named("c", "y.example.com").meta("also", "x.example.com"),
    ];
    let mut fixture = Fixture::of_pool(pool(backends).filter(by_name()).filter(second));
    assert_eq!(fixture.host("x.example.com").candidates, ["a"]);
}

#[test]
fn an_explanation_names_what_was_compared() {
    let backends = [named("a", "[x, y.example.com"), backend("b")];
    let mut fixture = Fixture::of_pool(pool(backends).filter(by_name()));
    let explained = fixture.explain(&of_host("x.example.com")).to_string();
    for line in [
        "- a:5520: filter 0 (hostname hostname): the player's host name matches no pattern of the backend; \
         hostname \"[x, y.example.com\", player's host name \"x.example.com\", unreadable patterns \"[x\"",
        "- b:5520: filter 0 (hostname hostname): the backend has no patterns of host names; hostname missing, \
         player's host name \"x.example.com\"",
    ] {
        assert!(explained.contains(line), "{explained}");
    }
}
