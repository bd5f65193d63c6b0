"""The messages of a plugin as JSON."""

from dataclasses import fields
from typing import Any

import msgspec

from .types import ConnectRequest, ConnectResponse

_requests = msgspec.json.Decoder(ConnectRequest)
_encoder = msgspec.json.Encoder()
_names = [field.name for field in fields(ConnectResponse)]


def decode_request(data: bytes) -> ConnectRequest:
    """Reads a request. Unknown fields are ignored; null is the same as an absent field."""
    try:
        return _requests.decode(data)
    except msgspec.ValidationError:
        return msgspec.convert(_without_nulls(msgspec.json.decode(data)), ConnectRequest)


def encode_response(response: ConnectResponse) -> bytes:
    """Writes a response, without the fields that are None."""
    values = ((name, getattr(response, name)) for name in _names)
    return _encoder.encode({name: value for name, value in values if value is not None})


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
