"""What a client may do, and what it has to get for it."""

import asyncio
import hashlib
import hmac
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Awaitable, Callable

import wire
from client import Close, certificate, connect

VECTORS = Path(__file__).parents[2] / "crates/protocol/tests/vectors.jsonl"


@dataclass
class Case:
    name: str
    run: Callable[[object], Awaitable[None]]
    reasons: set = field(default_factory=set)


def vector(name):
    for line in VECTORS.read_text().splitlines():
        entry = json.loads(line)
        if entry["name"] == name:
            return bytes.fromhex(entry["hex"])
    raise KeyError(name)


# A Connect of each generation that nobody's encoder here made; its ALPN, the form of Disconnect that
# its build reads, and the language it asks for.
GENERATIONS = {
    "g1": ("g1_optional_language+identity_token", "hytale/1", "d1", "de"),
    "g2": ("g2_optional_none", "hytale/2", "d1", "de"),
    "g3": ("g3_crc_zero", "hytale/2", "fm39", "en"),
    "g4": ("g4_newest_seen_build", "hytale/3", "fm40", "en"),
}
NOBODY_HOME = {"de": "niemand zu Hause", "en": "nobody home"}


def hello(generation):
    name, *_ = GENERATIONS[generation]
    return wire.frame(0, vector(name))


def with_build(build):
    """The g2 Connect with another build number."""
    payload = bytearray(vector("g2_optional_none"))
    struct.pack_into("<i", payload, 5, build)
    return wire.frame(0, bytes(payload))


async def exchange(router, sent, **dial):
    client = await (await connect(router.address, **dial)).handshaken()
    client.send(sent)
    answer = await client.answer()
    return client, answer


async def refers(router, sent, host="10.0.0.7", port=5521, **dial):
    client, answer = await exchange(router, sent, **dial)
    assert isinstance(answer, bytes), answer
    packet_id, payload = wire.unframe(answer)
    assert packet_id == 18, packet_id
    assert wire.referral(payload)[:2] == (host, port), wire.referral(payload)
    client.leave()
    return wire.referral(payload)[2]


async def disconnects(router, sent, form, reason, **dial):
    client, answer = await exchange(router, sent, **dial)
    assert isinstance(answer, bytes), answer
    packet_id, payload = wire.unframe(answer)
    assert wire.disconnect(packet_id, payload, form) == reason, payload
    # The client stays; the router has to close, with code 0 and not before the answer was read.
    assert await client.ended() == Close(True, 0)


async def closes(router, sent, code):
    client = await (await connect(router.address)).handshaken()
    if sent:
        client.send(sent)
    ended = await client.ended()
    assert ended == Close(True, code) and not client.data, (ended, client.data)


