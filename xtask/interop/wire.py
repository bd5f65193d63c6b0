"""Reads a router's answers; written from the protocol's facts, not from the router's code."""

import struct


def frame(packet_id, payload):
    return struct.pack("<Ii", len(payload), packet_id) + payload


def unframe(data):
    """The packet id and payload of the one frame that `data` is."""
    length, packet_id = struct.unpack_from("<Ii", data)
    assert len(data) == 8 + length, f"a frame of {length} bytes in {len(data)} bytes"
    return packet_id, data[8:]


def text(payload, at):
    """VarInt length and UTF-8."""
    length = shift = 0
    while True:
        byte = payload[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return payload[at : at + length].decode(), at + length


def referral(payload):
    """Host, port and data (or None) of a ClientReferral."""
    bits, host_slot, data_slot = struct.unpack_from("<Bii", payload)
    assert bits & 1 and host_slot == 0, "host first"
    (port,) = struct.unpack_from("<H", payload, 9)
    host, end = text(payload, 11)
    if not bits & 2:
        assert data_slot == -1 and end == len(payload)
        return host, port, None
    assert data_slot == end - 9, "data right behind the host"
    length = payload[end]
    assert length < 0x80, "short data in these tests"
    return host, port, payload[end + 1 : end + 1 + length]


# Layouts of FormattedMessage: bytes before the slots, and which bit of the first byte is rawText.
FORMATTED = {"fm38": (6, 0x01), "fm39": (7, 0x10), "fm40": (8, 0x20)}


def disconnect(packet_id, payload, form):
    """The reason in a Disconnect of that form: d1, fm38, fm39, fm40 or bare."""
    if form == "d1":
        assert packet_id == 1, f"packet id {packet_id}"
        assert payload[1] == 0
        return text(payload, 2)[0] if payload[0] & 1 else None
    assert packet_id == 2, f"packet id {packet_id}"
    if form == "bare":
        assert payload == b"\0\0", payload.hex()
        return None
    before_slots, raw_text_bit = FORMATTED[form]
    assert payload[:2] == b"\x01\x00", payload.hex()
    message = payload[2:]
    assert message[0] == raw_text_bit and not any(message[1:before_slots]), message.hex()
    slots = struct.unpack_from("<8i", message, before_slots)
    assert slots == (0, -1, -1, -1, -1, -1, -1, -1), slots
    reason, end = text(message, before_slots + 32)
    assert end == len(message), "nothing behind the text"
    return reason
