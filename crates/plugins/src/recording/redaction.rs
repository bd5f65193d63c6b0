//! Private values of a call become pseudonyms.

use std::net::SocketAddr;

use hyrouter_plugin_api::{Backend, ConnectRequest, ConnectResponse};
use serde_json::Value;

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
/// Other texts of request and response lose them too, alike in both, so that a plugin that repeats a backend of the
/// request still does. Referral data that is no JSON object or array is removed from the response, since it may have
/// them in any form.
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
    redact_texts(&mut call.request, texts);
    let response = &mut call.response;
    if let Some(reason) = &mut response.deny_reason {
        *reason = texts.apply(reason);
    }
    for backend in response.candidates.iter_mut().chain(&mut response.backend) {
        redact_backend(backend, texts);
    }
    match &response.referral_data {
        Some(data) if Some(data) == request.referral_data.as_ref() => {
            response
                .referral_data
                .clone_from(&call.request.referral_data);
        }
        Some(data) => {
            let json = redact_json(data, texts);
            call.lacks_referral_data = json.is_none();
            response.referral_data = json;
        }
        None => {}
    }
    call
}

/// Replaces private values in the texts of a request that a client, another server or an earlier plugin wrote.
fn redact_texts(request: &mut ConnectRequest, replacements: &Replacements) {
    let event = &mut request.event;
    let identity = event.identity.as_mut();
    let referral = event.referral.as_mut();
    let texts = [
        Some(&mut event.sni),
        event.protocol_hash.as_mut(),
        event.language.as_mut(),
        event.client_version.as_mut(),
        event
            .referral_source
            .as_mut()
            .map(|source| &mut source.host),
        identity.and_then(|identity| identity.issuer.as_mut()),
        referral.and_then(|referral| referral.source.as_mut()),
    ];
    for text in texts.into_iter().flatten() {
        *text = replacements.apply(text);
    }
    for backend in request.candidates.iter_mut().chain(&mut request.backend) {
        redact_backend(backend, replacements);
    }
}

fn redact_backend(backend: &mut Backend, replacements: &Replacements) {
    backend.host = replacements.apply(&backend.host);
    backend.meta = std::mem::take(&mut backend.meta)
        .into_iter()
        .map(|(key, text)| (replacements.apply(&key), replacements.apply(&text)))
        .collect();
}

/// Returns a JSON object or array without the private values in its texts and names. Returns `None` for other data.
fn redact_json(data: &[u8], replacements: &Replacements) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(data).ok()?;
    if !value.is_object() && !value.is_array() {
        return None;
    }
    serde_json::to_vec(&redact_value(value, replacements)).ok()
}

/// As deep as the parser permits, which is 127 levels.
fn redact_value(value: Value, replacements: &Replacements) -> Value {
    match value {
        Value::String(text) => replacements.apply(&text).into(),
        Value::Array(values) => values
            .into_iter()
            .map(|value| redact_value(value, replacements))
            .collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (replacements.apply(&name), redact_value(value, replacements)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
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
        // The address of the machine itself identifies no player, and is also a usual host of a backend.
        if !address.ip().to_canonical().is_loopback() {
            self.replacements
                .add(&address.ip().to_string(), &ip.to_string());
        }
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
