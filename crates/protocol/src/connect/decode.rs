//! Reading a Connect of unknown generation.

use uuid::Uuid;

use super::{
    ClientType, Connect, HASH_WIDTH, MAX_IDENTITY_TOKEN, MAX_REFERRAL_DATA, MAX_USERNAME, Protocol,
    VERSION_WIDTH, field,
};
use crate::alpn::alpn_version;
use crate::builds::{ClientRules, Generation, HASH_RULES, rules_of};
use crate::error::DecodeError;
use crate::field_slots::FieldSlots;
use crate::host::HostAddress;
use crate::reader::Reader;

/// Offset of the client type in all generations but g1.
const CLIENT_TYPE_AT: usize = 29;

impl<'a> Connect<'a> {
    /// Reads the payload of a Connect of any generation.
    ///
    /// The payload selects it: a protocol hash in its first bytes is g1, else the build number decides by the table in
    /// [`builds`](crate::builds), where a build newer than all known is read by the newest layout. `alpn`, the
    /// negotiated name, only settles what the payload leaves open: with `hytale/2` and later, what looks like a hash of
    /// a few digits is first tried as a numbered build with zeros behind its CRC; with `hytale/1`, bytes that fit no
    /// numbered build are tried as a g1 Connect with a hash that is not hexadecimal.
    ///
    /// Read as the game's own servers do: g1 to g3 with fields in any order, gaps, and anything in the slots of absent
    /// fields; g4 in the one canonical encoding only. In all of them undefined null bits are ignored, as are bytes
    /// after the last field: servers ignore them too, and a field appended by a newer build must not lock its players
    /// out. Bounds, limits, lengths and text are checked in all of them; where old servers put replacement characters
    /// for bad text, it is refused here, so that no odd name goes on to logs and plugins.
    ///
    /// Nothing is copied or allocated.
    ///
    /// # Errors
    /// The payload is too short for its generation, or a field is not allowed. If two generations are tried, the error
    /// is that of the first.
    pub fn decode(payload: &'a [u8], alpn: Option<&[u8]>) -> Result<Self, DecodeError> {
        let version = alpn.and_then(alpn_version);
        match (HashMatch::of(payload), version) {
            (HashMatch::Possible, Some(2..)) | (HashMatch::No, Some(1)) => {
                by_build(payload).or_else(|error| by_hash(payload).map_err(|_| error))
            }
            (HashMatch::Certain | HashMatch::Possible, _) => by_hash(payload),
            (HashMatch::No, _) => by_build(payload),
        }
    }
}

/// Match of the start of a payload, after the null bits, with a protocol hash: hexadecimal digits, then NUL up to the
/// width.
enum HashMatch {
    No,
    /// Few enough digits that they could also be CRC, build number and version of a client with zeros behind.
    Possible,
    /// Digits reach the client type of every other layout. No digit is a value of that type.
    Certain,
}

impl HashMatch {
    fn of(payload: &[u8]) -> Self {
        let Some(hash) = payload.get(1..=HASH_WIDTH) else {
            return Self::No;
        };
        let digits = hash
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let padded = hash.iter().skip(digits).all(|&byte| byte == 0);
        if digits == 0 || !padded {
            Self::No
        } else if digits >= CLIENT_TYPE_AT {
            Self::Certain
        } else if payload.len() >= Generation::G1.head_len() {
            Self::Possible
        } else {
            Self::No
        }
    }
}

fn by_hash(payload: &[u8]) -> Result<Connect<'_>, DecodeError> {
    decode_as(payload, Generation::G1, &HASH_RULES)
}

