import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from hyrouter_plugin import ConnectRequest, ConnectResponse, PluginFailure, PluginServer, Settings, deny, refer

LOCAL = Settings(address="127.0.0.1:0")
PROGRAM = """
import sys, time
from hyrouter_plugin import Settings, deny, serve
def on_connect(request):
    print("called", flush=True)
    time.sleep(float(request.event.username))
    return deny("late")
serve(on_connect, settings=Settings(address="127.0.0.1:0", drain=float(sys.argv[1])))
"""


@dataclass
class Lobby:
    prefix: str = "VIP"

    def __post_init__(self) -> None:
        if not self.prefix:
            raise ValueError("prefix: is empty")


def rule(request: ConnectRequest) -> ConnectResponse | None:
    match request.event.username:
        case "vip":
            return refer("vip.example.com", 5520)
        case "secret":
            raise ValueError("secret\nWARNING forged\x1b[2J")
        case "down":
            raise PluginFailure("the database is down")
        case "huge":
            return deny("x" * (1 << 20))
    return None


class Call:
    """A connection as a router has it, without types."""

    def __init__(self, test: unittest.TestCase, address: str) -> None:
        self.channel = grpc.insecure_channel(address)
        test.addCleanup(self.channel.close)
        self._method: Any = self.channel.unary_unary("/hyrouter.Plugin/OnConnect", None, json.loads)

    def __call__(self, username: str, config: str | None = None) -> Any:
        return self.start(username, config).result(timeout=30)

    def start(self, username: str, config: str | None = None) -> Any:
        request = json.dumps({"event": {"username": username}}).encode()
        metadata = [("hyrouter-config-bin", config.encode())] if config else []
        return self._method.future(request, metadata=metadata, timeout=30)

    def fails(self, username: str, config: str | None = None) -> grpc.RpcError:
        try:
            raise AssertionError(self(username, config))
        except grpc.RpcError as error:
            return error

    def health(self, service: str) -> int:
        stub: Any = health_pb2_grpc.HealthStub(self.channel)
        return int(stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=30).status)


class ServerTest(unittest.TestCase):
    def serve(self, handler: Any, **options: Any) -> Call:
        options.setdefault("settings", LOCAL)
        self.server = PluginServer(handler, **options)
        self.server.start()
        self.addCleanup(self.server.stop)
        return Call(self, self.server.address)

    def test_responses(self) -> None:
        call = self.serve(rule)
        self.assertEqual(call("Ann"), {"deny": False})
        self.assertEqual(call("vip")["backend"]["host"], "vip.example.com")

    def test_failures_have_no_private_text(self) -> None:
        call = self.serve(rule)
        with self.assertLogs("hyrouter_plugin") as logs:
            error = call.fails("secret")
        self.assertEqual((error.code(), error.details()), (grpc.StatusCode.INTERNAL, "the handler failed: ValueError"))
        self.assertIn("\n  ValueError: secret\n  WARNING forged\\x1b[2J", logs.output[0])
        error = call.fails("down")
        self.assertEqual((error.code(), error.details()), (grpc.StatusCode.UNAVAILABLE, "the database is down"))
        self.assertEqual(call.fails("huge").code(), grpc.StatusCode.RESOURCE_EXHAUSTED)

    def test_config(self) -> None:
        call = self.serve(lambda _, lobby: deny(lobby.prefix), config=Lobby)
        for config, reason in (('{"prefix":"A"}', "A"), ("{}", "VIP"), ("null", "VIP"), (None, "VIP")):
            self.assertEqual(call("Ann", config), {"deny": True, "deny_reason": reason})
        for config, problem in (
            ('{"prefix":""}', "config: prefix: is empty"),
            ('{"prefix":7}', "config: Expected `str`, got `int` - at `$.prefix`"),
            ('{"prefx":"A"}', "config: prefx: unknown key; allowed: prefix"),
            ("[]", "config: Expected `object`, got `array`"),
        ):
            error = call.fails("Ann", config)
            self.assertEqual((error.code(), error.details()), (grpc.StatusCode.FAILED_PRECONDITION, problem))

    def test_health_and_stop(self) -> None:
        started, finish = threading.Event(), threading.Event()

        def late(_: ConnectRequest) -> ConnectResponse:
            started.set()
            finish.wait(30)
            return deny("late")

        call = self.serve(late)
        for service in ("", "hyrouter.Plugin"):
            self.assertEqual(call.health(service), health_pb2.HealthCheckResponse.SERVING)
        stub: Any = health_pb2_grpc.HealthStub(call.channel)
        watch = iter(stub.Watch(health_pb2.HealthCheckRequest(), timeout=30))
        self.assertEqual(next(watch).status, health_pb2.HealthCheckResponse.SERVING)
        answer = call.start("Ann")
        started.wait(30)
        stopped = threading.Thread(target=self.server.stop)
        stopped.start()
        self.assertEqual(next(watch).status, health_pb2.HealthCheckResponse.NOT_SERVING)
        watch.cancel()
        finish.set()
        self.assertEqual(answer.result()["deny_reason"], "late")
        stopped.join(30)
        self.assertFalse(stopped.is_alive())

    def test_unix_socket(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/plugin.sock"
            abandoned = socket.socket(socket.AF_UNIX)
            abandoned.bind(path)
            abandoned.close()
            call = self.serve(rule, settings=Settings(address=f"unix:{path}"))
            self.assertEqual(call("Ann"), {"deny": False})

    def test_one_port_has_one_server(self) -> None:
        for reuse in (False, True):
            self.serve(rule, settings=Settings(address="127.0.0.1:0", reuse_port=reuse))
            same = Settings(address=self.server.address, reuse_port=reuse)
            if reuse:
                PluginServer(rule, settings=same).stop()
            else:
                self.assertRaises(RuntimeError, PluginServer, rule, settings=same)

    def test_wrong_settings(self) -> None:
        for settings, error in (
            (Settings(address="7777"), ValueError),
            (Settings(address="127.0.0.1:70000"), ValueError),
            (Settings(tls_cert="missing.crt"), ValueError),
            (Settings(tls_cert="missing.crt", tls_key="missing.key"), OSError),
        ):
            self.assertRaises(error, PluginServer, rule, settings=settings)

    def test_coroutines_are_refused(self) -> None:
        async def handler(_: ConnectRequest) -> None:
            return None

        self.assertRaises(TypeError, PluginServer, handler, settings=LOCAL)


class ProgramTest(unittest.TestCase):
    """`serve` in another process."""

    def program(self, drain: float) -> tuple["subprocess.Popen[str]", Call]:
        folders = [str(Path(__file__).parent.parent / "src"), os.environ.get("PYTHONPATH", "")]
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(drain)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        assert process.stdout
        self.addCleanup(process.stdout.close)
        words = process.stdout.readline().split()
        self.assertEqual(words[:2], ["listening", "on"])
        return process, Call(self, words[2])

    def called(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self.assertEqual(process.stdout.readline(), "called\n")

    def test_a_signal_finishes_calls(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            process, call = self.program(drain=30)
            answer = call.start("0.3")
            self.called(process)
            process.send_signal(number)
            self.assertEqual(answer.result()["deny_reason"], "late")
            self.assertEqual(process.wait(30), 0)

    def test_a_call_that_hangs_does_not_keep_the_program(self) -> None:
        process, call = self.program(drain=0.1)
        answer = call.start("3600")
        self.called(process)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 0)
        self.assertIsNotNone(answer.exception(timeout=30))
