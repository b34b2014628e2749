"""Posts to push services: one request, to an address that was looked at, and nowhere else.

No redirect is followed and no answer's body is read: what a host says can send us nowhere, and nothing
of it comes back to whoever named the host. HTTP is parsed by httptools, as by the server itself.
"""

import asyncio
import contextlib
import email.utils
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import httptools

from backend.endpoint import Hosts, is_public, parted

PORT: Final = 443
WITHIN_S: Final = 15.0  # for all of it: whoever is slower is tried again
ANSWER_MAX: Final = 65_536  # bytes of an answer that are looked at
PART: Final = 4_096
RETRY_MAX_S: Final = 86_400  # asked to wait longer, it waits so long
Resolve = Callable[[str], Awaitable[list[str]]]


class Barred(Exception):
    """The host may not be sent to: it is not on the list, or an address of it is not public."""


async def resolved(host: str) -> list[str]:
    """Look the addresses of a host up."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class _Answer:
    """What is wanted of an answer: its status, and when to come again."""

    def __init__(self) -> None:
        self.retry_after = b""
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self.retry_after = value

    def on_headers_complete(self) -> None:
        self.whole = True


class Courier:
    """Carries bytes to the hosts it may."""

    def __init__(
        self, hosts: Hosts, resolve: Resolve = resolved, tls: ssl.SSLContext | None = None, port: int = PORT
    ) -> None:
        self.hosts, self._resolve, self._port = hosts, resolve, port
        self._tls = tls or ssl.create_default_context()

    async def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> tuple[int, int]:
        """Post; gives the status and for how many seconds to wait, 0 if that was not said.

        Raises Barred, and OSError for whatever the network does; a timeout is one too.
        """
        parts = parted(endpoint)
        if parts is None or not self.hosts.allow(parts[0]):
            raise Barred(endpoint[:80])
        host, target = parts
        lines = [f"POST {target} HTTP/1.1", f"host: {host}", "connection: close"]
        lines += [f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await self._dial(host)
            try:
                writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
                await writer.drain()
                return await _heard(reader)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _dial(self, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to one of a host's addresses: the very ones that were looked at, not a name again."""
        addresses = await self._resolve(host)
        if host not in self.hosts.inside and not all(is_public(each) for each in addresses):
            raise Barred(f"{host} is at {addresses[0]}")
        fault: OSError = ConnectionError(f"{host} has no address")
        for address in addresses:
            try:
                return await asyncio.open_connection(address, self._port, ssl=self._tls, server_hostname=host)
            except ssl.SSLError:
                raise
            except OSError as found:
                fault = found
        raise fault


async def _heard(reader: asyncio.StreamReader) -> tuple[int, int]:
    answer = _Answer()
    parser = httptools.HttpResponseParser(answer)
    left = ANSWER_MAX
    while not answer.whole and left > 0:
        part = await reader.read(PART)
        if not part:
            raise ConnectionError("no answer")
        left -= len(part)
        try:
            parser.feed_data(part)
        except httptools.HttpParserError as fault:
            raise ConnectionError("no HTTP") from fault
    if not answer.whole:
        raise ConnectionError("the answer does not end")
    return parser.get_status_code(), retry_s(answer.retry_after.decode("latin-1"), time.time())


def retry_s(text: str, now_s: float) -> int:
    """Read Retry-After: seconds, or a date (RFC 9110 section 10.2.3); 0 if it is neither."""
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), RETRY_MAX_S)
    try:
        at_s = email.utils.parsedate_to_datetime(text).timestamp()
    except ValueError:
        return 0
    return max(0, min(round(at_s - now_s), RETRY_MAX_S))
