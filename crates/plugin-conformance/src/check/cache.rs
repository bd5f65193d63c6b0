//! Answers that the router may give again.

use hyrouter_plugin_api::{CacheField, ConnectRequest, Identity};
use hyrouter_plugins::{CacheOffer, KeyFields};

use super::CheckInput;
use crate::check_run::CheckRun;
use crate::requests;
use crate::suite_request::SuiteRequest;

/// Number of players whose cached answer is compared with the answer for every other player.
const CACHED: usize = 4;

/// Asks about players that the router takes for the same, by the key of a cached answer. Their answer must be the cached
/// one.
pub(super) async fn cache_key(run: &mut CheckRun<'_>, input: &CheckInput) {
    let names = requests::PLAYERS.len();
    let players: Vec<_> = (0..names).map(player).collect();
    let questions = players.iter().chain(&input.questions);
    let mut cached = 0;
    for question in questions {
        let Some(answer) = run.ask(question).await else {
            return;
        };
        let Some(offer) = answer.applied.cache else {
            continue;
        };
        cached += 1;
        for other in &players {
            if cached > CACHED || other.name == question.name {
                continue;
            }
            let request = with_key_of(&other.request, &question.request, offer.fields());
            let variant = SuiteRequest::new("", request);
            let name = name(question, other, &offer);
            let asked = run.asker.ask(&variant).await;
            let is_same = run.judge_same(question, &answer.response, &variant, &name, asked);
            if !is_same.await {
                return;
            }
        }
    }
    if cached > 0 {
        run.notes.push(format!("{cached} answers with cache_ttl"));
    }
}

fn player(number: usize) -> SuiteRequest {
    let mut request = requests::player(number);
    let name = requests::PLAYERS.get(number).copied().unwrap_or_default();
    requests::rename(&mut request, name);
    SuiteRequest::new(format!("player {name}"), request)
}

fn name(question: &SuiteRequest, other: &SuiteRequest, offer: &CacheOffer) -> String {
    let (question, other) = (&question.name, &other.name);
    format!("{other} gets the answer of {question}, which is cached {offer}")
}

/// Returns a request that has the cache key of another one.
fn with_key_of(request: &ConnectRequest, other: &ConnectRequest, key: KeyFields) -> ConnectRequest {
    let mut made = request.clone();
    for field in key.iter() {
        copy(&mut made, other, field);
    }
    if !key.contains(CacheField::Identity) {
        // Every key has whether the identity is verified, and a key of a player has the subject.
        let has_player = key.contains(CacheField::Uuid) || key.contains(CacheField::Username);
        let own = request.event.identity.clone().unwrap_or_default();
        let identity = other.event.identity.as_ref();
        made.event.identity = identity.map(|identity| Identity {
            verified: identity.verified,
            subject: if has_player {
                identity.subject.clone()
            } else {
                own.subject
            },
            ..own
        });
    }
    made
}

fn copy(made: &mut ConnectRequest, other: &ConnectRequest, field: CacheField) {
    let (to, from) = (&mut made.event, &other.event);
    match field {
        CacheField::Uuid => to.uuid.clone_from(&from.uuid),
        CacheField::Username => to.username.clone_from(&from.username),
        CacheField::Identity => to.identity.clone_from(&from.identity),
        CacheField::Host => to.sni.clone_from(&from.sni),
        CacheField::Route => to.route.clone_from(&from.route),
        CacheField::Language => to.language.clone_from(&from.language),
        CacheField::Address => to.remote_addr.clone_from(&from.remote_addr),
        CacheField::ClientCertFingerprint => to
            .client_cert_fingerprint
            .clone_from(&from.client_cert_fingerprint),
        CacheField::IdentityTokenPresent => to.identity_token_present = from.identity_token_present,
        CacheField::ClientType => to.client_type = from.client_type,
        CacheField::ClientVersion => to.client_version.clone_from(&from.client_version),
        CacheField::ProtocolHash => to.protocol_hash.clone_from(&from.protocol_hash),
        CacheField::ProtocolCrc => to.protocol_crc = from.protocol_crc,
        CacheField::ProtocolBuild => to.protocol_build = from.protocol_build,
        CacheField::Alpn => to.alpn.clone_from(&from.alpn),
        CacheField::Referral => to.referral.clone_from(&from.referral),
        CacheField::ReferralSource => to.referral_source.clone_from(&from.referral_source),
        CacheField::Candidates => {
            made.candidates.clone_from(&other.candidates);
            made.selected_index = other.selected_index;
        }
        CacheField::Backend => made.backend.clone_from(&other.backend),
        CacheField::ReferralData => made.referral_data.clone_from(&other.referral_data),
    }
}
