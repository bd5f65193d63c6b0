//! What a replay guard admits.

use crate::file::{Replay, Step};
use crate::make::T;

pub(crate) fn replays() -> Vec<Replay> {
    let replay = |name: &str, capacity, steps: &[(u8, u64, u64, &str)]| Replay {
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
    };
    let (ok, replayed, full) = ("ok", "replayed", "replay_guard_full");
    vec![
        replay(
            "twice",
            10,
            &[
                (1, 1000, 0, ok),
                (1, 1000, 0, replayed),
                (1, 1000, 500, replayed),
            ],
        ),
        replay(
            "others",
            10,
            &[
                (1, 1000, 0, ok),
                (2, 1000, 0, ok),
                (1, 1000, 1, replayed),
                (2, 1000, 1, replayed),
            ],
        ),
        replay(
            "until_it_expires",
            10,
            &[
                (1, 1000, 0, ok),
                (1, 1000, 999, replayed),
                (1, 2000, 1000, ok),
                (1, 2000, 1001, replayed),
            ],
        ),
        replay(
            "full",
            2,
            &[
                (1, 1000, 0, ok),
                (2, 2000, 0, ok),
                (3, 3000, 0, full),
                (1, 1000, 0, replayed),
                (3, 3000, 999, full),
                (3, 3000, 1000, ok),
                (4, 4000, 1000, full),
                (2, 2000, 1999, replayed),
            ],
        ),
        replay(
            "shortest_lived_first",
            3,
            &[
                (1, 3000, 0, ok),
                (2, 1000, 0, ok),
                (3, 2000, 0, ok),
                (4, 4000, 1000, ok),
                (5, 4000, 1999, full),
                (5, 4000, 2000, ok),
                (1, 3000, 2000, replayed),
            ],
        ),
        replay(
            "all_at_once",
            2,
            &[
                (1, 1000, 0, ok),
                (2, 1000, 0, ok),
                (3, 2000, 1000, ok),
                (4, 2000, 1000, ok),
                (5, 2000, 1000, full),
            ],
        ),
        replay("no_room_at_all", 0, &[(1, 1000, 0, full)]),
        // What was forgotten can not be told from what was never seen, so the guard refuses all that expires no later
        // than something that it has forgotten. While time goes forward all of that has expired anyway.
        replay(
            "clock_goes_back",
            10,
            &[
                (1, 1000, 0, ok),
                (2, 3000, 1000, ok),
                (1, 1000, 999, replayed),
                (3, 1000, 999, replayed),
                (4, 1001, 999, ok),
            ],
        ),
    ]
}
