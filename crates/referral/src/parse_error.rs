use crate::MAX_ENVELOPE;
use crate::layout::{EnvelopeHeader, MAX_HOST, VERSION};

/// Bytes are not an envelope of version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// They do not start with the magic and a version: referral data of another kind.
    #[error("not an envelope: it does not start with HYRP and a version")]
    Magic,
    /// The version is another one.
    #[error("the envelope is of version {version}, not {VERSION}")]
    Version {
        /// The version byte.
        version: u8,
    },
    /// They are longer than [`MAX_ENVELOPE`].
    #[error("the envelope has {len} bytes; at most {MAX_ENVELOPE} are allowed")]
    TooLong {
        /// Number of bytes.
        len: usize,
    },
    /// They end inside the header.
    #[error(
        "the envelope has {len} bytes; the header alone takes {}",
        EnvelopeHeader::LEN
    )]
    TooShort {
        /// Number of bytes.
        len: usize,
    },
    /// The kind is neither referral nor ticket.
    #[error("kind {kind} of an envelope is unknown; 1 (referral) and 2 (ticket) are known")]
    Kind {
        /// The kind byte.
        kind: u8,
    },
    /// A flag other than bits 0, 1 and 2 is set.
    #[error(
        "envelope flags {flags:#04x} hold an unknown bit; only 0 (player known), 1 (certificate known) and 2 (player \
         verified) are known"
    )]
    Flags {
        /// The flags byte.
        flags: u8,
    },
    /// The player is verified by the flags, which do not know a player.
    #[error("envelope flags {flags:#04x} say that a player is verified and that none is known")]
    Verified {
        /// The flags byte.
        flags: u8,
    },
    /// The algorithm is neither of the two.
    #[error(
        "algorithm {algorithm} of an envelope is unknown; 1 (hmac-sha256) and 2 (ed25519) are known"
    )]
    Algorithm {
        /// The algorithm byte.
        algorithm: u8,
    },
    /// The target host is too long.
    #[error("the target host of the envelope has {len} bytes; at most {MAX_HOST} are allowed")]
    HostTooLong {
        /// Length by the header in bytes.
        len: u16,
    },
    /// They are not as long as the header says.
    #[error("the envelope has {len} bytes; its header says {expected}")]
    Length {
        /// Number of bytes.
        len: usize,
        /// Number of bytes by the header.
        expected: usize,
    },
    /// The player is not known by the flags, and there are bytes of one.
    #[error("the envelope holds a player, and its flags say that it knows none")]
    Player,
    /// The certificate is not known by the flags, and there are bytes of one.
    #[error("the envelope holds a certificate, and its flags say that it knows none")]
    Certificate,
    /// A text is not UTF-8.
    #[error("the {of} of the envelope is not UTF-8")]
    Text {
        /// `host`, `route` or `source`.
        of: &'static str,
    },
    /// A referral leads nowhere.
    #[error("the envelope is a referral without a host or with port 0")]
    Target,
    /// The envelope expires when it is issued or before.
    #[error("the envelope expires before it is issued, or at once")]
    Lifetime,
    /// A time is later than this system can represent. Unix represents all of them.
    #[error("the envelope holds a time that is too far ahead for this system")]
    Time,
}
