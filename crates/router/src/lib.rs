//! Picks a backend for a player of a game network: host patterns lead to pools, and pools filter, sort and pick.
//!
//! [`Router::new`] compiles a [`RouterSpec`] into an immutable snapshot. [`Router::decide`] is a pure function of that
//! snapshot, the request, the time and a source of randomness; it changes only the round-robin counters in [`Turns`].
//! [`Router::explain`] makes the same decision and records how it comes about.
//!
//! ```
//! use std::time::SystemTime;
//! use hyrouter_router::{Backend, RouteDecision, PoolSpec, RouteRequest, RouteSpec, Router, RouterSpec, Turns};
//! use rand::SeedableRng;
//!
//! let pool = PoolSpec { backends: vec![Backend::new("10.0.0.1", 5520)], ..PoolSpec::default() };
//! let route = RouteSpec { name: "games".into(), patterns: vec!["*.example.com".parse()?], pool, ..RouteSpec::default() };
//! let router = Router::new(RouterSpec { routes: vec![route], default: None })?;
//! let turns = Turns::new(&router);
//!
//! let request = RouteRequest { host: "eu.example.com", ..RouteRequest::default() };
//! let mut rng = rand::rngs::StdRng::seed_from_u64(7);
//! let decision = router.decide(&request, &turns, SystemTime::now(), &mut rng);
//! let RouteDecision::Backend(choice) = decision else { panic!("{decision:?}") };
//! assert_eq!(choice.backend().to_string(), "10.0.0.1:5520");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A pool under [`Maintenance`] takes only the players that it allows. A pool takes all backends that are not
//! [drained](Backend::drained), then applies its filters, sorting, limit and strategy in this order. If there is no
//! candidate, the fallbacks of the pool are tried in turn, each from all backends.

mod backend;
mod candidates;
mod conditions;
mod cover;
mod decision;
mod explain;
mod filter;
mod glob;
mod host;
mod host_name;
mod hosts;
mod key;
mod maintenance;
mod named;
mod names;
mod number;
mod overlay;
mod pattern;
mod policy;
mod pool;
mod request;
mod route;
mod router;
mod sort;
mod spec;
mod strategy;
mod switch;
mod template;
mod trace;
mod turns;
mod view;

pub use backend::{Address, Backend};
pub use conditions::{ClientMatch, Conditions, Share, TicketMatch};
pub use cover::PatternCover;
pub use decision::{BackendCandidate, Choice, RouteDecision, RouteFailure, RouteRef};
pub use explain::{
    BackendOrigin, Comparison, Explanation, MaintenanceCheck, MatchedRoute, Observation, Pick,
    Removal, RemovalCause, SkippedRoute, SortedBackend, StepExplanation,
};
pub use filter::{CompareOp, Filter, WhitelistSubject, unusable_patterns};
pub use host::{HostProblem, MAX_NAME_LEN, check_host};
pub use host_name::{NameProblem, wire_name};
pub use key::{BackendKey, EmptyKey};
pub use maintenance::{Allow, Maintenance};
pub use overlay::Overlay;
pub use pattern::{HostPattern, HostPatternError, MAX_HOST_LEN, PatternError};
pub use policy::{DEFAULT_SAMPLE, PolicyPatch, PoolPolicy};
pub use request::{RouteClient, RouteRequest, RouteTicket};
pub use router::Router;
pub use sort::{SortBy, SortOrder, SortType};
pub use spec::{PoolBackends, PoolSpec, RouteSpec, RouterSpec, SpecError, SpecProblem};
pub use strategy::Strategy;
pub use switch::Switch;
pub use template::{CaptureProblem, HostTemplate};
pub use turns::Turns;
pub use view::RouteView;
