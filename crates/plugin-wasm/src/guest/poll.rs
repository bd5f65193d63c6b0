//! `poll_oneoff`: a guest that sleeps, for as long as its call may last.

use std::time::Duration;

use wasmer::MemoryView;

use super::caller::{Caller, Env, errno, wait};
use super::host_state::Stop;

/// Maximum number of subscriptions of one call.
const MAX_SUBSCRIPTIONS: u32 = 64;
/// Bytes of a subscription: user data at 0, tag at 8, and of a clock its id at 16, time at 24, flags at 40.
const SUBSCRIPTION_LEN: usize = 48;
/// Bytes of an event: user data at 0, error at 8, type at 10.
const EVENT_LEN: usize = 32;
const CLOCK: u8 = 0;
/// Flag of an absolute time. Without it, the time counts from now.
const ABSOLUTE: u16 = 1;

/// Addresses and length of the guest's lists.
pub(super) struct Lists {
    pub(super) subscriptions_at: u32,
    pub(super) events_at: u32,
    pub(super) count: u32,
    pub(super) happened_at: u32,
}

struct Subscription {
    user_data: [u8; 8],
    tag: u8,
    /// Time from now, of a clock.
    after: Duration,
}

/// Waits for the first clock. A guest has no files, so a subscription to one is an error at once.
pub(super) fn poll(caller: &Caller, env: &Env<'_>, lists: &Lists) -> Result<i32, Stop> {
    if lists.count == 0 || lists.count > MAX_SUBSCRIPTIONS {
        return Ok(errno::INVAL);
    }
    let memory = caller.view(env);
    let subscriptions: Option<Vec<_>> = (0..lists.count)
        .map(|index| read(caller, &memory, lists.subscriptions_at, index))
        .collect();
    let Some(subscriptions) = subscriptions else {
        return Ok(errno::FAULT);
    };
    let has_file = subscriptions
        .iter()
        .any(|subscription| subscription.tag != CLOCK);
    let first = subscriptions
        .iter()
        .map(|subscription| subscription.after)
        .min();
    let waited = if has_file {
        Duration::ZERO
    } else {
        first.unwrap_or_default()
    };
    wait(caller, waited)?;

    let happened = subscriptions
        .iter()
        .filter(|subscription| subscription.tag != CLOCK || subscription.after <= waited);
    let mut bytes = Vec::new();
    let mut count: u32 = 0;
    for subscription in happened {
        bytes.extend_from_slice(&event(subscription));
        count += 1;
    }
    match caller.write(env, lists.events_at, &bytes) {
        errno::SUCCESS => Ok(caller.write(env, lists.happened_at, &count.to_le_bytes())),
        error => Ok(error),
    }
}

fn read(
    caller: &Caller,
    memory: &MemoryView<'_>,
    list_at: u32,
    index: u32,
) -> Option<Subscription> {
    let mut bytes = [0; SUBSCRIPTION_LEN];
    let at = u64::from(list_at) + u64::from(index) * SUBSCRIPTION_LEN as u64;
    memory.read(at, &mut bytes).ok()?;
    let clock = u32::from_le_bytes(bytes.get(16..20)?.try_into().ok()?);
    let time = u64::from_le_bytes(bytes.get(24..32)?.try_into().ok()?);
    let flags = u16::from_le_bytes(bytes.get(40..42)?.try_into().ok()?);
    let from_now = if flags & ABSOLUTE == 0 {
        time
    } else {
        time.saturating_sub(caller.now(clock))
    };
    Some(Subscription {
        user_data: bytes.get(..8)?.try_into().ok()?,
        tag: *bytes.get(8)?,
        after: Duration::from_nanos(from_now),
    })
}

fn event(subscription: &Subscription) -> [u8; EVENT_LEN] {
    let error = if subscription.tag == CLOCK {
        errno::SUCCESS
    } else {
        errno::BADF
    };
    let mut event = [0; EVENT_LEN];
    let fields = subscription
        .user_data
        .into_iter()
        .chain(error.to_le_bytes().into_iter().take(2))
        .chain([subscription.tag]);
    for (byte, value) in event.iter_mut().zip(fields) {
        *byte = value;
    }
    event
}
