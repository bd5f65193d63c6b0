"""A plugin server with grpcio alone, without generated code. Behaves like the Go peer beside it.

Its first line of output is the address; then it serves until it is killed. SIGTERM lets it finish its calls.
"""

import argparse
import json
import signal
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

# The names of all players that it was asked about.
asked = []


def answer(request, context):
    """Counts calls, and adds the fields of the config's `answer` to each answer."""
    name = request["event"].get("username") or ""
    if name == "calls":
        return {"referral_data": b64encode(str(len(asked)).encode()).decode()}
    asked.append(name)
    response = on_connect(request, context)
    config = dict(context.invocation_metadata()).get("hyrouter-config-bin")
    more = None if config is None else json.loads(config)
    if isinstance(more, dict) and isinstance(response, dict):
        response |= more.get("answer", {})
    return response


def on_connect(request, context):
    name = request["event"].get("username") or ""
    if name == "deny":
        return {"deny": True, "deny_reason": "denied by python peer"}
    if name.startswith("slow"):
        time.sleep(5)
    if name == "error":
        context.abort(grpc.StatusCode.UNAVAILABLE, "the database is down, said the python peer ü")
    if name == "metadata":
        context.set_trailing_metadata((("large", "x" * 70_000),))
    if name == "garbage":
        return b"{ this is not JSON"
    if name == "huge":
        return {"deny": False, "deny_reason": "x" * (1024 * 1024)}
    if name == "facts":
        left = context.time_remaining()
        # grpcio does not tell the content type.
        config = dict(context.invocation_metadata()).get("hyrouter-config-bin")
        facts = {
            "config": None if config is None else json.loads(config),
            "content_type": None,
            "deadline_ms": None if left is None else int(left * 1000),
        }
        return {"deny": False, "referral_data": b64encode(json.dumps(facts).encode()).decode()}
    return {"deny": False, "referral_data": b64encode(name.upper().encode()).decode()}


def answering(data):
    """Returns the handler; with `data`, one that attaches it for every player."""
    if data is None:
        return answer
    response = {"referral_data": b64encode(data.encode()).decode()}
    return lambda request, context: response


def serialize(response):
    return response if isinstance(response, bytes) else json.dumps(response).encode()


def credentials(arguments):
    client_ca = arguments.client_ca
    return grpc.ssl_server_credentials(
        [(arguments.tls_key.read_bytes(), arguments.tls_cert.read_bytes())],
        root_certificates=client_ca.read_bytes() if client_ca else None,
        require_client_auth=client_ca is not None,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, help="HOST:PORT or unix:PATH")
    parser.add_argument("--tls-cert", type=Path)
    parser.add_argument("--tls-key", type=Path)
    parser.add_argument("--client-ca", type=Path)
    parser.add_argument("--answer", help="referral data of every player, in place of the name")
    parser.add_argument("--share-port", action="store_true", help="beside another server")
    arguments = parser.parse_args()

    # By default two servers never share a port, so that a test asks the one that it started.
    options = [("grpc.so_reuseport", int(arguments.share_port))]
    server = grpc.server(ThreadPoolExecutor(64), options=options)
    handler = grpc.unary_unary_rpc_method_handler(
        answering(arguments.answer), request_deserializer=json.loads, response_serializer=serialize
    )
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("hyrouter.Plugin", {"OnConnect": handler})]
    )
    if arguments.tls_cert:
        port = server.add_secure_port(arguments.listen, credentials(arguments))
    else:
        port = server.add_insecure_port(arguments.listen)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(10))
    unix = arguments.listen.startswith("unix:")
    address = arguments.listen if unix else f"{arguments.listen.rsplit(':', 1)[0]}:{port}"
    print(address, flush=True)
    server.wait_for_termination()


main()
