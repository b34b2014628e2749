"""How a connection is read: a little at a time, and nothing of a body before it is asked for.

Uvicorn by itself takes up to 256,000 bytes from the kernel at once and lets more than 64 KiB of a body wait,
which a thousand uploads cannot all have; and what waits when a line is cut it throws away. Here one read
waits at most. All else stays with the kernel, which gives out what came before it tells of the cut.
Source: uvicorn 0.54, protocols/http/httptools_impl.py; asyncio, buffered protocols; tcp(7).
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

READ: Final = 16 * 2**10  # bytes read at a time
BUFFER: Final = memoryview(bytearray(READ))  # one for all lines: what is read is taken out at once


class Line(asyncio.BufferedProtocol):
    """A connection; all that is to be known of HTTP is left to uvicorn's protocol."""

    def __init__(self, **told: Any) -> None:
        self._http: Any = HttpToolsProtocol(**told)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._http.connection_made(transport)

    def connection_lost(self, fault: Exception | None) -> None:
        """End."""
        self._http.connection_lost(fault)

    def pause_writing(self) -> None:
        """Let what is sent wait."""
        self._http.pause_writing()

    def resume_writing(self) -> None:
        """Send on."""
        self._http.resume_writing()

    def get_buffer(self, _: int) -> memoryview:
        """Say where to read to."""
        return BUFFER

    def buffer_updated(self, size: int) -> None:
        """Take what was read; while some of a body waits, no more is read until it is asked for."""
        self._http.data_received(bytes(BUFFER[:size]))
        if self._waits():
            self._http.flow.pause_reading()

    def _waits(self) -> bool:
        asked = self._http.cycle  # None before the first request
        if asked is None or asked.response_complete or self._http.transport.is_closing():
            return False  # once it is answered, nobody asks for what is left of it
        return bool(asked.body)
