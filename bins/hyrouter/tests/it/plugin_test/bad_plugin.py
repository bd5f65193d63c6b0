"""A plugin server with grpcio that is wrong in one way: its first argument. Prints its address, then serves."""

import argparse
import json
import os
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import grpc

KNOWN = {
    "event", "strategy", "candidates", "selected_index", "backend", "referral_data", "referral_content",
    "sni", "client_cert_fingerprint", "protocol_hash", "client_type", "uuid", "username", "language",
    "identity_token_present", "alpn", "protocol_crc", "protocol_build", "client_version", "referral_source",
    "remote_addr", "identity", "referral", "route", "connection_id", "host", "port", "weight", "meta", "verified",
    "subject", "issuer", "expires_at", "data", "source", "key_id", "hops",
}

calls = 0
counting = threading.Lock()
current = None


def name_of(request):
    return request["event"].get("username") or ""


def unknown_fields(value):
    if isinstance(value, list):
        return [name for entry in value for name in unknown_fields(entry)]
    if not isinstance(value, dict):
        return []
    return [name for name in value if name not in KNOWN] + [
        name for key, entry in value.items() if key != "meta" for name in unknown_fields(entry)
    ]


def carries(text):
    return {"referral_data": b64encode(text.encode()).decode()}


def good(request, context):
    return {}


def rejects_unknown(request, context):
    for name in unknown_fields(request):
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"unknown field {name}")
    return {}


def changes_on_unknown(request, context):
    return carries("unknown") if unknown_fields(request) else {}


def rejects_null(request, context):
    if any(value is None for value in request["event"].values()) or request["candidates"] is None:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "null")
    return {}


def alters_candidates(request, context):
    candidates = request["candidates"] or []
    return {"candidates": [{**candidate, "weight": 1, "meta": {}} for candidate in candidates]}


def always_first(request, context):
    return {"deny": False, "selected_index": 0} if request["candidates"] else {}


def encodes_twice(request, context):
    data = request.get("referral_data")
    return {} if data is None else {"referral_data": b64encode(data.encode()).decode()}


def erases(request, context):
    return {"deny": False, "referral_data": ""}


def caches_too_much(request, context):
    return {"deny": name_of(request) == "deny", "cache_ttl": 60, "cache_key": ["host"]}


def late(request, context):
    time.sleep(2)
    return {}


def crashes(request, context):
    global calls
    with counting:
        calls += 1
        if calls >= 1000:
            os._exit(1)
    return {}


def mixes_up(request, context):
    global current
    current = name_of(request)
    time.sleep(0.002)
    return carries(current)


def late_by_one(request, context):
    """Answers with the decision about the player before."""
    global calls, current
    calls += 1
    before, current = current, {"deny": name_of(request) == "deny"}
    return {**(before or {}), **carries(str(calls))}


def denies_unknown(request, context):
    return {**tosses_a_coin(request, context), "deny": bool(unknown_fields(request))}


def latin_1(request, context):
    name = name_of(request)
    try:
        name.encode("ascii")
        return {}
    except UnicodeEncodeError:
        text = json.dumps({"deny": True, "deny_reason": f"No, {name}."}, ensure_ascii=False)
        return text.encode("latin-1", "replace")


def reads_latin_1(request, context):
    name = name_of(request)
    return {} if name.isascii() else {"deny": True, "deny_reason": name.encode().decode("latin-1")}


def wrong_names(request, context):
    return {"denied": True, "denyReason": "no"} if name_of(request) == "deny" else {}


def refers_in_stage_deny(request, context):
    return {"backend": {"host": "elsewhere.example", "port": 5520}}


def tosses_a_coin(request, context):
    global calls
    with counting:
        calls += 1
    return carries(str(calls))


def refuses_config(request, context):
    config = dict(context.invocation_metadata()).get("hyrouter-config-bin")
    config = {} if config is None else json.loads(config)
    if not isinstance(config.get("prefix", ""), str):
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "config: prefix: not a text")
    return carries(config["prefix"]) if "prefix" in config else {}


def needs_config(request, context):
    if dict(context.invocation_metadata()).get("hyrouter-config-bin") is None:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "config: secret: missing")
    return {}


def adds_a_candidate(request, context):
    return {"candidates": [*(request["candidates"] or []), {"host": "more.example.com", "port": 5520}]}


def serialize(response):
    return response if isinstance(response, bytes) else json.dumps(response).encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode")
    parser.add_argument("--listen", required=True, help="HOST:PORT")
    arguments = parser.parse_args()
    server = grpc.server(ThreadPoolExecutor(64), options=[("grpc.so_reuseport", 0)])
    handler = grpc.unary_unary_rpc_method_handler(
        globals()[arguments.mode], request_deserializer=json.loads, response_serializer=serialize
    )
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("hyrouter.Plugin", {"OnConnect": handler})]
    )
    port = server.add_insecure_port(arguments.listen)
    server.start()
    print(f"{arguments.listen.rsplit(':', 1)[0]}:{port}", flush=True)
    server.wait_for_termination()


main()
