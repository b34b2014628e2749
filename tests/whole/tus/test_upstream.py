"""The public client's own end-to-end specs against a real server.

npm has them: the package of version 2.3.0 was the last to bring its tests along. Its test-end-to-end.js is
run on the client pinned here, 4.3.1. Only the endpoint is rewritten; the token, of which the specs know
nothing, is added on the way.
"""

import http.client
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests.backend.served import ROOT, prepared, served
from tests.backend.town import WORKER

TOOLS = ROOT / "pwa" / "node_modules"
SPECS = TOOLS / "tus-js-client-specs" / "test"
PUBLIC = "https://tusd.tusdemo.net/files/"
ESCAPED = r"https:\/\/tusd\.tusdemo\.net\/files\/"
WAIT_S = 60.0
CODING = {"connection", "transfer-encoding", "content-length"}


class Door(BaseHTTPRequestHandler):
    """Passes a request on with the token added."""

    protocol_version = "HTTP/1.1"
    to = 0
    token = ""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        line = http.client.HTTPConnection("127.0.0.1", self.to, timeout=WAIT_S)
        line.request(self.command, self.path, body, {**self.headers, "authorization": f"Bearer {self.token}"})
        answer = line.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, text in answer.getheaders():
            if name.lower() not in CODING:
                self.send_header(name, text)
        if answer.status != 204:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        line.close()

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_OPTIONS = _pass  # noqa: N815 - its base names them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def door(to: int, token: str) -> Iterator[int]:
    """Open a door to a server; gives its port."""
    handler = type("OwnDoor", (Door,), {"to": to, "token": token})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def copied(to: Path, endpoint: str) -> Path:
    """Copy the specs, pointed at another endpoint and the client pinned here; gives the one to run."""
    shutil.copytree(SPECS, to / "test")
    (to / "package.json").write_text('{"private": true, "main": "index.js"}')
    (to / "index.js").write_text('module.exports = require("tus-js-client");')
    spec = to / "test" / "spec" / "test-end-to-end.js"
    text = spec.read_text()
    assert PUBLIC in text and ESCAPED in text
    escaped = endpoint.replace("/", r"\/").replace(".", r"\.")
    spec.write_text(text.replace(PUBLIC, endpoint).replace(ESCAPED, escaped))
    return spec


def test_its_own_end_to_end_specs_pass(tmp_path):
    data = tmp_path / "data"
    codes = prepared(data, WORKER)
    with served(data) as server:
        answer = httpx.post(f"{server.url}/api/session", json={"code": codes[0]}, timeout=WAIT_S)
        with door(server.port, answer.json()["token"]) as port:
            spec = copied(tmp_path / "specs", f"http://127.0.0.1:{port}/api/uploads/")
            done = subprocess.run(
                ["node", str(TOOLS / "jasmine" / "bin" / "jasmine.js"), str(spec)], cwd=tmp_path / "specs",
                env=os.environ | {"NODE_PATH": str(TOOLS)}, text=True, capture_output=True, check=False,
                timeout=WAIT_S,
            )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 specs, 0 failures" in done.stdout
