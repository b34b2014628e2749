"""Uploads: a thousand at once, again and again, and what the server holds; weak links, against the ideal.

Memory is flat if what the server holds at rest, and at most, does not grow from round to round, and if photos
of four times the size take it no higher. It gives back what is free a second after a thousand uploads have
become few (backend/heap.py), so it is at rest when it was left alone for three. What a round begins with is
read at rest too: making a thousand uploads belongs to the round.

The weak links are real bytes on real sockets on a road (tests/whole/tus/road.py) that carries `rate` bytes a
second, takes `rtt` seconds for a connection and for each answer, and cuts. To be done in seconds the clock of
the road runs some times as fast: rate times that, rtt and the time between cuts divided by it. The server's
own work is not quickened, so the ratios err on its bad side.

There are two ideals. The bare one is the bytes at that rate on a link that is never cut and has no round
trips. The other adds the trips that no client does without: to connect, to make the upload and to hear that
all is there, and after each cut to connect and to ask how much arrived. At 600 ms and a cut every 60 KB these
take longer than the bytes, so there the budget of the time is of the second ideal; on the slow link it is of
the bare one. How the phone itself does on such a link is in tests/bench/waves.py.
"""

import asyncio
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.backend.raw import PIECE, WAIT_S, Raw, hear
from tests.backend.served import Served, free_port, prepared
from tests.backend.town import WORKER
from tests.whole.tus.road import Road, carried

PARALLEL: Final = 1_000
PHOTO: Final = 150_000  # bytes: a photo of screen size
LARGER: Final = 4  # times the size: what is held for an upload must not depend on it
ROUNDS: Final = 4  # of a thousand, on one server: what a round takes must not add up
FLAT: Final = 1.1  # what later rounds leave and take at most against the earlier, and larger photos at most
REST_S: Final = 3.0  # after the last answer, until the server has given back what is free
BIT: Final = 8_000  # bytes that go out at a time
PAUSE_S: Final = 0.4  # after each: a phone at 160 kbit/s
MINUTES: Final = 20  # how many times as fast the clock of the road runs where cuts are a minute apart
RESETS: Final = 4  # and where they come by bytes: what arrives in the moment before one is lost with it
TRIPS: Final = 3  # that no client does without: to connect, to make an upload, to hear that all is there
TRIPS_OF_CUT: Final = 2  # and to connect again, to ask how much arrived
TIME_BUDGET: Final = 1.3  # of ideal
BYTES_BUDGET: Final = 1.1  # of the bare bytes, headers and all that was sent twice included
FILES: Final = 8_192  # open files of client and server


@contextmanager
def serving(data: Path) -> Iterator[tuple[Served, str]]:
    """Serve a town with a worker signed in, who may leave many uploads open."""
    (code,), port = prepared(data, WORKER), free_port()
    own = {"QIANSHAO_DATA": str(data), "QIANSHAO_PORT": str(port), "QIANSHAO_UPLOADS_OPEN": "100000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "serve"], env=os.environ | own, text=True,
        stdout=subprocess.DEVNULL, stderr=None,
    )  # fmt: skip
    try:
        server = Served(process, port)
        server.wait()
        answer = httpx.post(f"{server.url}/api/session", json={"code": code}, timeout=WAIT_S)
        yield server, str(answer.json()["token"])
    finally:
        process.terminate()
        process.wait()


def resident(process: "subprocess.Popen[str]") -> float:
    """Give the memory a process holds, MB."""
    return int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20