def plain():
    cases = []

    def case(name, run, *reasons):
        cases.append(Case(name, run, set(reasons)))

    for generation, (_, alpn, form, language) in GENERATIONS.items():
        sent = hello(generation)
        case(f"{generation}: referral", lambda r, s=sent, a=alpn: refers(r, s, alpn=[a]), "referred")
        case(
            f"{generation}: referral with a client certificate",
            lambda r, s=sent, a=alpn: refers(r, s, alpn=[a], cert=certificate()),
        )
        case(
            f"{generation}: disconnect in its own form and language",
            lambda r, s=sent, a=alpn, f=form, t=NOBODY_HOME[language]: disconnects(
                r, s, f, t, alpn=[a], sni="empty.example.com"
            ),
            "no_backends",
        )
    for build, form in ((28, "d1"), (29, "fm38"), (63, "fm38"), (64, "bare")):
        reason = None if form == "bare" else NOBODY_HOME["de"]
        case(
            f"build {build}: disconnect as {form}",
            lambda r, b=build, f=form, t=reason: disconnects(
                r, with_build(b), f, t, alpn=["hytale/2"], sni="empty.example.com"
            ),
        )

    async def prefers_the_highest(router):
        client = await connect(router.address, alpn=["hytale/2", "hytale/97", "hytale/3"])
        await client.handshaken()
        assert client.alpn == "hytale/97", client.alpn
        client.leave()

    async def unknown_alpn(router):
        client = await connect(router.address, alpn=["h3"])
        assert await client.ended() == Close(False, 0x178)

    async def in_pieces(router):
        client = await (await connect(router.address)).handshaken()
        sent = hello("g4")
        for at in range(0, len(sent), 7):
            client.send(sent[at : at + 7])
            await asyncio.sleep(0)
        packet_id, _ = wire.unframe(await client.answer())
        assert packet_id == 18
        client.leave()

    async def one_decision(router):
        client = await (await connect(router.address)).handshaken()
        client.send(hello("g4") + hello("g4") + wire.frame(1, b"\0\0"))
        client.send(hello("g4"), stream=4)
        packet_id, _ = wire.unframe(await client.answer())
        assert packet_id == 18
        client.send(hello("g4"))
        # A client that does not leave after its referral is closed, and hears nothing more.
        assert await client.ended() == Close(True, 0)
        wire.unframe(client.data)

    async def leaves_early(router):
        client = await (await connect(router.address)).handshaken()
        client.leave()
        await client.ended()

    async def v6(router):
        await refers(router, hello("g4"), "2001:db8::7", 40000, sni="v6.example.com")

    long = vector("g2_all_fields_max_length")
    case("the highest ALPN that is offered wins, known or not", prefers_the_highest)
    case("unknown ALPN: TLS alert 120", unknown_alpn)
    case("Connect in pieces of 7 bytes", in_pieces)
    case("Connect of 12 KB", lambda r: refers(r, wire.frame(0, long), alpn=["hytale/2"]))
    case("one decision a connection, then close 0", one_decision)
    case("a client that leaves before Connect", leaves_early, "client_gone")
    case("an IPv6 backend goes out without brackets", v6)
    case(
        "a certificate with a critical extension that nobody knows",
        lambda r: refers(r, hello("g4"), cert=certificate(critical_extension=True)),
    )
    case(
        "no SNI: no_route text",
        lambda r: disconnects(r, hello("g4"), "fm40", "no route to ", sni=None),
        "no_route",
    )
    case(
        "unknown SNI: no_route text",
        lambda r: disconnects(r, hello("g4"), "fm40", "no route to x.org", sni="x.org"),
    )
    case(
        "Connect that can not be decoded: bare Disconnect",
        lambda r: disconnects(r, wire.frame(0, b"\xff" * 50), "bare", None),
        "bad_connect",
    )

    async def bad_connect_g1(router):
        client, answer = await exchange(router, wire.frame(0, b"\xff" * 50), alpn=["hytale/1"])
        packet_id, payload = wire.unframe(answer)
        assert "game" in wire.disconnect(packet_id, payload, "d1"), "a text in English"
        client.leave()

    case("Connect that can not be decoded, oldest client: text", bad_connect_g1)
    case("oversize frame: close 3", lambda r: closes(r, struct.pack("<Ii", 38162, 0), 3), "bad_frame")
    case("negative length: close 3", lambda r: closes(r, struct.pack("<ii", -1, 0), 3))
    case("wrong first packet: close 3", lambda r: closes(r, wire.frame(4, bytes(20)), 3))
    case("slow Connect: close 4", lambda r: closes(r, hello("g4")[:30], 4), "connect_timeout")
    case("no Connect at all: close 4", lambda r: closes(r, b"", 4))
    return cases


def signed():
    async def envelope(router):
        data = await refers(router, hello("g4"))
        head, signature = data[:9], data[9:]
        assert head == b"HYRP\x01\x01\x07\x00\x00", head
        key = b"interop secret, 32 bytes long..."
        assert hmac.compare_digest(signature, hmac.digest(key, head, hashlib.sha256))

    return [Case("referral data is a signed envelope", envelope, {"referred"})]


def crowded():
    """A router that bears 48 connections, two of one address."""
    refused = Close(False, 0x02)

    async def of_one_source(router):
        held = []
        for _ in range(2):
            # An answer shows that the router has counted the connection, which a handshake that
            # is done on this side does not. The clients stay for now.
            client, _ = await exchange(router, hello("g4"))
            held.append(client)
        # The third has to prove its address by Retry, and is refused all the same.
        assert await (await connect(router.address)).ended() == refused
        await refers(router, hello("g4"), source="127.0.2.1")
        for client in held:
            client.leave()
            await client.ended()

    async def in_total(router):
        # Each of a network of its own, so that none holds more than another.
        sources = [f"127.0.{network}.1" for network in range(3, 51)]
        held = [await (await connect(router.address, source=ip)).handshaken() for ip in sources]
        assert await (await connect(router.address, source="127.0.51.1")).ended() == refused
        for client in held:
            client.leave()
            await client.ended()

    return [
        Case("more connections of one source: refused after Retry", of_one_source, {"referred"}),
        Case("more connections in total: refused", in_total),
    ]
