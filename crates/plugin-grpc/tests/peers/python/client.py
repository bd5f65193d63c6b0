"""Calls a plugin server with grpcio alone, without generated code. Prints one line of JSON for each answer."""

import argparse
import json
from pathlib import Path

import grpc


def call(channel, text, timeout):
    on_connect = channel.unary_unary(
        "/hyrouter.Plugin/OnConnect",
        request_serializer=str.encode,
        response_deserializer=json.loads,
    )
    response, call = on_connect.with_call(text, timeout=timeout)
    # grpcio shows no content type, but would not take one that is not gRPC's.
    return {"response": response, "code": call.code().value[0]}


def health_request(service):
    """A message with one text, field 1, as protobuf writes it."""
    name = service.encode()
    return b"\n" + bytes([len(name)]) + name if name else b""


def health_response(message):
    """The one number of the answer, field 1; absent is 0."""
    if message[:1] not in (b"", b"\x08"):
        raise ValueError(message)
    return {"serving": message[1] if message else 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("--ca", type=Path)
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", help="the JSON to ask with")
    what.add_argument("--health", metavar="SERVICE")
    what.add_argument("--watch", metavar="SERVICE")
    what.add_argument("--method", help="call this method with nothing")
    arguments = parser.parse_args()

    if arguments.ca:
        read = lambda path: path.read_bytes() if path else None
        credentials = grpc.ssl_channel_credentials(
            read(arguments.ca), read(arguments.key), read(arguments.cert)
        )
        channel = grpc.secure_channel(arguments.address, credentials)
    else:
        channel = grpc.insecure_channel(arguments.address)
    with channel:
        try:
            if arguments.request is not None:
                show(call(channel, arguments.request, arguments.timeout))
            elif arguments.health is not None:
                check = channel.unary_unary(
                    "/grpc.health.v1.Health/Check", health_request, health_response
                )
                show(check(arguments.health, timeout=arguments.timeout))
            elif arguments.watch is not None:
                watch = channel.unary_stream(
                    "/grpc.health.v1.Health/Watch", health_request, health_response
                )
                for answer in watch(arguments.watch, timeout=arguments.timeout):
                    show(answer)
                show({"code": 0})
            else:
                show({"response": channel.unary_unary(arguments.method)(b"").decode()})
        except grpc.RpcError as error:
            show({"code": error.code().value[0], "message": error.details()})


def show(answer):
    print(json.dumps(answer), flush=True)


main()
