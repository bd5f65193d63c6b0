//! Decisions.

use std::collections::BTreeMap;
use std::time::Duration;

use hyrouter_gateway::{Gateway, IdentityResult, Reason, ReferralSealer, TicketResult};
use hyrouter_identity::TokenRefusal;
use hyrouter_messages::MaintenanceTexts;
use hyrouter_plugin_api::{Backend, ConnectResponse, PluginError};
use hyrouter_protocol::{ClientType, Connect};
use hyrouter_proxy::{Action, Failure};
use hyrouter_referral::{
    Expectation, OpenErrorCode, Secret, SigningKey, SigningKeys, Statement, VerifyingKeys, open,
};
use hyrouter_router::{Maintenance, PoolSpec, Router, RouterSpec};

use crate::support::{
    connect, decide, now, play, player, player_of_build, plugin, plugin_fn, rng, router, short,
    strict_verifier,
};

fn unreachable() -> PluginError {
    let message = "away".to_owned();
    PluginError::Unreachable { message }
}

fn keys() -> SigningKeys {
    let secret = Secret::parse("hex:000102030405060708090a0b0c0d0e0f1011121314151617").unwrap();
    SigningKeys::new().with(SigningKey::hmac(7, &secret).unwrap())
}

#[tokio::test]
async fn each_reason_has_its_answer() {
    let english = player();
    let mut german = player();
    german.language = "de-AT".to_owned();
    let denied = play()
        .plugins(plugin(ConnectResponse::deny("Not today.")))
        .build();
    let named = ConnectResponse {
        backend: Some(Backend::new("c.example.com", 5521)),
        ..ConnectResponse::default()
    };
    let named = play().plugins(plugin(named)).build();
    let strict = play().refuse_unknown_builds(true).build();
    let plain = play().build();
    let empty = Gateway::builder(router(&[])).build();
    let cases = [
        (
            &plain,
            &english,
            "play.example.com",
            Reason::Referred,
            "a.example.com:5520",
        ),
        (
            &plain,
            &english,
            "PLAY.example.com.",
            Reason::Referred,
            "b.example.com:5520",
        ),
        (
            &plain,
            &english,
            "other.example.com",
            Reason::NoRoute,
            "This server is unavailable at the moment.",
        ),
        (
            &plain,
            &german,
            "other.example.com",
            Reason::NoRoute,
            "Dieser Server ist im Moment nicht verfügbar.",
        ),
        (
            &empty,
            &english,
            "play.example.com",
            Reason::NoBackends,
            "All servers are full or restarting right now. Try again in a moment.",
        ),
        (
            &denied,
            &english,
            "play.example.com",
            Reason::PluginDenied,
            "Not today.",
        ),
        (
            &denied,
            &english,
            "other.example.com",
            Reason::PluginDenied,
            "Not today.",
        ),
        (
            &named,
            &english,
            "other.example.com",
            Reason::Referred,
            "c.example.com:5521",
        ),
        (
            &strict,
            &player_of_build(i32::MAX),
            "play.example.com",
            Reason::UnknownProtocol,
            "This server can't be reached at the moment. Please try again later.",
        ),
        (
            &plain,
            &player_of_build(i32::MAX),
            "play.example.com",
            Reason::Referred,
            "a.example.com:5520",
        ),
    ];
    for (gateway, hello, host, reason, answer) in cases {
        let decision = decide(gateway, hello, host).await;
        assert_eq!(decision.note.reason, reason, "{host}");
        assert_eq!(decision.answer.reason_code, reason.as_str());
        assert_eq!(short(&decision), answer, "{host}");
    }
}

#[tokio::test]
async fn a_successor_goes_on_with_the_turns() {
    let first = play().build();
    assert_eq!(
        short(&decide(&first, &player(), "play.example.com").await),
        "a.example.com:5520"
    );

    let second = play().succeed(&first).build();
    assert_eq!(
        short(&decide(&second, &player(), "play.example.com").await),
        "b.example.com:5520"
    );
    let other = play().build();
    assert_eq!(
        short(&decide(&other, &player(), "play.example.com").await),
        "a.example.com:5520"
    );
}

