"""A game client's side of a connection, on aioquic."""

import asyncio
import datetime
import ssl
from dataclasses import dataclass, field

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import ConnectionTerminated, HandshakeCompleted, StreamDataReceived
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier


@dataclass
class Close:
    """How the connection ended: whether the application closed it, and with which code."""

    application: bool
    code: int


@dataclass
class Client(QuicConnectionProtocol):
    """Collects what the server sends on stream 0 and how it closes."""

    quic: QuicConnection
    data: bytes = b""
    fin: bool = False
    alpn: str | None = None
    close_event: Close | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self):
        super().__init__(self.quic)

    def quic_event_received(self, event):
        if isinstance(event, HandshakeCompleted):
            self.alpn = event.alpn_protocol
        elif isinstance(event, StreamDataReceived) and event.stream_id == 0:
            self.data += event.data
            self.fin = self.fin or event.end_stream
        elif isinstance(event, ConnectionTerminated):
            self.close_event = Close(event.frame_type is None, event.error_code)
        self.changed.set()

    def send(self, data, stream=0, fin=False):
        self.quic.send_stream_data(stream, data, fin)
        self.transmit()

    def leave(self):
        self.quic.close(error_code=0)
        self.transmit()

    async def until(self, condition, seconds=10):
        """Waits until `condition()` holds; raises TimeoutError with what is known so far."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise TimeoutError(
                f"after {seconds} s: alpn={self.alpn} data={self.data.hex()} close={self.close_event}"
            ) from None

    async def handshaken(self):
        await self.until(lambda: self.alpn is not None or self.close_event)
        return self

    async def answer(self):
        """The bytes of the whole answer, or how the connection ended instead."""
        await self.until(lambda: self.fin or self.close_event)
        return self.data if self.data else self.close_event

    async def ended(self, seconds=15):
        await self.until(lambda: self.close_event, seconds)
        return self.close_event


async def connect(
    address, alpn=("hytale/3",), sni="play.example.com", cert=None, source="127.0.0.1"
):
    """Starts a connection; the handshake may still be under way, or have failed, on return."""
    configuration = QuicConfiguration(
        is_client=True,
        alpn_protocols=list(alpn),
        server_name=sni,
        verify_mode=ssl.CERT_NONE,
    )
    if cert is not None:
        configuration.certificate, configuration.private_key = cert
    loop = asyncio.get_running_loop()
    _, client = await loop.create_datagram_endpoint(
        lambda: Client(QuicConnection(configuration=configuration)), local_addr=(source, 0)
    )
    client.connect(address)
    return client


def certificate(critical_extension=False):
    """A self-signed certificate as a game client has one, valid yesterday only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "player")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now - datetime.timedelta(days=1))
    )
    if critical_extension:
        unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    return builder.sign(key, hashes.SHA256()), key
