"""A road between a client and a server that loses connections: after so many bytes, or so much time, seeded.

A thread of its own with a loop of its own. What was cut is reset, as a carrier's box or a dead cell does it.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER that makes close() a reset
CHUNK: Final = 1_024  # bytes carried at a time
BURST_S: Final = 0.01  # a sleep that was too long is caught up with
Draw = Callable[[random.Random], float]


@dataclass
class Road:
    """Carries connections to a port of this machine; counts what goes up."""

    to: int
    seed: int = 0
    bytes_: Draw | None = None  # bytes up after which a connection is cut
    seconds: float = 0.0  # after which it is cut whatever it carries; 0: never
    rate: float = 0.0  # bytes a second up, all connections together; 0: as fast as it goes
    rtt: float = 0.0  # seconds that a connection and each answer take
    port: int = 0
    up: int = 0  # bytes carried up
    cuts: int = 0
    lines: int = 0
    free_s: float = 0.0  # when the road has carried what is on it

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def serve(self, ready: Callable[[], None]) -> None:
        """Carry until cancelled."""
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        async with server:
            await server.serve_forever()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        await asyncio.sleep(self.rtt)
        left = self.bytes_(self._random) if self.bytes_ else float("inf")
        with suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
            up = asyncio.create_task(self._carry(reader, far_writer, left))
            if await self._both(up, asyncio.create_task(self._back(far_reader, writer))):
                self.cuts += 1
                _reset(far_writer)
                _reset(writer)
            far_writer.close()
        writer.close()

    async def _both(self, up: "asyncio.Task[bool]", down: "asyncio.Task[None]") -> bool:
        """Carry both ways until one end closes; True if the road was cut before."""
        try:
            done, _ = await asyncio.wait(
                {up, down}, timeout=self.seconds or None, return_when=asyncio.FIRST_COMPLETED
            )
            return not done or (up in done and up.result())
        finally:
            up.cancel()
            down.cancel()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: float) -> bool:
        """Carry up; True if this is where the road ends."""
        with suppress(ConnectionError):
            while part := await reader.read(CHUNK):
                sent = part[: int(min(len(part), left))]
                left -= len(part)
                await self._wait(len(sent))
                self.up += len(sent)
                writer.write(sent)
                await writer.drain()
                if left <= 0:
                    return True
        return False

    async def _wait(self, size: int) -> None:
        if self.rate:
            now_s = asyncio.get_running_loop().time()
            self.free_s = max(now_s - BURST_S, self.free_s) + size / self.rate
            await asyncio.sleep(self.free_s - now_s)

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while part := await reader.read(65_536):
                await asyncio.sleep(self.rtt)
                writer.write(part)
                await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.close()


@contextmanager
def carried(road: Road) -> Iterator[Road]:
    """Keep a road open."""
    loop, open_ = asyncio.new_event_loop(), threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        for rest in asyncio.all_tasks(loop):
            rest.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    task = loop.create_task(road.serve(open_.set))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    open_.wait()
    try:
        yield road
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