#[tokio::test]
async fn a_referral_is_sealed_for_its_player_and_backend() {
    let gateway = play()
        .sealer(ReferralSealer::v2(keys(), Duration::from_secs(30)))
        .build();
    let info = connect(&player(), "play.example.com");
    let decision = gateway.decide(&info, now(), &mut rng()).await;
    let Action::Referral {
        data: Some(data), ..
    } = decision.answer.action
    else {
        panic!("{decision:?}");
    };
    let expectation = Expectation::referral_to("a.example.com", 5520)
        .with_any_player()
        .with_any_certificate();
    let statement = open(&data, &keys().verifying_keys(), &expectation, now()).unwrap();
    assert_eq!(statement.route, "play");
    assert_eq!(statement.source, "play.example.com");
    assert_eq!(statement.expires_at, now() + Duration::from_secs(30));

    // The same randomness makes the same envelope, and other randomness another nonce.
    let again = play()
        .sealer(ReferralSealer::v2(keys(), Duration::from_secs(30)))
        .build();
    let mut rng = rng();
    for (turn, same) in [(0, true), (1, false), (2, false)] {
        let decision = again.decide(&info, now(), &mut rng).await;
        let Action::Referral { data: other, .. } = decision.answer.action else {
            panic!("{turn}");
        };
        assert_eq!(other.as_ref() == Some(&data), same, "{turn}");
    }
}

#[tokio::test]
async fn a_sealer_without_a_valid_key_refuses() {
    let gateway = play()
        .sealer(ReferralSealer::v2(
            SigningKeys::new(),
            Duration::from_secs(30),
        ))
        .build();
    let decision = decide(&gateway, &player(), "play.example.com").await;
    assert_eq!(decision.note.reason, Reason::ReferralFailed);
    assert_eq!(decision.note.route.as_deref(), Some("play"));
}

#[tokio::test]
async fn a_ticket_counts_only_where_its_key_is_accepted() {
    let keys = keys();
    let ticket = |hops| {
        let mut data = Vec::new();
        let key = keys.active(now()).unwrap();
        Statement::ticket()
            .with_lifetime(now(), Duration::from_secs(30))
            .with_nonce([1; 16])
            .with_hops(hops)
            .with_player([0; 16])
            .with_target("play.example.com", 5520)
            .seal(key, &mut data)
            .unwrap();
        Some(data)
    };
    let accepting = || play().tickets(keys.verifying_keys(), 3).build();
    let closed = play().tickets(VerifyingKeys::new(), 3).build();
    let cases = [
        (&accepting(), None, None, Reason::Referred),
        (
            &accepting(),
            ticket(2),
            Some(TicketResult::Accepted),
            Reason::Referred,
        ),
        (
            &accepting(),
            ticket(3),
            Some(TicketResult::Loop),
            Reason::TicketLoop,
        ),
        (
            &accepting(),
            Some(b"text".to_vec()),
            Some(TicketResult::Refused(OpenErrorCode::Malformed)),
            Reason::Referred,
        ),
        (
            &closed,
            ticket(2),
            Some(TicketResult::NotAccepted),
            Reason::Referred,
        ),
    ];
    for (gateway, data, result, reason) in cases {
        // Of a generation that says its UUID.
        let mut hello = player_of_build(20);
        hello.referral_data = data;
        let decision = decide(gateway, &hello, "play.example.com").await;
        assert_eq!(decision.note.ticket, result);
        assert_eq!(decision.note.reason, reason);
    }
}

