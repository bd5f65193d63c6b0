"""Drives the built router with aioquic. `cargo xtask interop` calls this."""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import cases

CONFIG = """
listen: "127.0.0.1:0"
limits:
  connect_timeout: 2s
  close_timeout: 3s
messages:
  disconnect:
    no_route: "no route to ${sni}"
    no_backends: "nobody home"
  disconnect_locales:
    de: { no_backends: "niemand zu Hause" }
routing:
  routes:
    - match: { hostname: play.example.com }
      pool: { strategy: round_robin, backends: [{ host: 10.0.0.7, port: 5521 }] }
    - match: { hostname: v6.example.com }
      pool: { strategy: round_robin, backends: [{ host: "2001:db8::7", port: 40000 }] }
    - match: { hostname: empty.example.com }
      pool: { strategy: round_robin, backends: [] }
"""

CROWDED = CONFIG.replace("limits:", "limits:\n  max_connections: 48\n  max_connections_per_source: 2")
SIGNED = 'referral: { key_id: 7, hmac_secret: "interop secret, 32 bytes long..." }\n'


class Router:
    """The built binary, in a process of its own."""

    def __init__(self, binary, config, folder):
        path = Path(folder) / "config.yaml"
        path.write_text(config)
        self.log = []
        self.process = subprocess.Popen(
            [binary, "--config", path, "--log-format", "json"], stdout=subprocess.PIPE, text=True
        )
        for line in self.process.stdout:
            self.log.append(json.loads(line))
            if listen := self.log[-1].get("listen"):
                host, port = listen.rsplit(":", 1)
                self.address = (host, int(port))
                return
        raise RuntimeError("the router did not start")

    def end(self):
        """SIGTERM; gives the exit code and how long it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=30)
        self.log += [json.loads(line) for line in rest.splitlines()]
        return self.process.returncode, time.monotonic() - begun

    def decisions(self):
        return [line for line in self.log if line.get("message") == "decision"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--router", required=True)
    parser.add_argument("--filter", default="")
    args = parser.parse_args()

    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        groups = (
            (CONFIG, cases.plain()),
            (CONFIG + SIGNED, cases.signed()),
            (CROWDED, cases.crowded()),
        )
        for config, group in groups:
            chosen = [case for case in group if args.filter in case.name]
            if not chosen:
                continue
            router = Router(args.router, config, folder)
            for case in chosen:
                try:
                    asyncio.run(case.run(router))
                    passed += 1
                    print(f"ok    {case.name}")
                except Exception:
                    failed += 1
                    print(f"FAIL  {case.name}\n{traceback.format_exc()}")
            code, took = router.end()
            codes = {line["reason"] for line in router.decisions()}
            missing = set().union(*(case.reasons for case in chosen)) - codes
            if code == 0 and not missing:
                passed += 1
                print(f"ok    ended with code 0 after {took:.1f} s; reason codes {sorted(codes)}")
            else:
                failed += 1
                print(f"FAIL  exit code {code}, reason codes missing from the log: {missing}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
