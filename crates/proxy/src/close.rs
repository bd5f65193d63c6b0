//! Application close codes, as the game's own server uses them.

use quinn::VarInt;

/// Nothing went wrong.
pub(crate) const NO_ERROR: VarInt = VarInt::from_u32(0);
/// Too many connections of one source.
pub(crate) const RATE_LIMITED: VarInt = VarInt::from_u32(1);
/// The first frame is not one that any version of the game begins with.
pub(crate) const INVALID_VERSION: VarInt = VarInt::from_u32(3);
/// `Connect` did not come in time.
pub(crate) const TIMEOUT: VarInt = VarInt::from_u32(4);
