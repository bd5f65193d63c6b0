//! The same request again, many calls, calls at the same time, and calls that end early.

use std::time::Duration;

use hyrouter_plugin_api::ConnectResponse;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::CheckInput;
use super::known_answers::KnownAnswers;
use crate::asker::SuiteCall;
use crate::check_run::CheckRun;
use crate::comparison::compare;
use crate::requests;
use crate::suite_request::SuiteRequest;

/// Maximum time of the check `many calls`, for a plugin that is slow.
const MANY_CALLS_TIME: Duration = Duration::from_secs(20);
/// Number of times that all parallel calls are made.
const ROUNDS: usize = 4;
/// Number of different players that many calls are about.
const MANY_PLAYERS: usize = 16;
/// Deadline of a call that the router gives up, and the number of such calls.
const SHORT: Duration = Duration::from_millis(1);
const GIVEN_UP: usize = 4;

pub(super) async fn same_answer(run: &mut CheckRun<'_>, input: &CheckInput) {
    let players = requests::PLAYERS.iter().map(|name| {
        let mut request = requests::full();
        requests::rename(&mut request, name);
        SuiteRequest::new(format!("player {name}"), request)
    });
    let mut known = KnownAnswers::default();
    for question in players.chain(input.questions.iter().cloned()) {
        let Some(first) = run.ask(&question).await else {
            return;
        };
        let again = run.ask_again(&question).await;
        run.find_varying(&first.response, &again);
        known.add(question, &again);
    }
    known.ask_in_turn(run).await;
}

/// Asks each question once, alone.
async fn ask_alone(
    run: &mut CheckRun<'_>,
    questions: Vec<SuiteRequest>,
) -> Option<Vec<(SuiteRequest, ConnectResponse)>> {
    let mut known = Vec::new();
    for question in questions {
        let answer = run.ask(&question).await?;
        known.push((question, answer.response));
    }
    Some(known)
}

fn players(count: usize) -> impl Iterator<Item = SuiteRequest> {
    (0..count).map(|number| {
        let request = requests::player(number);
        let name = request.event.username.clone().unwrap_or_default();
        SuiteRequest::new(format!("player {name}"), request)
    })
}

pub(super) async fn many_calls(run: &mut CheckRun<'_>, input: &CheckInput) {
    let questions = players(MANY_PLAYERS).chain(input.questions.iter().cloned());
    let Some(known) = ask_alone(run, questions.collect()).await else {
        return;
    };
    let count = input.calls.get();
    let begun = Instant::now();
    for (call, (question, expected)) in (1..=count).zip(known.iter().cycle()) {
        if begun.elapsed() >= MANY_CALLS_TIME {
            let (made, seconds) = (call - 1, MANY_CALLS_TIME.as_secs());
            let note =
                format!("stopped after {made} calls of {count}, because {seconds} s were over");
            run.notes.push(note);
            return;
        }
        let asked = run.asker.ask(question).await;
        let name = format!(
            "call {call} of {count} (call {} of this run), {}",
            asked.number, question.name
        );
        let is_same = run.judge_same(question, expected, question, &name, asked);
        if !is_same.await {
            return;
        }
    }
    run.notes.push(format!("{count} calls"));
}

pub(super) async fn parallel_calls(run: &mut CheckRun<'_>, input: &CheckInput) {
    let count = input.parallel.get();
    let questions = input.questions.iter().cloned().chain(players(count));
    let Some(known) = ask_alone(run, questions.take(count).collect()).await else {
        return;
    };
    for round in 1..=ROUNDS {
        let mut calls = JoinSet::new();
        for (at, (question, _)) in known.iter().enumerate() {
            let (asker, question) = (run.asker.clone(), question.clone());
            calls.spawn(async move { (at, asker.ask(&question).await) });
        }
        let mut answers = calls.join_all().await;
        answers.sort_unstable_by_key(|(at, _)| *at);
        for (at, asked) in answers {
            let Some((question, expected)) = known.get(at) else {
                continue;
            };
            let of = mixed_up(&known, at, &asked);
            let name = format!(
                "{}, one of {count} calls at the same time, round {round}{of}",
                question.name
            );
            run.judge_same(question, expected, question, &name, asked)
                .await;
        }
        if run.has_failed() {
            return;
        }
    }
    run.notes.push(format!("{count} at a time, {ROUNDS} times"));
}

/// Names the player whose answer another one got.
fn mixed_up(known: &[(SuiteRequest, ConnectResponse)], at: usize, asked: &SuiteCall) -> String {
    let Ok(answer) = &asked.answer else {
        return String::new();
    };
    let own = known.get(at).map(|(_, response)| response);
    if own.is_some_and(|own| compare(own, &answer.response).is_empty()) {
        return String::new();
    }
    let mut others = known
        .iter()
        .filter(|(_, response)| *response == answer.response);
    match others.next() {
        Some((other, _)) => format!(", which got the answer of {}", other.name),
        None => String::new(),
    }
}

pub(super) async fn deadline(run: &mut CheckRun<'_>) {
    let question = SuiteRequest::new("", requests::full());
    let Some(before) = run.ask(&question).await else {
        return;
    };
    for _ in 0..GIVEN_UP {
        // Whether it is answered within that time does not matter.
        let _ = run.asker.ask_within(&question, SHORT).await;
    }
    let asked = run.asker.ask(&question).await;
    let name = format!("after {GIVEN_UP} calls with a deadline of 1 ms");
    run.judge_same(&question, &before.response, &question, &name, asked)
        .await;
}
