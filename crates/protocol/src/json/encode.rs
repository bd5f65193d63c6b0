//! Fields to bytes.

use serde::Deserialize;

use super::fields::{
    ClientDisconnectFields, ConnectFields, DisconnectFields, HexBytes, HostFields, ReferralFields,
};
use super::{Line, LineError, Success};
use crate::builds::Generation;
use crate::disconnect::{
    ClientDisconnect, ClientDisconnectReason, Disconnect, DisconnectType, ServerDisconnect,
};
use crate::formatted::FormattedMessage;
use crate::referral::ClientReferral;

pub(super) fn encode(line: &Line) -> Result<Success, LineError> {
    let mut out = Vec::new();
    match line.text("kind")? {
        "connect" => {
            let fields: ConnectFields<'_> = fields(line)?;
            fields.connect(generation(line)?)?.encode(&mut out)?;
        }
        "disconnect" => {
            let fields: DisconnectFields<'_> = fields(line)?;
            if let Some(value) = fields.message_id {
                return Err(LineError::UnknownValue {
                    field: "message_id",
                    value: value.into_owned(),
                });
            }
            let packet = Disconnect {
                kind: disconnect_type(fields.kind)?,
                reason: fields.reason.as_deref(),
            };
            packet.encode(&mut out)?;
        }
        "server_disconnect" => {
            let fields: DisconnectFields<'_> = fields(line)?;
            let message = FormattedMessage {
                raw_text: fields.reason.as_deref(),
                message_id: fields.message_id.as_deref(),
            };
            let reason = Some(message).filter(|message| *message != FormattedMessage::default());
            let packet = ServerDisconnect {
                kind: disconnect_type(fields.kind)?,
                reason,
            };
            packet.encode(line.layout()?, &mut out)?;
        }
        "client_disconnect" => {
            let fields: ClientDisconnectFields = fields(line)?;
            let reason = ClientDisconnectReason::from_number(fields.reason)
                .ok_or_else(|| unknown("reason", fields.reason))?;
            out.extend(
                ClientDisconnect {
                    reason,
                    kind: disconnect_type(fields.kind)?,
                }
                .encode(),
            );
        }
        "client_referral" => {
            let fields: ReferralFields<'_> = fields(line)?;
            let packet = ClientReferral {
                host_to: fields.host_to.as_ref().map(HostFields::address),
                data: fields.data.as_ref().map(HexBytes::bytes),
            };
            packet.encode(&mut out)?;
        }
        "frame" => return Err(LineError::FrameEncode),
        other => return Err(LineError::UnknownKind(other.to_owned())),
    }
    Ok(Success::Encoded {
        hex: hex::encode(out),
    })
}

fn fields<'a, T: Deserialize<'a>>(line: &'a Line) -> Result<T, LineError> {
    let fields = line
        .0
        .get("fields")
        .filter(|fields| fields.is_object())
        .ok_or(LineError::NoFields)?;
    Ok(T::deserialize(fields)?)
}

fn generation(line: &Line) -> Result<Generation, LineError> {
    let text = line.text("generation")?;
    text.parse().map_err(|_| LineError::UnknownValue {
        field: "generation",
        value: text.to_owned(),
    })
}

fn disconnect_type(number: u8) -> Result<DisconnectType, LineError> {
    DisconnectType::from_number(number).ok_or_else(|| unknown("type", number))
}

fn unknown(field: &'static str, number: u8) -> LineError {
    LineError::UnknownValue {
        field,
        value: number.to_string(),
    }
}