class Memory:
    """Watches the memory of a process: before, the most, and after, once it was left alone for a while."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process, self._over = process, threading.Event()
        self.before = self.peak = self.after = resident(process)
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.peak = max(self.peak, resident(self._process))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        time.sleep(REST_S)
        self.after = resident(self._process)


async def one(raw: Raw, path: str, body: bytes, met: asyncio.Barrier, pause_s: float) -> None:
    """Open an upload, wait until all are open, send the rest bit by bit."""
    reader, writer = await asyncio.open_connection("127.0.0.1", raw.port)
    head = raw.head("PATCH", path, upload_offset=0, content_type=PIECE, content_length=len(body))
    writer.write(head + body[:BIT])
    await met.wait()
    for at in range(BIT, len(body), BIT):
        writer.write(body[at : at + BIT])
        await writer.drain()
        await asyncio.sleep(pause_s)
    told = await reader.readuntil(b"\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 204"), told
    assert f"upload-offset: {len(body)}".encode() in told
    writer.close()


async def all_at_once(raw: Raw, paths: list[str], body: bytes, pause_s: float) -> None:
    """Have every upload open at the same moment."""
    met = asyncio.Barrier(len(paths))
    await asyncio.gather(*(one(raw, path, body, met, pause_s) for path in paths))


def warm(server: Served, token: str) -> None:
    """Let the server do once what it is going to do, and come to rest."""
    raw = Raw(server.port, token)
    asyncio.run(all_at_once(raw, [raw.made(PHOTO) for _ in range(20)], bytes(PHOTO), 0.0))
    time.sleep(REST_S)


def parallel(server: Served, token: str, pause_s: float, size: int = PHOTO) -> dict[str, Any]:
    """Send the bytes of a thousand photos at once, with a pause after each bit."""
    raw, body = Raw(server.port, token), random.Random(1).randbytes(size)
    with Memory(server.process) as memory:
        started = time.perf_counter()
        paths = [raw.made(size) for _ in range(PARALLEL)]
        made_s = time.perf_counter() - started
        started = time.perf_counter()
        asyncio.run(all_at_once(raw, paths, body, pause_s))
        spent = time.perf_counter() - started
    assert all(raw.ask("GET", path).body == body for path in paths[:: PARALLEL // 20])
    return {
        "uploads": PARALLEL, "bytes_each": size, "creations_per_s": PARALLEL / made_s,
        "uploads_per_s": PARALLEL / spent, "rss_before_mb": memory.before, "rss_peak_mb": memory.peak,
        "rss_after_mb": memory.after, "rss_for_each_kb": (memory.peak - memory.before) * 1024 / PARALLEL,
    }  # fmt: skip


def flatness(rounds: list[dict[str, Any]], larger: dict[str, Any]) -> dict[str, Any]:
    """Say whether rounds of the same work add up; peaks differ with what meets, so halves are compared."""
    peaks, half = [each["rss_peak_mb"] for each in rounds], len(rounds) // 2
    found = {
        "rest_ratio": max(each["rss_after_mb"] for each in rounds[1:]) / rounds[0]["rss_after_mb"],
        "peak_ratio": statistics.mean(peaks[half:]) / statistics.mean(peaks[:half]),
        "larger_peak_ratio": larger["rss_peak_mb"] / max(peaks),
    }
    return {**found, "flat": max(found.values()) <= FLAT}


def memory(data: Path) -> dict[str, Any]:
    """Send a thousand at once, round after round, slowly and as fast as it goes; then larger ones."""
    found: dict[str, Any] = {}
    for name, pause_s in (("1,000 phones at 160 kbit/s", PAUSE_S), ("1,000 as fast as it goes", 0.0)):
        with serving(data / name) as (server, token):
            warm(server, token)
            rounds = [parallel(server, token, pause_s) for _ in range(ROUNDS)]
            larger = parallel(server, token, pause_s / LARGER, PHOTO * LARGER)
        found[name] = {"rounds": rounds, "larger": larger, **flatness(rounds, larger)}
    return found


class Sender:
    """The plainest good client: one PATCH for all that is left, and HEAD after a cut, without a pause."""

    def __init__(self, raw: Raw) -> None:
        self._raw, self._line = raw, None

    def _ask(self, method: str, path: str, body: bytes = b"", **headers: Any) -> Any:
        self._line = self._line or socket.create_connection(("127.0.0.1", self._raw.port), timeout=WAIT_S)
        self._line.sendall(self._raw.head(method, path, content_length=len(body), **headers) + body)
        told = hear(self._line, method)
        if not told.status or told.headers.get("connection") == "close":
            self._close()
        return told

    def _close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def send(self, body: bytes) -> int:
        """Send a file; gives how many requests that took."""
        path, at, asked = "", -1, 0
        while at < len(body):
            asked += 1
            with suppress(OSError):
                if not path:
                    path, at = self._ask("POST", "", upload_length=len(body)).headers["location"], 0
                elif at < 0:
                    told = self._ask("HEAD", path)
                    at = told.offset if told.status == 200 else -1
                else:
                    rest, begun, at = body[at:], at, -1
                    told = self._ask("PATCH", path, rest, upload_offset=begun, content_type=PIECE)
                    at = told.offset if told.status == 204 else -1
                continue
            self._close()
        self._close()
        return asked


def weak(token: str, size: int, road: Road, quick: int) -> dict[str, Any]:
    """Send a file over a road; gives time and bytes against the ideal."""
    body = random.Random(size).randbytes(size)
    with carried(road):
        started = time.perf_counter()
        asked = Sender(Raw(road.port, token)).send(body)
        spent = time.perf_counter() - started
    bare = size / road.rate
    trips = bare + (TRIPS + TRIPS_OF_CUT * road.cuts) * road.rtt
    return {
        "bytes": size, "cuts": road.cuts, "requests": asked, "road_s": spent * quick, "bare_s": bare * quick,
        "bare_ratio": spent / bare, "ideal_s": trips * quick, "time_ratio": spent / trips,
        "bytes_ratio": road.up / size,
    }  # fmt: skip


def run() -> dict[str, Any]:
    """Measure all three."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    with tempfile.TemporaryDirectory() as folder:
        found = memory(Path(folder))
    flat = all(each["flat"] for each in found.values())
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as (server, token):
        minute = Road(server.port, seconds=60 / MINUTES, rate=50_000 / 8 * MINUTES, rtt=0.6 / MINUTES)
        found["2 MB, 50 kbit/s, cut every 60 s"] = slow = weak(token, 2_000_000, minute, MINUTES)
        resets = Road(
            server.port, seed=3, bytes_=lambda draw: draw.expovariate(1 / 60_000), rate=512_000 / 8 * RESETS,
            rtt=0.6 / RESETS,
        )  # fmt: skip
        found["260 KB, 512 kbit/s, reset about every 60 KB"] = reset = weak(token, 260_000, resets, RESETS)
    in_bytes = max(slow["bytes_ratio"], reset["bytes_ratio"]) <= BYTES_BUDGET
    in_time = max(slow["bare_ratio"], reset["time_ratio"]) <= TIME_BUDGET
    found["budget"] = {"time_ratio": TIME_BUDGET, "bytes_ratio": BYTES_BUDGET, "kept": in_bytes and in_time}
    found["memory"] = {"budget": FLAT, "flat": flat}
    return found
