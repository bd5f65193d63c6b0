//! Frames and handshake packets of every Hytale protocol generation: bytes in, values out.
//!
//! No I/O, no clock, no async: what a front door needs to read the first packet of a client and to answer it, and what
//! a test client needs to be one. Nothing that a peer sends makes it panic, and nothing is allocated on its word.
//!
//! The game has had four layouts of [`Connect`] ([`Generation`]) and four of the packet that tells a client to leave
//! ([`DisconnectForm`]). One table, [`builds`], has the layouts of each build.
//!
//! ```
//! use hyrouter_protocol::{ClientBuild, Connect, DisconnectForm, FrameReader, encode_disconnect, encode_referral};
//!
//! fn answer(received: &[u8], alpn: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
//!     let mut reader = FrameReader::first_connect();
//!     reader.push(received);
//!     let frame = reader.next_frame()?.ok_or("not all there yet")?;
//!     let mut out = Vec::new();
//!     match Connect::decode(frame.payload, Some(alpn)) {
//!         Ok(_connect) => encode_referral("lobby.example.com", 5520, Some(b"hello"), &mut out)?,
//!         Err(_) => {
//!             let form = DisconnectForm::for_client(Some(alpn), ClientBuild::Unknown);
//!             encode_disconnect(form, Some("What was that?"), &mut out)?;
//!         }
//!     }
//!     Ok(out)
//! }
//!
//! let hello = [4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4];
//! assert_eq!(answer(&hello, b"hytale/3").unwrap(), [2, 0, 0, 0, 2, 0, 0, 0, 0, 0]);
//! ```
//!
//! The feature `json` adds the module `json`: packets as JSON lines, for tools and test vectors. Off by default.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod alpn;
pub mod builds;
mod connect;
mod disconnect;
mod error;
mod field_slots;
mod formatted;
pub mod frame;
mod host;
#[cfg(feature = "json")]
pub mod json;
mod reader;
mod referral;
mod writer;

pub use alpn::alpn_version;
pub use builds::{ClientBuild, Generation, UnknownGeneration};
pub use connect::{
    ClientType, Connect, ConnectBuf, MAX_IDENTITY_TOKEN, MAX_REFERRAL_DATA, MAX_USERNAME, Protocol,
};
pub use disconnect::{
    ClientDisconnect, ClientDisconnectReason, Disconnect, DisconnectForm, DisconnectType,
    ServerDisconnect, encode_disconnect,
};
pub use error::{DecodeError, EncodeError, FrameError};
pub use formatted::{FormattedLayout, FormattedMessage, MAX_TEXT};
pub use frame::{
    Frame, FrameHeader, FrameReader, HEADER_LEN, MAX_CONNECT_PAYLOAD, MAX_PAYLOAD, write_frame,
};
pub use host::{HostAddress, MAX_HOST};
pub use referral::{ClientReferral, encode_referral};
