use std::time::SystemTime;

use crate::{Envelope, Expectation, OpenError, Statement, VerifyingKeys};

/// Opens an envelope. Returns what it states if it is well formed, signed by one of the `keys`, valid now, and meant
/// for this target and player.
///
/// A [`ReplayGuard`](crate::ReplayGuard) refuses envelopes that were shown before.
///
/// # Errors
/// The first check that fails, in the order of the variants of [`OpenError`].
pub fn open<'a>(
    bytes: &'a [u8],
    keys: &VerifyingKeys,
    expectation: &Expectation<'_>,
    now: SystemTime,
) -> Result<Statement<'a>, OpenError> {
    let envelope = Envelope::parse(bytes)?;
    envelope.verify(keys, now)?;
    expectation.check(envelope.statement(), now)?;
    Ok(*envelope.statement())
}