fn by_build(payload: &[u8]) -> Result<Connect<'_>, DecodeError> {
    // CRC and build number are at the same place in all layouts that have them.
    let mut start = Reader::new(payload, false);
    let number = start
        .take(field::HEAD, 5)
        .and_then(|_| start.i32(field::PROTOCOL_BUILD))
        .map_err(|_| short_of(Generation::G3, payload))?;
    let rules = rules_of(number);
    let Some(alternative) = rules.alternative else {
        return decode_as(payload, rules.generation, rules);
    };
    if payload.len() < rules.generation.head_len() {
        return decode_as(payload, alternative, rules);
    }
    decode_as(payload, rules.generation, rules)
        .or_else(|error| decode_as(payload, alternative, rules).map_err(|_| error))
}

fn short_of(generation: Generation, payload: &[u8]) -> DecodeError {
    DecodeError::Truncated {
        field: field::HEAD,
        needed: generation.head_len(),
        have: payload.len(),
    }
}

/// Reads a payload by the layout of one generation.
fn decode_as<'a>(
    payload: &'a [u8],
    generation: Generation,
    rules: &ClientRules,
) -> Result<Connect<'a>, DecodeError> {
    let mut slots = FieldSlots::new(field::HEAD, payload, generation.head_len(), rules.strict)?;
    let nulls = slots.head.u8(field::HEAD)?;
    let protocol = read_protocol(&mut slots.head, generation)?;
    let client_type = read_client_type(&mut slots.head)?;
    let uuid = if generation.has_player() {
        Some(Uuid::from_bytes(slots.head.array(field::UUID)?))
    } else {
        None
    };

    let token = |reader: &mut Reader<'a>, field| reader.utf8(field, MAX_IDENTITY_TOKEN);
    let name = |reader: &mut Reader<'a>, field| reader.ascii(field, MAX_USERNAME);
    let tongue = |reader: &mut Reader<'a>, field| reader.ascii(field, rules.language_limit);
    let data = |reader: &mut Reader<'a>, field| reader.bytes(field, MAX_REFERRAL_DATA);
    // Calls in the order of the slots; null bits are in that order too, from the lowest on, required fields have none.
    let (username, language, identity_token, nulls) = if generation == Generation::G1 {
        let language = slots.optional(field::LANGUAGE, nulls & 1 != 0, tongue)?;
        let identity_token = slots.optional(field::IDENTITY_TOKEN, nulls & 2 != 0, token)?;
        let username = slots.required(field::USERNAME, name)?;
        (Some(username), language, identity_token, nulls >> 2)
    } else {
        let username = if generation.has_player() {
            Some(slots.required(field::USERNAME, name)?)
        } else {
            None
        };
        let identity_token = slots.optional(field::IDENTITY_TOKEN, nulls & 1 != 0, token)?;
        let language = slots.required(field::LANGUAGE, tongue)?;
        (username, Some(language), identity_token, nulls >> 1)
    };
    let referral_data = slots.optional(field::REFERRAL_DATA, nulls & 1 != 0, data)?;
    let referral_source =
        slots.optional(field::REFERRAL_SOURCE, nulls & 2 != 0, HostAddress::read)?;
    Ok(Connect {
        generation,
        protocol,
        client_type,
        uuid,
        username,
        language,
        identity_token,
        referral_data,
        referral_source,
    })
}

fn read_protocol<'a>(
    head: &mut Reader<'a>,
    generation: Generation,
) -> Result<Protocol<'a>, DecodeError> {
    if generation == Generation::G1 {
        return head
            .fixed_ascii(field::PROTOCOL_HASH, HASH_WIDTH)
            .map(Protocol::Hash);
    }
    Ok(Protocol::Build {
        crc: head.i32(field::PROTOCOL_CRC)?,
        number: head.i32(field::PROTOCOL_BUILD)?,
        client_version: head.fixed_ascii(field::CLIENT_VERSION, VERSION_WIDTH)?,
    })
}

fn read_client_type(head: &mut Reader<'_>) -> Result<ClientType, DecodeError> {
    let value = head.u8(field::CLIENT_TYPE)?;
    let max = ClientType::Editor.number();
    ClientType::from_number(value).ok_or(DecodeError::UnknownValue {
        field: field::CLIENT_TYPE,
        value,
        max,
    })
}
