//! Private values of a call become pseudonyms.

use std::net::SocketAddr;

use hyrouter_plugin_api::{Backend, ConnectRequest, ConnectResponse};

use super::PrivateField;
use super::pseudonyms::Pseudonyms;
use super::words::Replacements;

/// Port of all players.
const PORT: u16 = 50_000;
/// Expiry of all identity tokens: 2100-01-01.
const EXPIRES_AT: i64 = 4_102_444_800;

/// A call without private values.
#[derive(PartialEq)]
pub(super) struct RedactedCall {
    pub(super) request: ConnectRequest,
    pub(super) response: ConnectResponse,
    pub(super) lacks_referral_data: bool,
}

/// Replaces the private values of a call, except those of `kept` fields.
///
/// The texts of the response lose them too: its reason, and the hosts, facts and referral data that are not those of
/// the request. Referral data that is not text is removed from the response, since it may have them in any form.
pub(super) fn redact(
    request: &ConnectRequest,
    response: &ConnectResponse,
    kept: &[PrivateField],
    pseudonyms: &mut Pseudonyms,
) -> RedactedCall {
    let mut call = RedactedCall {
        request: request.clone(),
        response: response.clone(),
        lacks_referral_data: false,
    };
    let mut redaction = Redaction {
        kept,
        pseudonyms,
        replacements: Replacements::default(),
    };
    redaction.redact_request(&mut call.request);
    let texts = &redaction.replacements;
    call.request.event.sni = texts.apply(&call.request.event.sni);
    let response = &mut call.response;
    if let Some(reason) = &mut response.deny_reason {
        *reason = texts.apply(reason);
    }
    for backend in response.candidates.iter_mut().chain(&mut response.backend) {
        let mut known = request.candidates.iter().chain(&request.backend);
        if !known.any(|known| known.host == backend.host && known.meta == backend.meta) {
            redact_backend(backend, texts);
        }
    }
    match &response.referral_data {
        Some(data) if Some(data) == request.referral_data.as_ref() => {
            response
                .referral_data
                .clone_from(&call.request.referral_data);
        }
        Some(data) => {
            let text = std::str::from_utf8(data).ok();
            let text = text.map(|text| texts.apply(text).into_bytes());
            call.lacks_referral_data = text.is_none();
            response.referral_data = text;
        }
        None => {}
    }
    call
}

fn redact_backend(backend: &mut Backend, texts: &Replacements) {
    backend.host = texts.apply(&backend.host);
    for text in backend.meta.values_mut() {
        *text = texts.apply(text);
    }
}

struct Redaction<'a> {
    kept: &'a [PrivateField],
    pseudonyms: &'a mut Pseudonyms,
    replacements: Replacements,
}

impl Redaction<'_> {
    fn redact_request(&mut self, request: &mut ConnectRequest) {
        let event = &mut request.event;
        self.redact_text(PrivateField::Username, &mut event.username);
        self.redact_text(PrivateField::Uuid, &mut event.uuid);
        self.redact_text(
            PrivateField::ClientCertFingerprint,
            &mut event.client_cert_fingerprint,
        );
        self.redact_text(PrivateField::ConnectionId, &mut event.connection_id);
        self.redact_address(&mut event.remote_addr);
        if let Some(identity) = &mut event.identity {
            self.redact_text(PrivateField::Username, &mut identity.username);
            self.redact_text(PrivateField::Uuid, &mut identity.subject);
            if !self.keeps(PrivateField::ExpiresAt) && identity.expires_at.is_some() {
                identity.expires_at = Some(EXPIRES_AT);
            }
        }
        if let Some(referral) = &mut event.referral {
            self.redact_bytes(&mut referral.data);
        }
        self.redact_bytes(&mut request.referral_data);
    }

    fn keeps(&self, field: PrivateField) -> bool {
        self.kept.contains(&field)
    }

    fn redact_text(&mut self, field: PrivateField, text: &mut Option<String>) {
        let Some(text) = text.as_mut().filter(|text| !text.is_empty()) else {
            return;
        };
        if self.keeps(field) {
            return;
        }
        let pseudonym = self.pseudonyms.text(field, text);
        // The number of a connection occurs in any text.
        if field != PrivateField::ConnectionId {
            self.replacements.add(text, &pseudonym);
        }
        if field == PrivateField::Uuid {
            let bare = pseudonym.replace('-', "");
            self.replacements.add(&text.replace('-', ""), &bare);
        }
        *text = pseudonym;
    }

    fn redact_address(&mut self, text: &mut Option<String>) {
        let Some(text) = text else {
            return;
        };
        if self.keeps(PrivateField::RemoteAddr) {
            return;
        }
        let Ok(address) = text.parse::<SocketAddr>() else {
            *text = self.pseudonyms.text(PrivateField::RemoteAddr, text);
            return;
        };
        let ip = self.pseudonyms.ip(address.ip());
        let pseudonym = SocketAddr::new(ip, PORT).to_string();
        self.replacements.add(text, &pseudonym);
        self.replacements
            .add(&address.ip().to_string(), &ip.to_string());
        *text = pseudonym;
    }

    fn redact_bytes(&mut self, bytes: &mut Option<Vec<u8>>) {
        let Some(bytes) = bytes.as_mut().filter(|bytes| !bytes.is_empty()) else {
            return;
        };
        if !self.keeps(PrivateField::ReferralData) {
            *bytes = self.pseudonyms.bytes(bytes);
        }
    }
}
