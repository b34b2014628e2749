"""A real server: `python -m backend serve` as a process of its own, on a directory and port of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from backend.app import opened
from backend.config import Settings
from backend.people import new_code
from backend.towns import wall_ms
from sync.kind import version
from tests.backend.town import KINDS, Phone, settle_in

ROOT = Path(__file__).parents[2]
START_S = 60.0  # a loaded machine takes its time
ANSWER_S = 30.0


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def line_to(url: str) -> httpx.Client:
    """Speak to a server, in the clear: else httpx reads all certificates it knows, 40 ms of work."""
    return httpx.Client(base_url=url, verify=False, timeout=ANSWER_S)


def command(*words: str, **settings: str) -> subprocess.Popen[str]:
    """Start `python -m backend` with nothing of this environment's settings."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith("QIANSHAO_") and name != "PORT"
    }
    return subprocess.Popen(
        [sys.executable, "-m", "backend", *words], cwd=ROOT, env=kept | settings, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


class Served:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.url = f"http://127.0.0.1:{port}"

    def client(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """Speak to it from an address of the loopback network."""
        transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
        return httpx.AsyncClient(base_url=self.url, transport=transport, timeout=ANSWER_S)

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + START_S
        with line_to(self.url) as line:
            while time.monotonic() < end:
                try:
                    line.get("/api/health").raise_for_status()
                except httpx.TransportError:
                    assert self.process.poll() is None, self.process.communicate()
                    time.sleep(0.02)
                else:
                    return
        raise AssertionError("the server did not start")


@contextmanager
def served(data: Path) -> Iterator[Served]:
    """Serve a data directory; killed at the end, if it still runs."""
    port = free_port()
    process = command("serve", QIANSHAO_DATA=str(data), QIANSHAO_PORT=str(port))
    try:
        server = Served(process, port)
        server.wait()
        yield server
    finally:
        process.kill()
        process.communicate()


def prepared(data: Path, *persons: int) -> list[str]:
    """Make the town of the tests from plain code, be it beside Playwright's loop: in a thread of its own."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, prepare(data, *persons)).result()


async def prepare(data: Path, *persons: int) -> list[str]:
    """Make the town of the tests in a directory; gives a code for each person named."""
    async with opened(Settings(data=str(data))) as parts:
        await settle_in(parts.people)
        return [await new_code(parts.people, person, wall_ms(), 24) for person in persons]


async def enrolled_at(client: httpx.AsyncClient, code: str) -> Phone:
    """Enrol a phone with a code."""
    session = (await client.post("/api/session", json={"code": code, "device_name": "test"})).json()
    return Phone(client, session["device"], session["token"], KINDS, version(KINDS))
