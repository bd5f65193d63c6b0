//! `ClientReferral`, id 18: sends a client to another server.

use std::net::Ipv6Addr;

use crate::connect::MAX_REFERRAL_DATA;
use crate::error::{DecodeError, EncodeError};
use crate::field_slots::FieldSlots;
use crate::frame::write_frame;
use crate::host::HostAddress;
use crate::reader::Reader;
use crate::writer::{VarField, check_len, write_fields};

const HEAD: &str = "head of client_referral";
const HOST_TO: &str = "host_to";
const DATA: &str = "data";
const HEAD_LEN: usize = 9;

/// Packet that sends a client to another server, with data to present there. The same bytes in every generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientReferral<'a> {
    /// Target. A referral without it is possible on the wire, but useless.
    pub host_to: Option<HostAddress<'a>>,
    /// Data that the client sends as `referral_data` in its next Connect, at most [`MAX_REFERRAL_DATA`] bytes.
    pub data: Option<&'a [u8]>,
}

impl<'a> ClientReferral<'a> {
    /// Packet id, in every generation.
    pub const PACKET_ID: i32 = 18;

    /// Reads a payload, with its fields in any order.
    ///
    /// # Errors
    /// The payload is too short, or a field is not allowed.
    pub fn decode(payload: &'a [u8]) -> Result<Self, DecodeError> {
        let mut slots = FieldSlots::new(HEAD, payload, HEAD_LEN, false)?;
        let nulls = slots.head.u8(HEAD)?;
        let host_to = slots.optional(HOST_TO, nulls & 1 != 0, HostAddress::read)?;
        let data = slots.optional(DATA, nulls & 2 != 0, |reader: &mut Reader<'a>, field| {
            reader.bytes(field, MAX_REFERRAL_DATA)
        })?;
        Ok(Self { host_to, data })
    }

    /// Appends the payload, host before data: builds from 208 on read no other order. On an error `out` is unchanged.
    ///
    /// The host is written as it is, even if it is empty; [`encode_referral`] is stricter.
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if the host or the data is too long.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(host_to) = self.host_to {
            host_to.check(HOST_TO)?;
        }
        check_len(DATA, self.data.map_or(0, <[u8]>::len), MAX_REFERRAL_DATA)?;
        out.push(u8::from(self.host_to.is_some()) | u8::from(self.data.is_some()) << 1);
        write_fields(
            out,
            &[
                self.host_to.map(VarField::Host),
                self.data.map(VarField::Bytes),
            ],
        );
        Ok(())
    }
}

/// Appends a whole frame that sends a client to `host`, a name or an address of at most
/// [`MAX_HOST`](crate::MAX_HOST) bytes, and `port`.
///
/// An IPv6 address loses its brackets: the game makes an address of the bare text. An empty host and port 0 are
/// refused, as in the game's own API. On an error `out` is unchanged.
///
/// ```
/// use hyrouter_protocol::{ClientReferral, HEADER_LEN, HostAddress, encode_referral};
///
/// let mut out = Vec::new();
/// encode_referral("[2001:db8::7]", 5520, Some(b"hello"), &mut out)?;
///
/// let referral = ClientReferral::decode(&out[HEADER_LEN..])?;
/// assert_eq!(referral.host_to, Some(HostAddress { host: "2001:db8::7", port: 5520 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EncodeError::Empty`] or [`EncodeError::ZeroPort`] for a target that the game does not take,
/// [`EncodeError::TooLong`] if the host or the data is too long.
pub fn encode_referral(
    host: &str,
    port: u16,
    data: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let host = without_brackets(host);
    if host.is_empty() {
        return Err(EncodeError::Empty { field: HOST_TO });
    }
    if port == 0 {
        return Err(EncodeError::ZeroPort { field: HOST_TO });
    }
    let referral = ClientReferral {
        host_to: Some(HostAddress { host, port }),
        data,
    };
    write_frame(out, ClientReferral::PACKET_ID, |out| referral.encode(out))
}

/// Returns the address in `[address]`, if it is an IPv6 one, with or without a zone; any other text as it is.
fn without_brackets(host: &str) -> &str {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = inner.map(|inner| {
        inner
            .split_once('%')
            .map_or(inner, |(address, _zone)| address)
    });
    match (inner, address.map(str::parse::<Ipv6Addr>)) {
        (Some(inner), Some(Ok(_))) => inner,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::without_brackets;

    #[test]
    fn brackets_are_taken_from_ipv6_addresses_alone() {
        for (host, bare) in [
            ("[2001:db8::1]", "2001:db8::1"),
            ("[fe80::1%eth0]", "fe80::1%eth0"),
            ("2001:db8::1", "2001:db8::1"),
            ("[10.0.0.1]", "[10.0.0.1]"),
            ("[host]", "[host]"),
            ("[::1", "[::1"),
            ("[]", "[]"),
            ("play.example.com", "play.example.com"),
            ("", ""),
        ] {
            assert_eq!(without_brackets(host), bare);
        }
    }
}
