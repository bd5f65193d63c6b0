//! Explanations.

use std::time::Duration;

use hyrouter_gateway::{ExplainOptions, PluginsExplanation, Reason, ReferralSealer};
use hyrouter_plugin_api::ConnectResponse;
use hyrouter_proxy::Action;
use hyrouter_referral::{Envelope, Secret, SigningKey, SigningKeys};

use crate::support::{connect, decide, now, play, player, plugin, rng, short};

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
