//! Bytes to fields.

use std::borrow::Cow;

use serde_json::Value;

use super::fields::{
    ClientDisconnectFields, ConnectFields, DisconnectFields, FrameFields, HexBytes, HostFields,
    ReferralFields,
};
use super::{Line, LineError, Success};
use crate::connect::Connect;
use crate::disconnect::{ClientDisconnect, Disconnect, ServerDisconnect};
use crate::formatted::FormattedMessage;
use crate::frame::{FrameReader, MAX_PAYLOAD};
use crate::referral::ClientReferral;

pub(super) fn decode(line: &Line) -> Result<Success, LineError> {
    let kind = line.text("kind")?;
    let bytes = hex::decode(line.text("hex")?).map_err(LineError::Hex)?;
    let fields = match kind {
        "connect" => {
            let connect = Connect::decode(&bytes, None)?;
            return Ok(Success::Decoded {
                generation: connect.generation.as_str().into(),
                fields: serde_json::to_value(ConnectFields::of(&connect))?,
            });
        }
        "disconnect" => disconnect(&bytes)?,
        "server_disconnect" => server_disconnect(line, &bytes)?,
        "client_disconnect" => client_disconnect(&bytes)?,
        "client_referral" => client_referral(&bytes)?,
        "frame" => frames(&bytes)?,
        other => return Err(LineError::UnknownKind(other.to_owned())),
    };
    Ok(Success::Decoded {
        generation: line.get("generation"),
        fields,
    })
}

fn disconnect(payload: &[u8]) -> Result<Value, LineError> {
    let Disconnect { kind, reason } = Disconnect::decode(payload)?;
    let fields = DisconnectFields {
        reason: reason.map(Cow::Borrowed),
        message_id: None,
        kind: kind.number(),
    };
    Ok(serde_json::to_value(fields)?)
}

fn server_disconnect(line: &Line, payload: &[u8]) -> Result<Value, LineError> {
    let ServerDisconnect { kind, reason } = ServerDisconnect::decode(payload, line.layout()?)?;
    let FormattedMessage {
        raw_text,
        message_id,
    } = reason.unwrap_or_default();
    let fields = DisconnectFields {
        reason: raw_text.map(Cow::Borrowed),
        message_id: message_id.map(Cow::Borrowed),
        kind: kind.number(),
    };
    Ok(serde_json::to_value(fields)?)
}

fn client_disconnect(payload: &[u8]) -> Result<Value, LineError> {
    let ClientDisconnect { reason, kind } = ClientDisconnect::decode(payload)?;
    Ok(serde_json::to_value(ClientDisconnectFields {
        reason: reason.number(),
        kind: kind.number(),
    })?)
}

fn client_referral(payload: &[u8]) -> Result<Value, LineError> {
    let ClientReferral { host_to, data } = ClientReferral::decode(payload)?;
    let fields = ReferralFields {
        host_to: host_to.map(HostFields::of),
        data: data.map(HexBytes::of),
    };
    Ok(serde_json::to_value(fields)?)
}

fn frames(bytes: &[u8]) -> Result<Value, LineError> {
    let mut reader = FrameReader::new(MAX_PAYLOAD).connect_first();
    reader.push(bytes);
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        frames.push(FrameFields {
            packet_id: frame.packet_id,
            length: frame.payload.len(),
        });
    }
    let left = reader.buffered();
    if left > 0 {
        return Err(LineError::CutOff { left });
    }
    if frames.is_empty() {
        return Err(LineError::NoFrame);
    }
    Ok(serde_json::to_value(frames)?)
}
