"""Plugins of Hyrouter, a front door for Hytale server networks, as one function.

The router calls a plugin over gRPC once for each player that connects. The plugin denies the player, selects the
backend, sets referral data, or changes nothing::

    from hyrouter_plugin import ConnectRequest, ConnectResponse, deny, serve

    def on_connect(request: ConnectRequest) -> ConnectResponse | None:
        if request.event.username == "griefer":
            return deny("Not today.")
        return None

    serve(on_connect)
"""

from .failure import PluginFailure
from .server import PluginServer, serve
from .settings import Settings
from .types import (
    Backend,
    ConnectEvent,
    ConnectRequest,
    ConnectResponse,
    Identity,
    Referral,
    ReferralSource,
)

__all__ = [
    "Backend",
    "ConnectEvent",
    "ConnectRequest",
    "ConnectResponse",
    "Identity",
    "PluginFailure",
    "PluginServer",
    "Referral",
    "ReferralSource",
    "Settings",
    "deny",
    "refer",
    "serve",
]


def deny(reason: str = "") -> ConnectResponse:
    """Returns a response that denies the player, who sees the reason."""
    return ConnectResponse(deny=True, deny_reason=reason or None)


def refer(host: str, port: int, data: bytes | None = None) -> ConnectResponse:
    """Returns a response that selects a backend, on the list of candidates or not. `data` is its referral data."""
    return ConnectResponse(backend=Backend(host=host, port=port), referral_data=data)