#[tokio::test]
async fn no_plugin_opens_a_closed_route() {
    let pool = PoolSpec {
        maintenance: Some(Maintenance::default()),
        backends: vec![hyrouter_router::Backend::new("a.example.com", 5520)],
        ..PoolSpec::default()
    };
    let spec = RouterSpec {
        default: Some(pool),
        ..RouterSpec::default()
    };
    let named = ConnectResponse {
        backend: Some(Backend::new("c.example.com", 5521)),
        ..ConnectResponse::default()
    };
    let texts = BTreeMap::from([("default".to_owned(), "Back at noon.".to_owned())]);
    let texts = BTreeMap::from([("default".to_owned(), MaintenanceTexts::from(texts))]);
    let gateway = Gateway::builder(Router::new(spec).unwrap())
        .plugins(plugin(named))
        .maintenance_texts(texts)
        .build();
    let decision = decide(&gateway, &player(), "play.example.com").await;
    assert_eq!(decision.note.reason, Reason::Maintenance);
    assert_eq!(short(&decision), "Back at noon.");
    assert!(decision.note.plugins.is_empty());
}

#[tokio::test]
async fn plugins_learn_what_the_packet_says_and_what_was_decided() {
    let mut editor = player();
    editor.client_type = ClientType::Editor;
    let repeat = || {
        plugin_fn(|request| {
            let (event, backend) = (&request.event, request.backend.as_ref());
            Ok(ConnectResponse::deny(format!(
                "{} {:?} {:?} {:?} {:?}",
                event.sni,
                event.client_type,
                event.route,
                backend.map(ToString::to_string),
                event.remote_addr,
            )))
        })
    };
    let private = play().plugins(repeat()).build();
    let open = play().plugins(repeat()).share_addresses(true).build();
    let routed = r#"play.example.com Some(1) Some("play") Some("a.example.com:5520")"#;
    let cases = [
        (&private, "play.example.com", format!("{routed} None")),
        (
            &open,
            "play.example.com",
            format!(r#"{routed} Some("192.0.2.7:50000")"#),
        ),
        (
            &private,
            "other.example.com",
            "other.example.com Some(1) None None None".to_owned(),
        ),
    ];
    for (gateway, host, text) in cases {
        let decision = decide(gateway, &editor, host).await;
        assert_eq!(short(&decision), text);
        assert_eq!(
            decision.note.plugin_remarks().as_deref(),
            Some("policy:plugin_denied")
        );
    }
}

#[tokio::test]
async fn what_cannot_be_decided_is_refused() {
    let required = play()
        .verifier(strict_verifier())
        .require_identity(true)
        .build();
    let missing = decide(&required, &player(), "play.example.com").await;
    assert_eq!(missing.note.reason, Reason::Identity(TokenRefusal::Missing));
    assert_eq!(
        missing.note.identity,
        Some(IdentityResult::Refused(TokenRefusal::Missing))
    );
    let reported = play().verifier(strict_verifier()).build();
    let admitted = decide(&reported, &player(), "play.example.com").await;
    assert_eq!(admitted.note.reason, Reason::Referred);
    assert_eq!(admitted.note.identity, missing.note.identity);

    let broken = play().plugins(plugin_fn(|_| Err(unreachable()))).build();
    let decision = decide(&broken, &player(), "play.example.com").await;
    assert_eq!(decision.note.reason, Reason::PluginFailed);
    let remarks = decision.note.plugin_remarks();
    assert_eq!(remarks.as_deref(), Some("policy:plugin_failed:unreachable"));

    let info = connect(&player(), "play.example.com");
    let late = broken.failed(&Failure::BudgetExceeded { info: &info });
    assert_eq!(late.note.reason, Reason::BudgetExceeded);
    assert_eq!(short(&late), short(&decision));
    let error = Connect::decode(&[], None).unwrap_err();
    let failure = Failure::BadConnect {
        peer: info.peer(),
        error: &error,
        build: None,
    };
    assert_eq!(broken.failed(&failure).note.reason, Reason::BadConnect);
}
