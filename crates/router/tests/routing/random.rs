//! Random pools, policies and players for properties.

use hyrouter_router::{
    Allow, Backend, BackendKey, CompareOp, Filter, Maintenance, PolicyPatch, PoolPolicy, PoolSpec,
    RouteRequest, SortBy, SortOrder, SortType, Strategy, WhitelistSubject,
};
use proptest::{
    bool::weighted,
    collection::{btree_map, vec},
    option,
    prelude::{Just, any, prop_oneof},
    sample::select,
    strategy::Strategy as Generator,
};
use uuid::Uuid;

use crate::fixture::{BackendExt, NOW, at, backend};

const UUIDS: [Uuid; 2] = [Uuid::from_u128(1), Uuid::from_u128(2)];
const NAMES: [&str; 2] = ["alice", "bob"];

/// A player; the host is always the default pool's.
#[derive(Debug, Clone)]
pub(crate) struct Player {
    pub(crate) uuid: Option<Uuid>,
    pub(crate) username: Option<&'static str>,
    pub(crate) verified: bool,
    pub(crate) now: u64,
}

impl Player {
    pub(crate) fn request(&self) -> RouteRequest<'static> {
        RouteRequest {
            uuid: self.uuid,
            username: self.username,
            verified: self.verified,
            ..RouteRequest::default()
        }
    }
}

pub(crate) fn player() -> impl Generator<Value = Player> {
    let now = select(&[NOW - 1, NOW, NOW + 1][..]);
    (
        option::of(select(&UUIDS[..])),
        option::of(select(&NAMES[..])),
        any::<bool>(),
        now,
    )
        .prop_map(|(uuid, username, verified, now)| Player {
            uuid,
            username,
            verified,
            now,
        })
}

pub(crate) fn pool_spec() -> impl Generator<Value = PoolSpec> {
    (policy(), vec(patch(), 0..3), backends(), maintenance()).prop_map(
        |(policy, fallback, backends, maintenance)| PoolSpec {
            policy,
            fallback,
            backends,
            maintenance,
        },
    )
}

/// Up to eight backends, among them some with the same address.
pub(crate) fn backends() -> impl Generator<Value = Vec<Backend>> {
    let meta = (
        btree_map(meta_key(), meta_value(), 0..6),
        option::of(names()),
    );
    let meta = meta.prop_map(|(mut meta, names)| {
        meta.extend(names.map(|names| ("names".to_owned(), names)));
        meta
    });
    let host = select(&["a", "b", "c", "d", "e", "f"][..]);
    let one =
        (host, 1..4_u32, meta, weighted(0.1)).prop_map(|(host, weight, meta, drained)| Backend {
            meta,
            drained,
            ..backend(host).weight(weight)
        });
    vec(one, 0..9)
}

/// Rarely one, so that most players come to the pool.
fn maintenance() -> impl Generator<Value = Option<Maintenance>> {
    let moment = || option::of(select(vec![at(NOW - 1), at(NOW), at(NOW + 1)]));
    let uuids = vec(select(&UUIDS[..]), 0..2);
    let usernames = vec(
        select(&["Alice", "carol"][..]).prop_map(str::to_owned),
        0..2,
    );
    let one = (moment(), moment(), uuids, usernames, any::<bool>()).prop_map(
        |(from, until, uuids, usernames, verified_only)| Maintenance {
            from,
            until,
            allow: Allow {
                uuids,
                usernames,
                verified_only,
                ..Allow::default()
            },
        },
    );
    option::weighted(0.2, one)
}

pub(crate) fn policy() -> impl Generator<Value = PoolPolicy> {
    (
        strategy(),
        key(),
        0..5_usize,
        vec(sort_by(), 0..3),
        0..5_usize,
        vec(filter(), 0..3),
    )
        .prop_map(|(strategy, key, sample, sort, limit, filters)| PoolPolicy {
            strategy,
            key: Some(key),
            sample,
            sort,
            limit,
            filters,
        })
}

fn patch() -> impl Generator<Value = PolicyPatch> {
    (
        option::of(strategy()),
        option::of(key()),
        option::of(0..5_usize),
        option::of(vec(sort_by(), 0..3)),
        option::of(0..5_usize),
        option::of(vec(filter(), 0..3)),
    )
        .prop_map(
            |(strategy, key, sample, sort, limit, filters)| PolicyPatch {
                strategy,
                key,
                sample,
                sort,
                limit,
                filters,
            },
        )
}

fn strategy() -> impl Generator<Value = Strategy> {
    select(Strategy::ALL)
}

pub(crate) fn sort_by() -> impl Generator<Value = SortBy> {
    let order = select(SortOrder::ALL);
    let kind = select(SortType::ALL);
    (key(), order, kind).prop_map(|(key, order, kind)| SortBy { key, order, kind })
}

fn filter() -> impl Generator<Value = Filter> {
    let op = select(CompareOp::ALL);
    let subject = select(WhitelistSubject::ALL);
    prop_oneof![
        (key(), op, key()).prop_map(|(left, op, right)| Filter::Compare { left, op, right }),
        (subject, any::<bool>()).prop_map(|(subject, verified)| Filter::Whitelist {
            enabled_key: BackendKey::from("on"),
            list_key: BackendKey::from("list"),
            subject,
            verified,
        }),
        Just(Filter::GameStartNotPast {
            key: BackendKey::from("start")
        }),
        Just(Filter::Hostname {
            key: BackendKey::from("names")
        }),
    ]
}

fn key() -> impl Generator<Value = BackendKey> {
    select(
        &[
            "host",
            "port",
            "weight",
            "n",
            "label:n",
            "counter:n",
            "start",
        ][..],
    )
    .prop_map(BackendKey::from)
}

/// Patterns of host names, some of them malformed.
fn names() -> impl Generator<Value = String> {
    let one = select(
        &[
            "a.b", "A.b.", "x.a.b", "*.b", "*.a.b", "?.b", "a.*", "c", "*", "[", "1", "a:1", "",
        ][..],
    );
    vec(one, 0..4).prop_map(|names| names.join(" ,"))
}

fn meta_key() -> impl Generator<Value = String> {
    select(
        &[
            "n",
            "label.n",
            "counter.n",
            "on",
            "on",
            "list",
            "list",
            "start",
            "start",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn meta_value() -> impl Generator<Value = String> {
    let first = UUIDS[0];
    let values = [
        "",
        "-1",
        "0",
        "1",
        "1.0",
        "2",
        "10",
        "true",
        "yes",
        "off",
        "x",
        "[",
        "alice",
        "alice, bob",
        r#"["bob"]"#,
    ];
    let mut values: Vec<String> = values.map(str::to_owned).into();
    values.extend([
        first.to_string(),
        format!("bob,{}", first.simple()),
        format!("[\"{first}\"]"),
    ]);
    values.extend([NOW, NOW + 1].map(|second| second.to_string()));
    values.push(format!("{NOW}500"));
    select(values)
}
