"""The server's front: the real app under uvicorn on a port of its own, over the store and the town of a seed.

Every byte goes through the app as it is built for serving; only what it is built over is the simulator's:
lanes, people, units, pages and the clock. So the simulator's events change the town and the log as they do
without HTTP, and a restored copy needs no new process. While a request is served the simulator waits for it.
"""

import http.client
import logging
import socket
import sqlite3
import tempfile
import threading
import time
import zlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import uvicorn
from msgspec.structs import replace

from backend import towns
from backend.app import build
from backend.config import Settings
from backend.darkroom import Darkroom
from backend.devices import Contacts
from backend.http import exchange
from backend.http.line import Line
from backend.people import Brake, signed_in
from backend.photos import Photos
from backend.ports import Lane
from backend.problems import Refused
from backend.towns import Towns
from media.sandbox import Sandbox
from tests.whole.fleet.disk import Crash, Full
from tests.whole.fleet.link import PORTALS
from tests.whole.fleet.server import Server, drive
from tests.whole.fleet.town import PAGES, TOWN

T = TypeVar("T")
START_S: Final = 60.0
GZIP: Final = b"\x1f\x8b"
SAID_MAX: Final = 400  # bytes of an answer in the story of a seed
SQUEEZED: Final = 4  # how much smaller the bytes of a push are than the push


class Doors:
    """The lanes port of whichever seed runs, with its faults in the words of the real store."""

    def __init__(self, server: Server) -> None:
        self._inner = server.lanes

    async def write(self, town: int, work: Callable[[Lane], T]) -> T:
        try:
            return await self._inner.write(town, work)
        except Full as fault:
            raise sqlite3.OperationalError("database or disk is full") from fault

    async def read(self, town: int, work: Callable[[Lane], T]) -> T:
        return await self._inner.read(town, work)

    async def towns(self) -> list[int]:
        return [TOWN]


class Book:
    """The kind pages in force, as the simulated operator changes them."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def refresh(self) -> None:
        """Nothing is read from a disk here."""

    def know(self, town: int, units: Any) -> None:
        """No list here names a unit."""

    @property
    def version(self) -> str:
        return PAGES[self._server.page][0]

    @property
    def kinds(self) -> Any:
        return PAGES[self._server.page][1]


class Faults(logging.Handler):
    """Hears what the app calls unforeseen: no request may come to that (O6)."""

    def __init__(self) -> None:
        super().__init__()
        self.server: Server | None = None

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        if self.server is not None and fault is not None:
            self.server.faults.append(f"{type(fault).__name__}: {fault}")


class Front:
    """The app, served; `serve` puts the town of a seed behind it."""

    def __init__(self) -> None:
        self._data = tempfile.TemporaryDirectory()
        self._app = build(Settings(data=str(Path(self._data.name, "data"))))
        self._server: Server | None = None
        self._faults = Faults()
        logging.getLogger("backend").addHandler(self._faults)
        logging.getLogger("backend").propagate = False
        towns.KEEP_S = -1.0  # type: ignore[misc]  # a town is changed at any moment here
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        settings = uvicorn.Config(
            self._gate,
            interface="asgi3",
            log_level="warning",
            http=cast(Any, Line),
            loop="uvloop",
            lifespan="on",
        )
        self._uvicorn = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._uvicorn.run, args=[[self._socket]], daemon=True)
        self._thread.start()
        end = time.monotonic() + START_S
        while not self._uvicorn.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.01)

    @cached_property
    def _built(self) -> Any:
        return self._app.state.context

    def close(self) -> None:
        """Stop serving; whoever was connected has left."""
        self._uvicorn.should_exit = True
        self._thread.join(START_S)
        self._data.cleanup()

    def serve(self, server: Server) -> None:
        """Put another town behind the app."""
        self._server = self._faults.server = server
        self._backed: dict[int, int] = {}
        lanes, people = Doors(server), server.people
        book: Any = Book(server)
        places = Towns(people, book, server.now_ms, ledger=server.ledger, backed=self._backed)
        photos = Photos(lanes, server.store.blobs, Darkroom(lanes, server.store.blobs, Sandbox(), places))
        self._app.state.context = replace(
            self._built, lanes=lanes, people=people, towns=places, photos=photos, brake=Brake(),
            contacts=Contacts(people, lanes),
        )  # fmt: skip
        vars(exchange)["WIRE_MAX"] = server.wire_max // SQUEEZED

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Send a request whose sender no longer listens."""
        connection = http.client.HTTPConnection(self.address)
        connection.request("POST", path, body, headers)
        connection.getresponse().read()
        connection.close()

    async def _gate(self, scope: Any, receive: Any, send: Any) -> None:
        """Stand before the app: a captive portal, or the process that dies on the way."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith("/portal/"):
            answer = PORTALS[int(path.removeprefix("/portal/"))]
            headers = {"content-type": answer.sort, "location": "/portal/0"}
            await _send(send, answer.status, headers, answer.body)
            return
        server = self._server
        assert server is not None
        self._backed[TOWN] = server.backed
        before = server.head()

        async def telling(message: Any) -> None:
            server.say(f"      {_said(message)}")
            await send(message)

        try:
            await self._app(scope, receive, telling)
        except Crash:
            await _send(send, 500, {"x-died": "1"}, b"")
        finally:
            await self._note(server, scope, before)

    @staticmethod
    async def _note(server: Server, scope: Any, before: int) -> None:
        """Keep under which grants was decided what the log has now."""
        lines = server.cabinet.log(before) if scope["method"] == "POST" else ()
        if not lines:
            return
        bearer = dict(scope["headers"]).get(b"authorization", b"").decode()
        try:
            session = drive(signed_in(server.people, bearer.removeprefix("Bearer "), server.now_ms()))
        except Refused:
            return
        for line in lines:
            server.grants[line.device, line.seq] = session.grants, server.tree
            server.posted[line.device, line.seq] = bool(session.grants or session.once)


def _said(message: Any) -> str:
    """Give one part of an answer for the story of a seed."""
    body = message.get("body", b"")
    plain = zlib.decompress(body, zlib.MAX_WBITS | 16) if body.startswith(GZIP) else body
    return f"{message.get('status', '')}{plain[:SAID_MAX].decode(errors='replace')}"


async def _send(send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    pairs = [(name.encode(), text.encode()) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
