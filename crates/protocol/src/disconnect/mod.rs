//! Packets that end a connection: id 1 of old in both directions, and the pair that replaced it with build 29.

mod client_disconnect;
#[expect(
    clippy::module_inception,
    reason = "the packet of this name is one of several in the module"
)]
mod disconnect;
mod disconnect_type;
mod server_disconnect;

pub use client_disconnect::{ClientDisconnect, ClientDisconnectReason};
pub use disconnect::Disconnect;
pub use disconnect_type::DisconnectType;
pub use server_disconnect::ServerDisconnect;

use crate::alpn::alpn_version;
use crate::builds::ClientBuild;
use crate::error::EncodeError;
use crate::formatted::{FormattedLayout, FormattedMessage};
use crate::frame::write_frame;

/// Packet that a client understands as "leave".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisconnectForm {
    /// [`Disconnect`], id 1, with the reason as plain text: g1 and builds up to 20, and the unknown builds 21 to 28.
    Plain,
    /// [`ServerDisconnect`], id 2, with the reason as a message of that layout: builds from 29 on.
    Formatted(FormattedLayout),
    /// [`ServerDisconnect`], id 2, without a reason: the same two bytes in every build from 29 on. For builds with an
    /// unknown message layout. A message in the wrong layout would be a broken packet, so no text at all is the safe
    /// choice.
    Bare,
}

impl DisconnectForm {
    /// Returns the form for a client, by its build, or by the negotiated ALPN name when its Connect could not be
    /// decoded: `hytale/1` means [`Plain`](Self::Plain), any other and none [`Bare`](Self::Bare).
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
/// known to read. On an error `out` is unchanged.
///
/// # Errors
/// [`EncodeError::TooLong`] if the reason has more than [`MAX_TEXT`](crate::MAX_TEXT) bytes.
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
