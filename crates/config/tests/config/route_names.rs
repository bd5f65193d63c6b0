//! Default names of routes.

use crate::support::load;

fn names(routes: &[&str]) -> Vec<String> {
    let routes: Vec<_> = routes
        .iter()
        .map(|route| format!("{{{route}, pool: {{backends: [{{host: h, port: 1}}]}}}}"))
        .collect();
    let file = format!("routing: {{routes: [{}]}}", routes.join(", "));
    let loaded = load(&file).unwrap();
    let routes = loaded.routing.routes.into_iter();
    routes.map(|route| route.name).collect()
}

#[test]
fn the_default_name_of_a_route_has_its_conditions() {
    let long = "x".repeat(250);
    for (route, name) in [
        (
            "match: {hostname: ' Play.example.com '}",
            "Play.example.com",
        ),
        (
            "match: {hostname: x, hostnames: ['*.b.example', c.example]}",
            "*.b.example",
        ),
        ("match: {hostnames: ['']}", "no host name"),
        (
            "match: {hostnames: [a.b], identity: {verified: true}}",
            "a.b with verified true",
        ),
        ("match: {hostname: a.b, percent: 5}", "a.b with share"),
        ("match: {percent: 5}", "share"),
        (
            "match: {language: [de, fr], percent: 5}",
            "language de or fr, share",
        ),
        ("match: {build: ['208..']}", "build 208.."),
        ("match: {hostname: default}", "default~2"),
        (
            &format!("match: {{hostname: a.b, alpn: [{long}]}}"),
            &format!("a.b with alpn {}", &long[..226]),
        ),
        ("name: given, match: {hostname: a.b}", "given"),
    ] {
        assert_eq!(names(&[route]), [name], "{route}");
    }
}

#[test]
fn an_inserted_route_renames_no_other() {
    let (one, two) = (
        "match: {hostname: a.b}",
        "match: {hostname: a.b, language: [de]}",
    );
    let (share, other) = (
        "match: {hostname: a.b, percent: 1}",
        "match: {hostname: c.d}",
    );
    assert_eq!(names(&[one, other]), ["a.b", "c.d"]);
    assert_eq!(
        names(&[share, two, one, other]),
        ["a.b with share", "a.b with language de", "a.b", "c.d"]
    );
    // A share keeps its players when it grows, since they depend on its name.
    assert_eq!(
        names(&["match: {hostname: a.b, percent: 20}"]),
        ["a.b with share"]
    );
}

#[test]
fn names_are_unique() {
    let (one, named) = (
        "match: {hostname: a.b}",
        "name: a.b, match: {hostname: x.y}",
    );
    assert_eq!(names(&[one, one, one]), ["a.b", "a.b~2", "a.b~3"]);
    assert_eq!(names(&[one, named]), ["a.b~2", "a.b"]);
    let taken = "name: a.b~2, match: {hostname: x.y}";
    assert_eq!(names(&[one, taken, one]), ["a.b", "a.b~2", "a.b~3"]);
}
