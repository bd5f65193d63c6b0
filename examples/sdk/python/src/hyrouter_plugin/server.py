"""The server of a plugin."""

import inspect
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, overload

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from .codec import decode_request, encode_response
from .config import ConfigReader
from .failure import PluginFailure
from .settings import Settings
from .types import ConnectRequest, ConnectResponse

Config = TypeVar("Config")
Handler = Callable[[ConnectRequest], ConnectResponse | None]
HandlerWithConfig = Callable[[ConnectRequest, Config], ConnectResponse | None]
Method = Callable[[ConnectRequest, grpc.ServicerContext], ConnectResponse]

_SERVICE = "hyrouter.Plugin"
_MAX_REQUEST = 4 << 20
# The longest response that a router reads.
_MAX_RESPONSE = 1 << 20
# A router makes at most 256 calls at the same time by default.
_MAX_CALLS = 1024
# A router sends a ping after 10 s without data. The default of gRPC, 5 minutes, would end its connection.
_PING_INTERVAL_MS = 5_000

_log = logging.getLogger("hyrouter_plugin")


@overload
def serve(handler: Handler, *, settings: Settings | None = None) -> None: ...
@overload
def serve(handler: HandlerWithConfig[Config], *, config: type[Config], settings: Settings | None = None) -> None: ...
def serve(
    handler: Callable[..., ConnectResponse | None],
    *,
    config: type[Any] | None = None,
    settings: Settings | None = None,
) -> None:
    """Serves a plugin until SIGTERM or SIGINT, then finishes the calls that run.

    Prints "listening on ADDRESS" to standard output when the server accepts calls. Call it on the main thread.

    The handler decides about one player; it is a plain function and runs on several threads at the same time. The
    player waits for the response, by default at most 1 s. None changes nothing. An exception is a failure and not a
    denial: the router gets the code and message of a `PluginFailure`, and of any other exception only its type, with
    status INTERNAL. The traceback goes to the log `hyrouter_plugin`, by default on standard error.

    With `config`, a dataclass or another type that msgspec can decode, the handler has a second argument: the
    operator's config. An unknown key, a value of another type, or a ValueError of its `__post_init__` fails the call
    with FAILED_PRECONDITION and the reason. All calls share the config: the handler must not modify it.

    Without `settings`, they are those of `Settings.from_env`, and the command line can have `--listen ADDRESS`.
    """
    if settings is None:
        settings = Settings.from_env().with_command_line()
    server = PluginServer(handler, config=config, settings=settings)
    stop = threading.Event()

    def on_signal(number: int, _: object) -> None:
        # A second signal ends the program at once.
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    server.start()
    print("listening on", server.address, flush=True)
    stop.wait()
    if not server.stop():
        _log.warning("calls still run after %g s and are ended", settings.drain)
        # Python would wait for their threads.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


class PluginServer:
    """A plugin that listens. `serve` makes one and handles signals."""

    address: str
    """The address in the form of the router's configuration: 127.0.0.1:7777 or unix:/run/plugin.sock."""

    def __init__(
        self,
        handler: Callable[..., ConnectResponse | None],
        *,
        config: type[Any] | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Opens the address. Raises ValueError for wrong settings, and OSError or RuntimeError if that fails."""
        if inspect.iscoroutinefunction(handler):
            raise TypeError("the handler is a coroutine function; the server calls plain functions in threads")
        settings = settings or Settings()
        self._drain = settings.drain
        self._calls = _RunningCalls()
        self._health = health.HealthServicer()
        self._health.set(_SERVICE, health_pb2.HealthCheckResponse.SERVING)
        self._server = grpc.server(
            ThreadPoolExecutor(settings.threads),
            maximum_concurrent_rpcs=_MAX_CALLS,
            options=[
                ("grpc.so_reuseport", int(settings.reuse_port)),
                ("grpc.max_receive_message_length", _MAX_REQUEST),
                ("grpc.max_send_message_length", _MAX_RESPONSE),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", _PING_INTERVAL_MS),
                ("grpc.http2.min_recv_ping_interval_without_data_ms", _PING_INTERVAL_MS),
            ],
        )
        method = grpc.unary_unary_rpc_method_handler(
            self._calls.count(_answer(handler, None if config is None else ConfigReader(config))),
            decode_request,
            encode_response,
        )
        service = grpc.method_handlers_generic_handler(_SERVICE, {"OnConnect": method})
        self._server.add_generic_rpc_handlers((service,))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.address = _open(self._server, settings)

    def start(self) -> None:
        """Accepts calls, on other threads."""
        self._server.start()

    def stop(self) -> bool:
        """Reports NOT_SERVING, accepts no more calls, and waits for those that run, at most `Settings.drain`. Returns
        whether all have finished. Handlers of the others continue, but their responses are dropped."""
        self._health.enter_graceful_shutdown()
        self._server.stop(self._drain).wait()
        return self._calls.running == 0


class _RunningCalls:
    """The number of handlers that run."""

    def __init__(self) -> None:
        self.running = 0
        self._lock = threading.Lock()

    def count(self, method: Method) -> Method:
        """Returns a method that is counted while it runs."""

        def counted(request: ConnectRequest, context: grpc.ServicerContext) -> ConnectResponse:
            with self._lock:
                self.running += 1
            try:
                return method(request, context)
            finally:
                with self._lock:
                    self.running -= 1

        return counted


def _answer(handler: Callable[..., ConnectResponse | None], config: ConfigReader[Any] | None) -> Method:
    """Returns the method that calls the handler. Its failures have no private text."""

    def answer(request: ConnectRequest, context: grpc.ServicerContext) -> ConnectResponse:
        try:
            arguments = (request,) if config is None else (request, config.read(context))
            return handler(*arguments) or ConnectResponse()
        except PluginFailure as failure:
            code, message = failure.code, failure.message
        # Whatever the handler raises is the failure of one call.
        except Exception as error:  # noqa: BLE001
            _log.error("the handler failed\n%s", _escaped(traceback.format_exc()))
            code, message = grpc.StatusCode.INTERNAL, f"the handler failed: {type(error).__name__}"
        context.abort(code, message)

    return answer


def _escaped(text: str) -> str:
    """Returns the lines, indented and without control characters: a name with a line break cannot forge a line of the
    log."""
    lines = text.rstrip().split("\n")
    return "\n".join("  " + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line) for line in lines)


def _open(server: grpc.Server, settings: Settings) -> str:
    address, credentials = settings.address, settings.credentials()
    is_unix = address.startswith("unix:")
    host, _, port = address.rpartition(":")
    if not is_unix and not (host and port.isdecimal() and int(port) <= 65535):
        raise ValueError(f"address {address!r}: expected HOST:PORT or unix:PATH")
    if credentials is None:
        bound = server.add_insecure_port(address)
    else:
        bound = server.add_secure_port(address, credentials)
    return address if is_unix else f"{host}:{bound}"
