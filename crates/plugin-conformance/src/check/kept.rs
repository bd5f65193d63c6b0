//! Parts of a request that a plugin returns without the intention to change them.

use hyrouter_plugin_api::{Backend, ConnectRequest};
use hyrouter_plugins::Verdict;

use super::CheckInput;
use crate::check_run::{CheckRun, ValidAnswer};
use crate::data::{describe, to_base64};
use crate::difference::Difference;
use crate::requests;
use crate::rules::changed;
use crate::suite_request::SuiteRequest;

pub(super) async fn candidates(run: &mut CheckRun<'_>, input: &CheckInput) {
    for question in &questions(input) {
        let Some(answer) = run.ask(question).await else {
            return;
        };
        for difference in altered(&question.request, &answer) {
            run.differ(difference.at(&question.name));
        }
        if run.has_failed() {
            return;
        }
    }
}

/// Asks a plugin that must only deny.
pub(super) async fn stage_deny(run: &mut CheckRun<'_>, input: &CheckInput) {
    for question in &questions(input) {
        let Some(answer) = run.ask(question).await else {
            return;
        };
        if let Verdict::Changed(changes) = &answer.applied.verdict {
            let expected = "unchanged or denied, in stage deny";
            let difference = Difference::new("effect", expected, changed(*changes));
            run.differ(difference.at(&question.name));
        }
    }
}

/// Returns requests about players, and those of the cases.
fn questions(input: &CheckInput) -> Vec<SuiteRequest> {
    let players = (0..requests::PLAYERS.len() * 2).map(player);
    players.chain(input.questions.iter().cloned()).collect()
}

/// Returns a request about one of the players, with each candidate selected in turn.
fn player(number: usize) -> SuiteRequest {
    let mut request = requests::player(number);
    let names = requests::PLAYERS;
    if let Some(name) = names.get(number % names.len()) {
        requests::rename(&mut request, name);
    }
    let name = request.event.username.clone().unwrap_or_default();
    let index = request.selected_index.unwrap_or_default();
    SuiteRequest::new(
        format!("player {name}, candidate {index} selected"),
        request,
    )
}

/// Finds backends of an answer that are those of the request with another weight, meta or port.
fn altered(request: &ConnectRequest, answer: &ValidAnswer) -> Vec<Difference> {
    let response = &answer.response;
    let list = response.candidates.iter().enumerate();
    let list = list.map(|(at, backend)| (format!("candidates[{at}]"), backend));
    let backend = response.backend.iter();
    let backend = backend.map(|backend| ("backend".to_owned(), backend));
    let mut differences = Vec::new();
    for (path, backend) in list.chain(backend) {
        differences.extend(altered_backend(request, &path, backend));
    }
    differences
}

fn altered_backend(request: &ConnectRequest, path: &str, backend: &Backend) -> Option<Difference> {
    let sent = || request.candidates.iter().chain(&request.backend);
    let Some(original) = sent().find(|sent| sent.is_at_same_address(backend)) else {
        let same_host: Vec<_> = sent().filter(|sent| sent.host == backend.host).collect();
        let original = same_host.first()?;
        let place = format!("{path}.port of {}", backend.host);
        return Some(Difference::new(place, original.port, backend.port));
    };
    if backend.weight != original.weight && backend.weight != 0 {
        let place = format!("{path}.weight of {original}");
        return Some(Difference::new(place, original.weight, backend.weight));
    }
    if backend.meta != original.meta && !backend.meta.is_empty() {
        let place = format!("{path}.meta of {original}");
        let (expected, got) = (
            format!("{:?}", original.meta),
            format!("{:?}", backend.meta),
        );
        return Some(Difference::new(place, expected, got));
    }
    None
}

