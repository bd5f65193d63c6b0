use hyrouter_plugin_api::{Backend, ConnectRequest, ConnectResponse, PluginAnswer};

use super::pseudonyms::Pseudonyms;
use super::redaction::{RedactedCall, redact};
use super::{PrivateField, RecordedCase, RecordingEnd, RecordingOptions};
use crate::{OverridePolicy, apply_answer};

/// Maximum size of a call in bytes: of its texts and referral data. A larger one is no readable test case, and would
/// take milliseconds of the thread that serves the player.
const MAX_CALL: usize = 64 << 10;
/// Maximum size of all cases in bytes.
const MAX_ALL: usize = 4 << 20;

/// Distinct cases of a recording.
pub(super) struct CaseList {
    wanted: usize,
    kept: Vec<PrivateField>,
    pseudonyms: Pseudonyms,
    size: usize,
    entries: Vec<Entry>,
}

struct Entry {
    /// The call with pseudonyms that count from 1 in each call, so that calls that differ in private values only are
    /// equal.
    shape: RedactedCall,
    case: RecordedCase,
}

impl CaseList {
    pub(super) fn new(options: &RecordingOptions) -> Self {
        Self {
            wanted: options.cases.clamp(1, RecordingOptions::MAX_CASES),
            kept: options.kept.clone(),
            pseudonyms: Pseudonyms::default(),
            size: 0,
            entries: Vec::new(),
        }
    }

    /// Adds a call, or counts it if its case is known. Returns `false` if it is too large.
    pub(super) fn add(&mut self, request: &ConnectRequest, answer: &PluginAnswer) -> bool {
        let response = &answer.response;
        let size = request_size(request) + response_size(response);
        if size > MAX_CALL {
            return false;
        }
        let shape = redact(request, response, &self.kept, &mut Pseudonyms::default());
        let mut entries = self.entries.iter_mut();
        if let Some(known) = entries.find(|entry| entry.shape == shape) {
            known.case.calls += 1;
            return true;
        }
        let call = redact(request, response, &self.kept, &mut self.pseudonyms);
        // As in a test of the plugin alone: the operator's `override` is no part of the plugin.
        let mut after = request.clone();
        let effect = apply_answer(&mut after, answer.clone(), OverridePolicy::Any);
        self.size += 2 * size;
        self.entries.push(Entry {
            shape,
            case: RecordedCase {
                request: call.request,
                response: call.response,
                effect: effect.verdict.as_str(),
                lacks_referral_data: call.lacks_referral_data,
                calls: 1,
            },
        });
        true
    }

    /// Returns the reason why no more cases are added.
    pub(super) fn end(&self) -> Option<RecordingEnd> {
        if self.entries.len() >= self.wanted {
            Some(RecordingEnd::Cases)
        } else {
            (self.size >= MAX_ALL).then_some(RecordingEnd::Memory)
        }
    }

    pub(super) fn to_vec(&self) -> Vec<RecordedCase> {
        self.entries
            .iter()
            .map(|entry| entry.case.clone())
            .collect()
    }
}

fn request_size(request: &ConnectRequest) -> usize {
    let event = &request.event;
    let identity = event.identity.as_ref();
    let referral = event.referral.as_ref();
    let texts = [
        Some(&event.sni),
        event.client_cert_fingerprint.as_ref(),
        event.protocol_hash.as_ref(),
        event.uuid.as_ref(),
        event.username.as_ref(),
        event.language.as_ref(),
        event.alpn.as_ref(),
        event.client_version.as_ref(),
        event.referral_source.as_ref().map(|source| &source.host),
        event.remote_addr.as_ref(),
        identity.and_then(|identity| identity.subject.as_ref()),
        identity.and_then(|identity| identity.username.as_ref()),
        identity.and_then(|identity| identity.issuer.as_ref()),
        referral.and_then(|referral| referral.route.as_ref()),
        referral.and_then(|referral| referral.source.as_ref()),
        event.route.as_ref(),
        event.connection_id.as_ref(),
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let ticket = referral.and_then(|referral| referral.data.as_ref());
    let data = ticket.into_iter().chain(&request.referral_data);
    texts
        + data.map(Vec::len).sum::<usize>()
        + backends_size(request.candidates.iter().chain(&request.backend))
}

fn response_size(response: &ConnectResponse) -> usize {
    backends_size(response.candidates.iter().chain(&response.backend))
        + response.deny_reason.as_ref().map_or(0, String::len)
        + response.referral_data.as_ref().map_or(0, Vec::len)
}

fn backends_size<'a>(backends: impl Iterator<Item = &'a Backend>) -> usize {
    let size = |backend: &Backend| {
        let facts = backend.meta.iter();
        let facts: usize = facts.map(|(key, text)| key.len() + text.len() + 64).sum();
        backend.host.len() + facts + size_of::<Backend>()
    };
    backends.map(size).sum()
}
