//! Counts the frames that a server sends against those that its answers need.

use tokio::time::Instant;

/// Number of frames that are allowed without calls and time. HTTP/2 needs about six at the start.
const BURST: u64 = 4_096;
/// Number of frames that each call allows. A response has three, and servers add at most a window update, a ping and a
/// reset.
const PER_CALL: u64 = 64;
/// Number of frames that each second allows: pings between calls.
const PER_SECOND: u64 = 100;
/// Number of bytes of a frame that count as one more frame, since large frames that are not read are a flood too.
const PER_FRAME: u64 = 4_096;
/// Length in bytes of the head of a frame: its length in three bytes, its type, flags, and stream.
const HEAD: usize = 9;
/// Type of the frames that carry responses. The flow control window bounds their size.
const DATA: u8 = 0;

/// Counts frames against the number that calls and time allow. Reads only the heads of frames.
#[derive(Debug)]
pub(super) struct FloodMeter {
    left: u64,
    calls: u64,
    paid_at: Option<Instant>,
    head: [u8; HEAD],
    in_head: usize,
    /// Bytes of the payload that were not read yet.
    payload: u64,
}

impl FloodMeter {
    pub(super) fn new(calls: u64) -> Self {
        Self {
            left: BURST,
            calls,
            paid_at: None,
            head: [0; HEAD],
            in_head: 0,
            payload: 0,
        }
    }

    /// Returns whether these bytes, read after this number of calls, are within the limit.
    pub(super) fn see(&mut self, mut bytes: &[u8], calls: u64, now: Instant) -> bool {
        self.pay(calls, now);
        while !bytes.is_empty() {
            let skipped = usize::try_from(self.payload).unwrap_or(usize::MAX);
            let skipped = skipped.min(bytes.len());
            self.payload -= skipped as u64;
            bytes = bytes.get(skipped..).unwrap_or_default();
            if let [byte, rest @ ..] = bytes {
                if let Some(place) = self.head.get_mut(self.in_head) {
                    *place = *byte;
                }
                bytes = rest;
                self.in_head += 1;
                if self.in_head == HEAD && !self.frame() {
                    return false;
                }
            }
        }
        true
    }

    /// Counts a frame whose head is complete. Returns whether it is within the limit.
    fn frame(&mut self) -> bool {
        let [b2, b1, b0, kind, ..] = self.head;
        self.payload = u64::from(u32::from_be_bytes([0, b2, b1, b0]));
        self.in_head = 0;
        let size = if kind == DATA {
            0
        } else {
            self.payload / PER_FRAME
        };
        let left = self.left.checked_sub(1 + size);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    fn pay(&mut self, calls: u64, now: Instant) {
        let called = calls.saturating_sub(self.calls);
        self.calls = calls;
        let paid_at = *self.paid_at.get_or_insert(now);
        let seconds = now.saturating_duration_since(paid_at).as_secs();
        if seconds > 0 {
            self.paid_at = Some(now);
        }
        let paid = called
            .saturating_mul(PER_CALL)
            .saturating_add(seconds.saturating_mul(PER_SECOND));
        self.left = self.left.saturating_add(paid).min(BURST.max(paid));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn frame(kind: u8, len: usize) -> Vec<u8> {
        let [_, b2, b1, b0] = u32::try_from(len).unwrap().to_be_bytes();
        let mut frame = vec![b2, b1, b0, kind, 0, 0, 0, 0, 0];
        frame.resize(HEAD + len, 0xff);
        frame
    }

    /// Returns the number of frames that are accepted, when read in pieces of `piece` bytes.
    fn taken(flood: &mut FloodMeter, frame: &[u8], piece: usize, now: Instant) -> u64 {
        for count in 0.. {
            let mut pieces = frame.chunks(piece);
            if !pieces.all(|piece| flood.see(piece, 0, now)) || count > 2 * BURST {
                return count;
            }
        }
        0
    }

    #[test]
    fn unsolicited_frames_of_any_type_are_bounded() {
        let now = Instant::now();
        for kind in [DATA, 2, 3, 4, 6, 7, 8, 0xee] {
            for (len, piece) in [(0, 1), (8, 5), (8, 1000)] {
                let taken = taken(&mut FloodMeter::new(0), &frame(kind, len), piece, now);
                assert_eq!(taken, BURST, "{kind} {len} {piece}");
            }
        }
        let large = taken(&mut FloodMeter::new(0), &frame(6, 16_384), 10_000, now);
        assert_eq!(large, BURST / 5);
        let data = taken(&mut FloodMeter::new(0), &frame(DATA, 16_384), 10_000, now);
        assert_eq!(data, BURST);
    }

    #[test]
    fn calls_and_time_allow_frames() {
        let start = Instant::now();
        let mut flood = FloodMeter::new(7);
        let answer = [frame(1, 100), frame(DATA, 300), frame(1, 20), frame(8, 4)].concat();
        for call in 8..10_000 {
            assert!(flood.see(&answer, call, start));
        }
        let ping = frame(6, 8);
        let mut flood = FloodMeter::new(0);
        for second in 0..10_000 {
            let now = start + Duration::from_secs(second);
            for _ in 0..50 {
                assert!(flood.see(&ping, 0, now));
            }
        }
        let now = start + Duration::from_hours(24);
        assert!(taken(&mut flood, &ping, 17, now) <= BURST.max(24 * 3600 * PER_SECOND));
    }
}
