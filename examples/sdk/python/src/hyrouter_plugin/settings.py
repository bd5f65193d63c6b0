"""The settings of a plugin server."""

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path

import grpc


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of a plugin server."""

    address: str = "127.0.0.1:7777"
    """Address to listen on: HOST:PORT or unix:PATH. Port 0 takes a free port."""

    reuse_port: bool = False
    """Several servers can listen on one port, so that a new one starts before the old one ends. Only on Linux."""

    tls_cert: str | None = None
    """PEM file with the certificate chain. None: no TLS."""

    tls_key: str | None = None
    """PEM file with the private key."""

    tls_client_ca: str | None = None
    """PEM file with the CA of the routers. With it, a router needs a client certificate."""

    threads: int = 16
    """Maximum number of handlers that run at the same time. Other calls wait."""

    drain: float = 10.0
    """Maximum time in seconds for the calls that run when the server stops."""

    @classmethod
    def from_env(cls) -> "Settings":
        """Returns the settings of the environment: PLUGIN_ADDRESS, PLUGIN_REUSE_PORT (1 is on), PLUGIN_TLS_CERT,
        PLUGIN_TLS_KEY and PLUGIN_TLS_CLIENT_CA."""
        return cls(
            address=os.environ.get("PLUGIN_ADDRESS") or cls.address,
            reuse_port=os.environ.get("PLUGIN_REUSE_PORT") == "1",
            tls_cert=os.environ.get("PLUGIN_TLS_CERT") or None,
            tls_key=os.environ.get("PLUGIN_TLS_KEY") or None,
            tls_client_ca=os.environ.get("PLUGIN_TLS_CLIENT_CA") or None,
        )

    def with_command_line(self) -> "Settings":
        """Returns the settings with the address of `--listen ADDRESS`, if the command line has it."""
        parser = argparse.ArgumentParser(description="A plugin of Hyrouter")
        parser.add_argument(
            "--listen", metavar="ADDRESS", default=self.address, help="HOST:PORT or unix:PATH [default: %(default)s]"
        )
        return replace(self, address=parser.parse_args().listen)

    def credentials(self) -> grpc.ServerCredentials | None:
        """Reads the files for TLS. None without TLS."""
        cert, key, client_ca = self.tls_cert, self.tls_key, self.tls_client_ca
        if cert is None and key is None and client_ca is None:
            return None
        if cert is None or key is None:
            raise ValueError("TLS needs both a certificate and a key")
        roots = None if client_ca is None else Path(client_ca).read_bytes()
        pair = (Path(key).read_bytes(), Path(cert).read_bytes())
        return grpc.ssl_server_credentials([pair], roots, require_client_auth=roots is not None)
