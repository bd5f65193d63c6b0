"""A plugin of Hyrouter: a ban list, and a lobby for VIPs."""

import os
from dataclasses import dataclass
from pathlib import Path

from hyrouter_plugin import ConnectRequest, ConnectResponse, deny, refer, serve

from bans import BanFile


@dataclass
class Lobby:
    """The operator's config."""

    vip_host: str = "vip.example.com"
    """Host name or IP address of the backend of VIPs."""

    vip_port: int = 5520
    """Its UDP port."""

    def __post_init__(self) -> None:
        if not self.vip_host:
            raise ValueError("vip_host: is empty")
        if not 1 <= self.vip_port <= 65535:
            raise ValueError(f"vip_port: is {self.vip_port}; allowed: 1 to 65535")


class Plugin:
    def __init__(self, bans: BanFile) -> None:
        self.bans = bans

    def on_connect(self, request: ConnectRequest, lobby: Lobby) -> ConnectResponse | None:
        """Decides about one player. The name comes from the client: check `event.identity.verified` before granting
        anything of value by it."""
        reason = self.bans.current().reason(request.event)
        if reason is not None:
            return deny(reason)
        if (request.event.username or "").startswith("VIP"):
            return refer(lobby.vip_host, lobby.vip_port, b'{"lobby":"vip"}')
        return None


if __name__ == "__main__":
    bans = BanFile(Path(os.environ.get("PLUGIN_BANS") or "bans.txt"))
    serve(Plugin(bans).on_connect, config=Lobby)
