//! Texts in every script.

use crate::check_run::{CheckRun, ValidAnswer};
use crate::data::describe;
use crate::difference::Difference;
use crate::requests;
use crate::suite_request::SuiteRequest;

/// Names of players, with what they try.
const NAMES: &[(&str, &str)] = &[
    ("umlauts", "J\u{fc}rgen Gr\u{f6}\u{df}e"),
    ("CJK", "\u{73a9}\u{5bb6}\u{30d7}\u{30ec}\u{30a4}\u{d50c}"),
    ("emoji", "\u{1f9d9}\u{200d}\u{2642}\u{fe0f} \u{1f3f4}"),
    ("combining marks", "e\u{301}n\u{303}a\u{308}"),
    (
        "right-to-left text",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{639}\u{627}\u{644}\u{645}",
    ),
    ("a direction override", "\u{202e}redlA"),
    ("U+0000", "Al\0der"),
    (
        "control characters and quotes",
        "a\"b\\c/\n\t\u{1}\u{7f}\u{2028}",
    ),
    ("the last code points", "\u{ffff}\u{10ffff}"),
    ("an umlaut of a VIP", "VIP_\u{e4}"),
];

pub(super) async fn texts(run: &mut CheckRun<'_>) {
    for (kind, name) in NAMES {
        let mut request = requests::full();
        requests::rename(&mut request, name);
        if let Some(candidate) = request.candidates.first_mut() {
            candidate
                .meta
                .insert("owner".to_owned(), (*name).to_owned());
        }
        requests::select(&mut request, 0);
        let raw = SuiteRequest::new(*kind, request);
        let Some(answer) = run.ask(&raw).await else {
            return;
        };
        if let Some(fault) = misread(name, &answer) {
            run.differ(fault.at(kind));
            return;
        }
        let escaped = raw.in_ascii();
        let asked = run.asker.ask(&escaped).await;
        let call = format!("{kind}, escaped as \\uXXXX");
        let is_same = run.judge_same(&raw, &answer.response, &escaped, &call, asked);
        if !is_same.await {
            return;
        }
    }
}

/// Finds a name in an answer that was decoded or encoded in another way than UTF-8.
fn misread(name: &str, answer: &ValidAnswer) -> Option<Difference> {
    if name.is_ascii() {
        return None;
    }
    let response = &answer.response;
    let backends = response.candidates.iter().chain(&response.backend);
    let mut texts: Vec<_> = response
        .deny_reason
        .iter()
        .map(|text| ("deny_reason", text))
        .collect();
    for backend in backends {
        texts.push(("host", &backend.host));
        texts.extend(backend.meta.values().map(|value| ("meta", value)));
    }
    // UTF-8 that was read as Latin-1, one character for each byte.
    let twice: String = name.bytes().map(char::from).collect();
    let is_wrong = |text: &str| text.contains(&twice) || text.contains('\u{fffd}');
    let expected = format!("{name:?} in UTF-8");
    if let Some((field, text)) = texts.into_iter().find(|(_, text)| is_wrong(text)) {
        return Some(Difference::new(field, expected, format_args!("{text:?}")));
    }
    let data = response.referral_data.as_deref()?;
    let latin: Option<Vec<u8>> = name.chars().map(|c| u8::try_from(c).ok()).collect();
    let has = |part: &[u8]| !part.is_empty() && data.windows(part.len()).any(|at| at == part);
    let is_wrong = has(twice.as_bytes())
        || has("\u{fffd}".as_bytes())
        || latin.is_some_and(|latin| has(&latin) && std::str::from_utf8(data).is_err());
    is_wrong.then(|| Difference::new("referral_data", expected, describe(data)))
}

#[cfg(test)]
mod tests {
    use hyrouter_plugin_api::{ConnectResponse, PluginAnswer};

    use super::{NAMES, misread};
    use crate::check_run::ValidAnswer;
    use crate::requests::full;
    use crate::rules::AnswerRules;

    fn valid(response: ConnectResponse) -> ValidAnswer {
        let answer = PluginAnswer::from(response.clone());
        ValidAnswer {
            applied: AnswerRules::default().apply(&full(), &answer),
            response,
        }
    }

    #[test]
    fn a_name_in_another_encoding_is_found() {
        let name = "Zo\u{eb}";
        let carries = |data: &[u8]| {
            let response = ConnectResponse {
                referral_data: Some(data.to_vec()),
                ..ConnectResponse::default()
            };
            misread(name, &valid(response)).is_some()
        };
        assert!(carries("Zo\u{c3}\u{ab}!".as_bytes()));
        assert!(carries(b"<Zo\xeb>"));
        assert!(carries("Zo\u{fffd}".as_bytes()));
        assert!(!carries(name.as_bytes()));
        assert!(!carries(b"Zo\\u00eb"));
        assert!(misread(name, &valid(ConnectResponse::deny("Zo\u{c3}\u{ab}"))).is_some());
        assert!(misread(name, &valid(ConnectResponse::deny(name))).is_none());
        for (kind, name) in NAMES {
            assert!(
                misread(name, &valid(ConnectResponse::deny(*name))).is_none(),
                "{kind}"
            );
        }
    }
}
