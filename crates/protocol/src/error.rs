//! Errors in received bytes and in values to be sent.
//!
//! There are three enums, because a caller handles each differently: a [`FrameError`] ends the connection, a
//! [`DecodeError`] leads to a text for the player, an [`EncodeError`] is a fault of the caller. All are plain data
//! without a copy of the peer's bytes, so building one costs nothing and printing one leaks nothing.

use crate::builds::{ClientBuild, Generation};
use crate::frame::MAX_PAYLOAD;

/// A frame header that no peer of good will sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The length is a signed integer on the wire, and this one is below zero.
    #[error("frame length {0} is negative")]
    NegativeLength(i32),
    /// The payload is longer than this reader takes.
    #[error("frame of {len} bytes, at most {limit} are allowed")]
    TooLong {
        /// Payload bytes that the header announces.
        len: usize,
        /// Payload bytes that are allowed.
        limit: usize,
    },
    /// Packet ids start at 0.
    #[error("packet id {0} is negative")]
    NegativeId(i32),
    /// The first packet of a client must be Connect, id 0.
    #[error("first packet has id {0}, only Connect (0) may come first")]
    NotConnect(i32),
}

/// A payload that is not the packet it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The payload ends before the field does.
    #[error("{field} needs {needed} bytes, {have} are left")]
    Truncated {
        /// Field or block that was read.
        field: &'static str,
        /// Bytes that it takes.
        needed: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// A slot points outside of the variable block.
    #[error("{field} is at offset {offset} of a block of {len} bytes")]
    OffsetOutOfRange {
        /// Field of the slot.
        field: &'static str,
        /// Offset in the slot.
        offset: i32,
        /// Length of the variable block; an offset may be 0 up to and including it.
        len: usize,
    },
    /// A slot of a strict layout (builds from 208 on), which allows one single value, has another value.
    #[error("{field} is at offset {offset}, the canonical one is {expected}")]
    NotCanonical {
        /// Field of the slot.
        field: &'static str,
        /// Offset in the slot.
        offset: i32,
        /// Required offset: the end of the field before, or -1 for an absent field.
        expected: i32,
    },
    /// A length of more than five bytes, or above `i32::MAX`, which is a negative number to the game.
    #[error("length of {field} is longer than five bytes or above 2147483647")]
    BadVarint {
        /// Field of this length.
        field: &'static str,
    },
    /// A length with needless leading zero groups, which a strict layout refuses.
    #[error("length of {field} is not in its shortest form")]
    NonMinimalVarint {
        /// Field of this length.
        field: &'static str,
    },
    /// The field is longer than the game allows.
    #[error("{field} has {len} bytes, at most {limit} are allowed")]
    TooLong {
        /// Field that was read.
        field: &'static str,
        /// Bytes that it announces.
        len: usize,
        /// Bytes that are allowed.
        limit: usize,
    },
    /// Text that is not well-formed UTF-8.
    #[error("{field} is not UTF-8 from byte {at} on")]
    NotUtf8 {
        /// Field that was read.
        field: &'static str,
        /// Position of the first bad byte in the field.
        at: usize,
    },
    /// A byte of 0x80 or above in a field of ASCII text.
    #[error("{field} is not ASCII at byte {at}")]
    NotAscii {
        /// Field that was read.
        field: &'static str,
        /// Position of the first bad byte in the field.
        at: usize,
    },
    /// A number that is no value of its enumeration.
    #[error("{field} is {value}, at most {max} is known")]
    UnknownValue {
        /// Field that was read.
        field: &'static str,
        /// The value found.
        value: u8,
        /// The highest value that exists.
        max: u8,
    },
    /// A message of unknown layout, so that nothing in it can be found.
    #[error("{field} is present, but the layout of a message of this build is unknown")]
    UnknownLayout {
        /// Field that was read.
        field: &'static str,
    },
}

/// A value that has no form on the wire. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The field is longer than the game allows.
    #[error("{field} has {len} bytes, at most {limit} are allowed")]
    TooLong {
        /// Field that was to be written.
        field: &'static str,
        /// Bytes that it has.
        len: usize,
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The field takes ASCII text only, and none with a NUL where NUL is the padding.
    #[error("{field} must be ASCII without NUL")]
    NotAscii {
        /// Field that was to be written.
        field: &'static str,
    },
    /// A protocol hash is 1 to 64 hexadecimal digits; anything else is not told from a build number.
    #[error("protocol_hash must be 1 to 64 hexadecimal digits")]
    BadHash,
    /// The field must not be empty.
    #[error("{field} must not be empty")]
    Empty {
        /// Field that was to be written.
        field: &'static str,
    },
    /// Nothing listens on port 0; the game takes 1 to 65535.
    #[error("{field} must not be 0")]
    ZeroPort {
        /// Field that was to be written.
        field: &'static str,
    },
    /// The generation needs the field.
    #[error("a Connect of {generation} must have {field}")]
    Missing {
        /// Field that is absent.
        field: &'static str,
        /// Generation of the packet.
        generation: Generation,
    },
    /// The generation has no place for the field.
    #[error("a Connect of {generation} cannot have {field}")]
    Unexpected {
        /// Field that is present.
        field: &'static str,
        /// Generation of the packet.
        generation: Generation,
    },
    /// No client of this build writes this generation, so no server would read it as such.
    #[error("{build} does not write a Connect of {generation}")]
    WrongGeneration {
        /// Generation of the packet.
        generation: Generation,
        /// Build in the packet.
        build: ClientBuild,
    },
    /// A reason was given, but the layout of the message that carries it is not known.
    #[error("{field} is present, but the layout of a message of this build is unknown")]
    UnknownLayout {
        /// Field that was to be written.
        field: &'static str,
    },
    /// The packet id is negative; see [`FrameError::NegativeId`].
    #[error("packet id {0} is negative")]
    NegativeId(i32),
    /// The payload does not fit into a frame.
    #[error("payload of {len} bytes, a frame holds {MAX_PAYLOAD}")]
    FrameTooLong {
        /// Bytes of the payload.
        len: usize,
    },
}
