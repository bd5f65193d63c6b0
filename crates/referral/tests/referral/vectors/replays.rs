//! What a replay guard admits.

use super::file::{Replay, Step};
use super::make::T;

const OK: &str = "ok";
const REPLAYED: &str = "replayed";
const FULL: &str = "replay_guard_full";

pub(crate) fn replays() -> Vec<Replay> {
    let mut all = remembered();
    all.extend(forgotten());
    all.push(nonces_differ_in_a_byte());
    all
}

/// A guard and its steps: a byte that the nonce is made of, when it expires, the clock, the result.
fn replay(name: &str, capacity: usize, steps: &[(u8, u64, u64, &str)]) -> Replay {
    Replay {
        name: name.to_owned(),
        capacity,
        steps: steps
            .iter()
            .map(|&(nonce, expires_at, now, result)| Step {
                nonce: hex::encode([nonce; 16]),
                expires_at: T + expires_at,
                now: T + now,
                result: result.to_owned(),
            })
            .collect(),
    }
}

fn remembered() -> Vec<Replay> {
    vec![
        replay(
            "twice",
            10,
            &[
                (1, 1000, 0, OK),
                (1, 1000, 0, REPLAYED),
                (1, 1000, 500, REPLAYED),
            ],
        ),
        replay(
            "others",
            10,
            &[
                (1, 1000, 0, OK),
                (2, 1000, 0, OK),
                (1, 1000, 1, REPLAYED),
                (2, 1000, 1, REPLAYED),
            ],
        ),
        replay(
            "until_it_expires",
            10,
            &[
                (1, 1000, 0, OK),
                (1, 1000, 999, REPLAYED),
                (1, 2000, 1000, OK),
                (1, 2000, 1001, REPLAYED),
            ],
        ),
        replay(
            "full",
            2,
            &[
                (1, 1000, 0, OK),
                (2, 2000, 0, OK),
                (3, 3000, 0, FULL),
                (1, 1000, 0, REPLAYED),
                (3, 3000, 999, FULL),
                (3, 3000, 1000, OK),
                (4, 4000, 1000, FULL),
                (2, 2000, 1999, REPLAYED),
            ],
        ),
        replay(
            "shortest_lived_first",
            3,
            &[
                (1, 3000, 0, OK),
                (2, 1000, 0, OK),
                (3, 2000, 0, OK),
                (4, 4000, 1000, OK),
                (5, 4000, 1999, FULL),
                (5, 4000, 2000, OK),
                (1, 3000, 2000, REPLAYED),
            ],
        ),
        replay(
            "all_at_once",
            2,
            &[
                (1, 1000, 0, OK),
                (2, 1000, 0, OK),
                (3, 2000, 1000, OK),
                (4, 2000, 1000, OK),
                (5, 2000, 1000, FULL),
            ],
        ),
        replay("no_room_at_all", 0, &[(1, 1000, 0, FULL)]),
    ]
}

/// What a clock that is set back finds.
fn forgotten() -> Vec<Replay> {
    vec![
        // The guard cannot distinguish a forgotten nonce from a new one. It refuses each envelope that expires no later
        // than a forgotten one. While the clock runs forward, all of these have expired anyway.
        replay(
            "clock_goes_back",
            10,
            &[
                (1, 1000, 0, OK),
                (2, 3000, 1000, OK),
                (1, 1000, 999, REPLAYED),
                (3, 1000, 999, REPLAYED),
                (4, 1001, 999, OK),
            ],
        ),
        // Of all that was forgotten, the latest expiry counts.
        replay(
            "latest_of_what_was_forgotten",
            4,
            &[
                (1, 100, 0, OK),
                (2, 200, 0, OK),
                (3, 900, 150, OK),
                (4, 900, 250, OK),
                (2, 200, 160, REPLAYED),
                (5, 201, 160, OK),
            ],
        ),
        // Something was forgotten at 150 that expired at 100, so 120 is not too early.
        replay(
            "forgotten_is_an_expiry_not_the_clock",
            4,
            &[(1, 100, 0, OK), (2, 900, 150, OK), (3, 120, 110, OK)],
        ),
        // A guard that forgets one for each call has not come to the second.
        replay(
            "all_that_expired_is_forgotten_at_once",
            8,
            &[
                (1, 100, 0, OK),
                (2, 110, 0, OK),
                (3, 900, 200, OK),
                (4, 105, 50, REPLAYED),
            ],
        ),
    ]
}

/// Each byte of the nonce counts.
fn nonces_differ_in_a_byte() -> Replay {
    let step = |nonce: [u8; 16], result: &str| Step {
        nonce: hex::encode(nonce),
        expires_at: T + 100,
        now: T,
        result: result.to_owned(),
    };
    let mut steps = vec![step([0; 16], OK)];
    for index in 0..16 {
        let mut nonce = [0; 16];
        nonce[index] = 1;
        steps.push(step(nonce, OK));
    }
    steps.push(step([0; 16], REPLAYED));
    Replay {
        name: "nonces_differ_in_a_byte".to_owned(),
        capacity: steps.len(),
        steps,
    }
}
