"""A weak link between a phone and a server: slow, long, and cut where a test says so.

A thread of its own with a loop of its own carries the bytes. Bits a second and the round trip can be changed
at any time; what asks for a rest of an upload can be reset, or stall, after so many bytes of it.
"""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

CHUNK: Final = 512  # bytes carried at a time: a fifth of a second at 20 kbit/s
BUFFER: Final = 8_192  # bytes that the kernel may take in ahead of the link, as a modem does
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER that makes close() a reset
HEAD: Final = re.compile(rb"\b([A-Z]{3,7}) (/\S*) HTTP/1\.1\r\n(.*?)\r\n\r\n", re.DOTALL)
OFFSET: Final = re.compile(rb"upload-offset: (\d+)", re.IGNORECASE)


class Asked(NamedTuple):
    """One request that went over the link."""

    method: str
    path: str
    offset: int  # of a piece of an upload, -1 of all else


class Cut(NamedTuple):
    """What happens to a piece of an upload."""

    after: int  # bytes of its body that pass
    stall: bool = False  # nothing more passes, and nobody is told; else the connection is reset


class Weak:
    """Carries connections to a port of this machine."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.port = 0
        self.bits_s = 0.0  # each way; 0 for no limit
        self.trip_s = 0.0  # there and back
        self.up, self.down = 0, 0  # bytes carried
        self.asked: list[Asked] = []
        self.cuts: list[Cut] = []  # of the pieces to come, one each
        self.open, self.stalled = threading.Event(), threading.Event()
        self._never = asyncio.Event()
        self._free_s = {"up": 0.0, "down": 0.0}  # when the link has taken what is on it

    @property
    def url(self) -> str:
        """Where the phone finds its server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pieces(self) -> list[int]:
        """Where the pieces of uploads began, in order."""
        return [each.offset for each in self.asked if each.offset >= 0]

    def slow(self, bits_s: float, trip_s: float) -> None:
        """Make the link slow from now on."""
        self.bits_s, self.trip_s = bits_s, trip_s

    async def serve(self) -> None:
        """Carry until cancelled."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listening.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(self._call, sock=listening, limit=BUFFER)
        self.port = listening.getsockname()[1]
        self.open.set()
        async with server:
            await server.serve_forever()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the test is over
            await self._line(reader, writer)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.trip_s)  # the connection is made: SYN there, SYN-ACK back
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        there, back = Way(self, "up", far_writer), Way(self, "down", writer)
        up = asyncio.create_task(self._up(reader, there))
        down = asyncio.create_task(self._down(far_reader, back))
        done, _ = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        cut = up in done and up.exception() is None and up.result()
        for task in (up, down, there.delivering, back.delivering):
            task.cancel()
        for end in (writer, far_writer):
            if cut:
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.close()

    async def _up(self, reader: asyncio.StreamReader, way: "Way") -> bool:
        """Carry what the phone says, and listen in; True if the line is cut here."""
        ear = Ear()
        while part := await way.read(reader):
            ear.hear(part, self)
            passing = part if ear.end is None else part[: max(0, ear.end - len(ear.heard) + len(part))]
            await way.take(passing)
            self.up += len(passing)
            if ear.end is None or len(ear.heard) < ear.end:
                continue
            await way.arrived()
            if ear.stall:
                self.stalled.set()
                await self._never.wait()  # until the test is over
            return True
        await way.arrived()
        return False

    async def _down(self, reader: asyncio.StreamReader, way: "Way") -> None:
        while part := await way.read(reader):
            await way.take(part)
            self.down += len(part)
        await way.arrived()

    def taken(self, way: str, size: int) -> float:
        """Count bytes onto the link; gives when it has taken them."""
        now_s = asyncio.get_running_loop().time()
        took_s = 8 * size / self.bits_s if self.bits_s else 0.0
        self._free_s[way] = max(now_s, self._free_s[way]) + took_s
        return self._free_s[way]


class Way:
    """One direction of a connection: what it takes arrives in order, half a round trip later."""

    def __init__(self, weak: Weak, name: str, writer: asyncio.StreamWriter) -> None:
        self._weak, self._name, self._writer = weak, name, writer
        self._under: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self.delivering = asyncio.create_task(self._deliver())

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Give what comes next, nothing at the end."""
        try:
            return await reader.read(CHUNK)
        except ConnectionError:
            return b""

    async def take(self, part: bytes) -> None:
        """Take a part as fast as the link is."""
        free_s = self._weak.taken(self._name, len(part))
        self._under.put_nowait((free_s + self._weak.trip_s / 2, part))
        await asyncio.sleep(free_s - asyncio.get_running_loop().time())

    async def arrived(self) -> None:
        """Wait until what was taken has arrived."""
        await self._under.join()

    async def _deliver(self) -> None:
        while True:
            there_s, part = await self._under.get()
            await asyncio.sleep(there_s - asyncio.get_running_loop().time())
            with suppress(ConnectionError):
                if not self._writer.is_closing():  # who has hung up hears no more
                    self._writer.write(part)
                    await self._writer.drain()
            self._under.task_done()


class Ear:
    """What goes up one connection, as far as it is understood."""

    def __init__(self) -> None:
        self.heard = b""
        self.end: int | None = None  # bytes of the connection after which it is cut
        self.stall = False
        self._read = 0

    def hear(self, part: bytes, weak: Weak) -> None:
        """Note the requests that begin in this part."""
        self.heard += part
        for found in HEAD.finditer(self.heard, self._read):
            self._read = found.end()
            piece = OFFSET.search(found[3])
            offset = int(piece[1]) if piece else -1
            further = offset > max(weak.pieces, default=-1)  # a browser asks again what was cut, by itself
            weak.asked.append(Asked(found[1].decode(), found[2].decode(), offset))
            if further and weak.cuts:
                cut = weak.cuts.pop(0)
                self.end, self.stall = found.end() + cut.after, cut.stall


@contextmanager
def weak_to(port: int) -> Iterator[Weak]:
    """Keep a link open."""
    weak, loop = Weak(port), asyncio.new_event_loop()
    task = loop.create_task(weak.serve())

    def run() -> None:
        asyncio.set_event_loop(loop)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        rest = asyncio.all_tasks(loop)
        for each in rest:
            each.cancel()
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        weak.open.wait()
        yield weak
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
