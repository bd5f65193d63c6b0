//! How a client is told to leave, which is not the same packet in all builds.

mod packets;

pub use packets::{
    ClientDisconnect, ClientDisconnectReason, Disconnect, DisconnectType, ServerDisconnect,
};

use crate::alpn::alpn_version;
use crate::builds::ClientBuild;
use crate::error::EncodeError;
use crate::formatted::{FormattedLayout, FormattedMessage};
use crate::frame::write_frame;

/// The packet that a client understands as "leave".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisconnectForm {
    /// [`Disconnect`], id 1, with the reason as plain text: g1 and builds up to 20, and 21 to 28, of which nothing is
    /// known.
    Plain,
    /// [`ServerDisconnect`], id 2, with the reason as a message of that layout: builds from 29 on.
    Formatted(FormattedLayout),
    /// [`ServerDisconnect`], id 2, without a reason, which is the same two bytes in every build from 29 on: for
    /// builds of which the layout of a message is not known. A message in the wrong layout would be a broken packet,
    /// so no text at all is the safe choice.
    Bare,
}

impl DisconnectForm {
    /// The form for a client, by its build, or by the negotiated ALPN name when its Connect could not be decoded:
    /// `hytale/1` means [`Plain`](Self::Plain), any other and none [`Bare`](Self::Bare).
    ///
    /// ```
    /// use hyrouter_protocol::{ClientBuild, DisconnectForm, FormattedLayout};
    ///
    /// let form = DisconnectForm::for_client(Some(b"hytale/2"), ClientBuild::Number(100));
    /// assert_eq!(form, DisconnectForm::Formatted(FormattedLayout::Fm39));
    /// ```
    #[must_use]
    pub fn for_client(alpn: Option<&[u8]>, build: ClientBuild) -> Self {
        match build.rules() {
            Some(rules) => rules.disconnect,
            None if alpn.and_then(alpn_version) == Some(1) => Self::Plain,
            None => Self::Bare,
        }
    }
}

/// Appends a whole frame that tells a client to leave and, if the form can carry it, why.
///
/// In the [`Bare`](DisconnectForm::Bare) form the reason is dropped: there is no way to write it that such a client is
/// known to read. The reason may have [`MAX_TEXT`](crate::MAX_TEXT) bytes; on an error `out` is unchanged.
pub fn encode_disconnect(
    form: DisconnectForm,
    reason: Option<&str>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let kind = DisconnectType::Disconnect;
    let (layout, reason) = match form {
        DisconnectForm::Plain => {
            let packet = Disconnect { kind, reason };
            return write_frame(out, Disconnect::PACKET_ID, |out| packet.encode(out));
        }
        DisconnectForm::Formatted(layout) => (Some(layout), reason.map(FormattedMessage::text)),
        DisconnectForm::Bare => (None, None),
    };
    let packet = ServerDisconnect { kind, reason };
    write_frame(out, ServerDisconnect::PACKET_ID, |out| {
        packet.encode(layout, out)
    })
}
