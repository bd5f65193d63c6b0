"""The operator's config, which the router sends with each call."""

from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar

import grpc
import msgspec

from .failure import PluginFailure

Config = TypeVar("Config")

_KEY = "hyrouter-config-bin"


class ConfigReader(Generic[Config]):
    """Reads the config of calls. It is decoded again only when it changes."""

    def __init__(self, kind: type[Config]) -> None:
        self._kind = kind
        # One tuple, so that a thread sees both of its parts of the same call.
        self._last: tuple[bytes, Config] | None = None

    def read(self, context: grpc.ServicerContext) -> Config:
        """Returns the config of a call. Fails with FAILED_PRECONDITION if it is not valid."""
        sent = _sent(context)
        last = self._last
        if last is not None and last[0] == sent:
            return last[1]
        try:
            config = self._decode(sent)
        except (msgspec.MsgspecError, TypeError, ValueError) as problem:
            raise PluginFailure(f"config: {problem}", grpc.StatusCode.FAILED_PRECONDITION) from problem
        self._last = (sent, config)
        return config

    def _decode(self, sent: bytes) -> Config:
        value = msgspec.json.decode(sent or b"{}")
        if value is None:
            value = {}
        if is_dataclass(self._kind) and isinstance(value, dict):
            allowed = [field.name for field in fields(self._kind)]
            for key in value:
                if key not in allowed:
                    raise ValueError(f"{key}: unknown key; allowed: {', '.join(allowed)}")
        return msgspec.convert(value, self._kind)


def _sent(context: grpc.ServicerContext) -> bytes:
    metadata: Any = context.invocation_metadata()
    for key, value in metadata:
        if key == _KEY:
            return bytes(value)
    return b""