/// Asks about players that the plugin does not move, with other candidates selected. A plugin that moves all of
/// them to the first candidate most likely always writes `selected_index: 0`. One that selects by its own rule
/// moves some of them elsewhere.
pub(super) async fn selection(run: &mut CheckRun<'_>) {
    let mut moves = Vec::new();
    for number in 0..requests::PLAYERS.len() {
        let mut request = requests::player(number);
        requests::select(&mut request, 0);
        let name = request.event.username.clone().unwrap_or_default();
        let question = SuiteRequest::new(format!("player {name}"), request.clone());
        let Some(answer) = run.ask(&question).await else {
            return;
        };
        if is_moved(&answer) {
            continue;
        }
        for index in 1..request.candidates.len() {
            requests::select(&mut request, index);
            let name = format!("player {name}, candidate {index} selected");
            let question = SuiteRequest::new(name, request.clone());
            let Some(answer) = run.ask(&question).await else {
                return;
            };
            if !is_moved(&answer) || answer.applied.after.selected_index != Some(0) {
                return;
            }
            moves.push((question, answer));
        }
    }
    if let Some((question, answer)) = moves.first() {
        let response = &answer.response;
        let (field, got) = match (&response.backend, response.selected_index) {
            (Some(backend), _) => ("backend", backend.to_string()),
            (None, Some(index)) => ("selected_index", index.to_string()),
            (None, None) => (
                "candidates",
                format!("{} entries", response.candidates.len()),
            ),
        };
        let to = answer.applied.after.backend.as_ref();
        let got = format!(
            "{got}, which moves every player to the first candidate, {}; leave out fields that are not set",
            to.map(ToString::to_string).unwrap_or_default()
        );
        let from = question.request.backend.as_ref();
        let expected = format!(
            "absent, or {}",
            from.map(ToString::to_string).unwrap_or_default()
        );
        run.differ(Difference::new(field, expected, got).at(&question.name));
    }
}

/// Returns whether the answer denies the player or sends the player elsewhere.
fn is_moved(answer: &ValidAnswer) -> bool {
    match &answer.applied.verdict {
        Verdict::Changed(changes) => changes.backend,
        Verdict::Unchanged => false,
        _ => true,
    }
}

/// Asks with referral data of an earlier plugin.
pub(super) async fn referral_data(run: &mut CheckRun<'_>) {
    let datas: [&[u8]; 2] = [br#"{"party":"12"}"#, b"\x00\xff\x80{\"party\":12}"];
    let mut erased = Vec::new();
    let mut count = 0;
    for number in 0..requests::PLAYERS.len() {
        for data in datas {
            let mut request = requests::player(number);
            request.referral_data = Some(data.to_vec());
            let name = request.event.username.clone().unwrap_or_default();
            let question = SuiteRequest::new(format!("player {name}"), request);
            let Some(answer) = run.ask(&question).await else {
                return;
            };
            if answer.applied.verdict == Verdict::Denied {
                continue;
            }
            count += 1;
            let Some(got) = &answer.response.referral_data else {
                continue;
            };
            if got.is_empty() {
                erased.push(question);
            } else if let Some(mistake) = encoded_again(data, got) {
                let got = format!("{}: {mistake}", describe(got));
                let expected = format!("absent, or {}", describe(data));
                let difference = Difference::new("referral_data", expected, got);
                run.differ(difference.at(&question.name));
                return;
            }
        }
    }
    if let Some(question) = erased.first().filter(|_| erased.len() == count) {
        let got = "\"\" for every player, which erases the data of earlier plugins; leave out fields that are not set";
        let difference = Difference::new("referral_data", "absent, or some data", got);
        run.differ(difference.at(&question.name));
    }
}

/// Returns the mistake by which the plugin made its data of the data in the request.
fn encoded_again(data: &[u8], got: &[u8]) -> Option<&'static str> {
    let base64 = to_base64(data);
    let unpadded = base64.trim_end_matches('=');
    let text = String::from_utf8_lossy(data);
    if got == base64.as_bytes() || got == unpadded.as_bytes() {
        return Some("base64 of base64; decode the field before you encode it");
    }
    if got == format!("\"{base64}\"").as_bytes() {
        return Some("the JSON text of the base64; decode the field before you encode it");
    }
    (got != data && got == text.as_bytes()).then_some("the bytes were read as text; they are bytes")
}

#[cfg(test)]
mod tests {
    use super::encoded_again;

    #[test]
    fn data_of_the_request_in_a_second_encoding_is_found() {
        for got in ["aGk=", "aGk", "\"aGk=\""] {
            assert!(encoded_again(b"hi", got.as_bytes()).is_some(), "{got}");
        }
        for got in ["hi", "{\"earlier\":\"aGk=\"}", "", "other"] {
            assert!(encoded_again(b"hi", got.as_bytes()).is_none(), "{got}");
        }
        assert!(encoded_again(b"\xff", "\u{fffd}".as_bytes()).is_some());
        assert!(encoded_again(b"\xff", b"\xff").is_none());
    }
}
