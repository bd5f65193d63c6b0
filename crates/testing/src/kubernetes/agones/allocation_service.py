#!/usr/bin/env python3
"""A stand-in for the allocation service of Agones, for tests.

It serves allocation.agones.dev/v1 over HTTPS behind the aggregation of a real API server, and changes real GameServer
objects through that API server. Its answers have the form of those recorded from Agones
(crates/discovery/tests/data/agones-allocations.jsonl).

A ConfigMap `allocation-script` in a namespace changes what happens there: `wait_ms` is the time that requests are
gathered, `steps` lists what happens to the requests in turn: `allocate`, `UnAllocated`, `Contention`, `lose` (allocates
and never answers) or a number, which becomes the HTTP status of the answer.
"""

import argparse
import http.client
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GROUP = "/apis/allocation.agones.dev/v1"


class Api:
    """Requests to the API server, as its administrator."""

    def __init__(self, host, ca, token):
        self.host = host
        self.context = ssl.create_default_context(cafile=ca)
        self.token = token

    def request(self, method, path, body=None):
        connection = http.client.HTTPSConnection(self.host, context=self.context, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, json.loads(content)


class Service:
    """Allocates game servers, one request at a time, as one batch does."""

    def __init__(self, api):
        self.api = api
        self.lock = threading.Lock()
        self.requests = {}

    def script(self, namespace):
        status, found = self.api.request("GET", f"/api/v1/namespaces/{namespace}/configmaps/allocation-script")
        data = found.get("data", {}) if status == 200 else {}
        steps = [step for step in data.get("steps", "").split(",") if step]
        with self.lock:
            number = self.requests.get(namespace, 0)
            self.requests[namespace] = number + 1
        step = steps[number] if number < len(steps) else "allocate"
        return step, int(data.get("wait_ms", "20")) / 1000

    def allocate(self, namespace, request):
        """Returns status and body of the answer, or None for no answer."""
        step, wait = self.script(namespace)
        time.sleep(wait)
        if step.isdigit():
            return int(step), {"kind": "Status", "status": "Failure", "message": "as the script says", "code": int(step)}
        if step in ("UnAllocated", "Contention"):
            return 201, answer(request, namespace, {"state": step, "gameServerName": "", "source": ""})
        with self.lock:
            status = self.take(namespace, request["spec"])
        return None if step == "lose" else (201, answer(request, namespace, status))

    def take(self, namespace, spec):
        path = f"/apis/agones.dev/v1/namespaces/{namespace}/gameservers"
        _, found = self.api.request("GET", path)
        servers = sorted(found["items"], key=lambda server: server["metadata"]["name"])
        for selector in spec.get("selectors") or [{}]:
            for server in servers:
                if not matches(selector, server):
                    continue
                change(server, spec)
                name = server["metadata"]["name"]
                code, changed = self.api.request("PUT", f"{path}/{name}", server)
                if code == 409:
                    return {"state": "Contention", "gameServerName": "", "source": ""}
                return allocated(changed)
        return {"state": "UnAllocated", "gameServerName": "", "source": ""}


def answer(request, namespace, status):
    metadata = {"namespace": namespace, "creationTimestamp": "2026-11-26T23:26:16Z"}
    if status["gameServerName"]:
        metadata["name"] = status["gameServerName"]
    return {**request, "metadata": metadata, "status": status}


def allocated(server):
    status, metadata = server["status"], server["metadata"]
    picked = ("ports", "address", "addresses", "nodeName", "counters", "lists")
    return {
        "state": "Allocated",
        "gameServerName": metadata["name"],
        **{key: status[key] for key in picked if key in status},
        "source": "local",
        "metadata": {key: metadata.get(key, {}) for key in ("labels", "annotations")},
    }


def matches(selector, server):
    status, metadata = server.get("status", {}), server["metadata"]
    if status.get("state") != selector.get("gameServerState", "Ready") or "deletionTimestamp" in metadata:
        return False
    labels = metadata.get("labels", {})
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for term in selector.get("matchExpressions", []):
        value, values = labels.get(term["key"]), term.get("values", [])
        holds = {
            "In": value in values,
            "NotIn": value not in values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not holds[term["operator"]]:
            return False
    for name, bounds in selector.get("counters", {}).items():
        counter = status.get("counters", {}).get(name)
        if counter is None or counter["capacity"] - counter["count"] < bounds.get("minAvailable", 0):
            return False
    return True


def change(server, spec):
    metadata, status = server["metadata"], server["status"]
    status["state"] = "Allocated"
    patch = spec.get("metadata", {})
    metadata.setdefault("labels", {}).update(patch.get("labels", {}))
    annotations = metadata.setdefault("annotations", {})
    annotations.update(patch.get("annotations", {}))
    annotations["agones.dev/last-allocated"] = "2026-11-26T23:26:17.029394444Z"
    for name, action in spec.get("counters", {}).items():
        counter = status.get("counters", {}).get(name)
        if counter is not None and "amount" in action:
            sign = 1 if action["action"] == "Increment" else -1
            counter["count"] = min(max(counter["count"] + sign * action["amount"], 0), counter["capacity"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service = None

    def do_GET(self):
        if self.path.startswith(GROUP):
            resource = {"name": "gameserverallocations", "singularName": "", "namespaced": True}
            resource.update({"kind": "GameServerAllocation", "verbs": ["create"]})
            groups = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "allocation.agones.dev/v1"}
            self.answer(200, {**groups, "resources": [resource]})
        elif self.path.startswith("/openapi"):
            self.answer(200, {})
        else:
            self.answer(406, {})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        path = self.path.partition("?")[0].split("/")
        if "dryRun" in self.path or path[-1] != "gameserverallocations":
            return self.answer(400, {"message": "the router must not ask for this"})
        found = self.service.allocate(path[-2], json.loads(body))
        if found is None:
            time.sleep(600)
        return self.answer(*found)

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    for flag in ("server", "ca", "token", "certificate", "key", "port"):
        parser.add_argument(f"--{flag}", required=True)
    given = parser.parse_args()
    Handler.service = Service(Api(given.server, given.ca, given.token))
    server = ThreadingHTTPServer(("localhost", int(given.port)), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(f"READY {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
