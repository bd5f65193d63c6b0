//! Explanations.

use std::collections::BTreeSet;
use std::time::Duration;

use hyrouter_gateway::{
    DecisionNote, ExplainOptions, Gateway, GatewayBuilder, PluginsExplanation, Reason,
    ReferralSealer,
};
use hyrouter_plugin_api::{Backend, ConnectResponse, PluginError};
use hyrouter_proxy::Action;
use hyrouter_referral::{Envelope, Secret, SigningKey, SigningKeys};

use crate::support::{
    connect, decide, now, play, player, player_of_build, plugin, plugin_fn, rng, router, short,
    strict_verifier,
};

#[tokio::test]
async fn it_is_the_decision_and_moves_no_turn() {
    let gateway = play().build();
    let info = connect(&player(), "play.example.com");
    for turn in [
        "a.example.com:5520",
        "b.example.com:5520",
        "a.example.com:5520",
    ] {
        for _ in 0..3 {
            let options = ExplainOptions::default();
            let explained = gateway.explain(&info, options, now(), &mut rng()).await;
            assert_eq!(short(&explained.decision), turn);
            let routing = explained.routing.unwrap();
            assert_eq!(&*routing.route.unwrap().name, "play");
            assert!(matches!(explained.plugins, PluginsExplanation::LeftOut));
        }
        assert_eq!(
            short(&decide(&gateway, &player(), "play.example.com").await),
            turn
        );
    }
}

#[tokio::test]
async fn plugins_are_asked_on_demand() {
    let gateway = play()
        .plugins(plugin(ConnectResponse::deny("Not today.")))
        .build();
    let info = connect(&player(), "play.example.com");
    let without = ExplainOptions::default();
    let explained = gateway.explain(&info, without, now(), &mut rng()).await;
    assert_eq!(explained.decision.note.reason, Reason::Referred);

    let with = without.with_plugins(Duration::from_secs(5));
    let explained = gateway.explain(&info, with, now(), &mut rng()).await;
    assert_eq!(explained.decision.note.reason, Reason::PluginDenied);
    let PluginsExplanation::Answers(reports) = explained.plugins else {
        panic!("{:?}", explained.plugins);
    };
    assert_eq!(reports.len(), 1);
    assert_eq!(reports.first().unwrap().verdict, "denied");
}

#[tokio::test]
async fn its_referral_proves_nothing() {
    let secret = Secret::parse("hex:000102030405060708090a0b0c0d0e0f1011121314151617").unwrap();
    let keys = SigningKeys::new().with(SigningKey::hmac(7, &secret).unwrap());
    let gateway = play()
        .sealer(ReferralSealer::v2(keys, Duration::from_secs(30)))
        .build();
    let info = connect(&player(), "play.example.com");
    let options = ExplainOptions::default();
    let explained = gateway.explain(&info, options, now(), &mut rng()).await;
    let Action::Referral {
        data: Some(data), ..
    } = explained.decision.answer.action
    else {
        panic!("{explained:?}");
    };
    let envelope = Envelope::parse(&data).unwrap();
    assert!(envelope.signature().iter().all(|byte| *byte == 0));
}

#[tokio::test]
async fn whatever_decides_the_explanation_is_the_decision() {
    let named = ConnectResponse {
        backend: Some(Backend::new("c.example.com", 5521)),
        referral_data: Some(b"party".to_vec()),
        ..ConnectResponse::default()
    };
    let gateways = [
        play(),
        play().plugins(plugin(ConnectResponse::default())),
        play().plugins(plugin(ConnectResponse::deny("Not today."))),
        play().plugins(plugin(named)),
        play().plugins(plugin_fn(|_| {
            let message = "away".to_owned();
            Err(PluginError::Unreachable { message })
        })),
        play().verifier(strict_verifier()).require_identity(true),
        play().refuse_unknown_builds(true),
        play().sealer(ReferralSealer::v2(
            SigningKeys::new(),
            Duration::from_secs(30),
        )),
        Gateway::builder(router(&[])),
    ];
    let mut german = player();
    german.language = "de-AT".to_owned();
    let mut with_ticket = player_of_build(20);
    with_ticket.referral_data = Some(b"text".to_vec());
    let players = [player(), german, with_ticket, player_of_build(i32::MAX)];
    let options = ExplainOptions::default().with_plugins(Duration::from_secs(5));
    let mut reasons = BTreeSet::new();
    for gateway in gateways.map(GatewayBuilder::build) {
        for hello in &players {
            for host in ["play.example.com", "other.example.com", ""] {
                let info = connect(hello, host);
                let explained = gateway.explain(&info, options, now(), &mut rng()).await;
                let decided = gateway.decide(&info, now(), &mut rng()).await;
                assert_eq!(explained.decision.answer, decided.answer);
                let facts = |note: &DecisionNote| {
                    let plugins = note.plugins.iter().map(|record| record.verdict.clone());
                    (
                        (
                            note.reason,
                            note.route.clone(),
                            note.configured_host.clone(),
                        ),
                        (note.identity, note.ticket, plugins.collect::<Vec<_>>()),
                    )
                };
                assert_eq!(facts(&explained.decision.note), facts(&decided.note));
                reasons.insert(decided.note.reason.as_str());
            }
        }
    }
    let reasons: Vec<_> = reasons.into_iter().collect();
    let expected = [
        "identity_missing",
        "no_backends",
        "no_route",
        "plugin_denied",
        "plugin_failed",
        "referral_failed",
        "referred",
        "unknown_protocol",
    ];
    assert_eq!(reasons, expected);
}
