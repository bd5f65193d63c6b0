"""An HTTP server whose answers a test sets: PUT /_answer/NAME?status=..&mode=.. sets those to GET /NAME.

GET /_requests lists the requests, one a line: path, then `name: value` of each header, separated by tabs.
"""

import argparse
import hashlib
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlsplit

LOCK = Lock()
ANSWERS = {}
REQUESTS = []


class Answer:
    """One answer. Its headers are those of the PUT that begin with `Answer-`."""

    def __init__(self, query, headers, body):
        self.status = int(query.get("status", ["200"])[0])
        self.mode = query.get("mode", ["whole"])[0]
        prefix = "answer-"
        self.headers = [
            (name[len(prefix) :], value)
            for name, value in headers.items()
            if name.lower().startswith(prefix)
        ]
        self.body = body


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with LOCK:
            name = url.path.removeprefix("/_answer/")
            ANSWERS[name] = Answer(parse_qs(url.query), self.headers, body)
        self.whole(204, [], b"")

    def do_GET(self):
        if self.path == "/_requests":
            with LOCK:
                lines = "".join(line + "\n" for line in REQUESTS)
            self.whole(200, [], lines.encode())
            return
        headers = [f"{name.lower()}: {value}" for name, value in self.headers.items()]
        with LOCK:
            REQUESTS.append("\t".join([self.path, *headers]))
            answer = ANSWERS.get(urlsplit(self.path).path[1:])
        if answer is None:
            self.whole(404, [], b"")
        else:
            getattr(self, answer.mode)(answer.status, answer.headers, answer.body)

    def whole(self, status, headers, body):
        self.head(status, headers, len(body))
        self.wfile.write(body)

    def etag(self, status, headers, body):
        """Answers 304 to a request with the right `If-None-Match`."""
        etag = '"' + hashlib.sha256(body).hexdigest() + '"'
        if self.headers["If-None-Match"] == etag:
            self.head(304, [("ETag", etag)], None)
        else:
            self.whole(status, [*headers, ("ETag", etag)], body)

    def cut(self, status, headers, body):
        """Ends the connection within the body."""
        self.head(status, headers, len(body) + 1000)
        self.wfile.write(body)
        self.close_connection = True

    def slow(self, status, headers, body):
        """Sends a byte now and then, without end."""
        self.head(status, headers, 10_000)
        while self.sends(b" "):
            time.sleep(0.05)

    def silent(self, _status, _headers, _body):
        """Sends nothing until the client is gone."""
        self.rfile.read(1)

    def endless(self, status, headers, _body):
        """Sends a body without an end or a length."""
        self.head(status, [*headers, ("Transfer-Encoding", "chunked")], None)
        while self.sends(b"1000\r\n" + b" " * 0x1000 + b"\r\n"):
            pass

    def sends(self, piece):
        try:
            self.wfile.write(piece)
        except OSError:
            return False
        return True

    def head(self, status, headers, length):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_arguments):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", required=True)
    host, port = parser.parse_args().listen.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Handler)
    server.daemon_threads = True
    host, port = server.server_address
    print(f"listening on {host}:{port}", flush=True)
    server.serve_forever()


main()
