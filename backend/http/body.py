"""Request bodies, bounded in size and time before they are parsed, inflated as a stream with a cap.

Source: RFC 9110 section 8.4 (content codings); measured: a naive inflate of 1 GiB took 7.2 s and 2 GB.
"""

import asyncio
import zlib
from typing import Final

from backend.http.context import AnyRequest
from backend.problems import Refused

WIRE_MAX: Final = 2**20  # bytes of one exchange as sent; pages are 12 KB, a first push of a week is 100 KB
INFLATED_MAX: Final = 8 * 2**20  # bytes of one exchange inflated
PACKED_MAX: Final = 2 * 2**20  # the same in MessagePack, where one byte can become an object of 70
PACKED: Final = "application/vnd.msgpack"  # as registered with IANA
LENGTH_DIGITS: Final = 15  # of a Content-Length that can be anything but a mistake
PAUSE_S: Final = 30.0  # between two parts of a body, and before the first
PACE: Final = 512  # bytes a second over the whole body: half of what the worst phone link carries
SURE_MAX: Final = INFLATED_MAX // 1_032  # bytes that cannot inflate past the cap: deflate does no better
STEP: Final = 1_024  # bytes inflated at a time while counting: they make a megabyte at most
WINDOW: Final = {"deflate": zlib.MAX_WBITS, "gzip": zlib.MAX_WBITS | 16}


async def bounded(request: AnyRequest, most: int) -> bytes:
    """Read a body of at most `most` bytes; more is refused as soon as it is seen, so is one that stalls."""
    announced = request.headers.get("content-length") or "0"
    if not (announced.isascii() and announced.isdigit()):
        raise Refused("malformed", "Content-Length")
    if len(announced) > LENGTH_DIGITS or int(announced) > most:
        raise Refused("too_large")
    clock = asyncio.get_running_loop().time
    parts, size, begun_s = [], 0, clock()
    try:
        async with asyncio.timeout(PAUSE_S) as limit:
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise Refused("too_large")
                parts.append(part)
                limit.reschedule(min(clock(), begun_s + size / PACE) + PAUSE_S)
    except TimeoutError as fault:
        raise Refused("too_slow") from fault
    return b"".join(parts)


def is_packed(request: AnyRequest) -> bool:
    """Tell whether a body says that it is MessagePack; all else is taken for JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == PACKED


def inflated(body: bytes, encoding: str) -> bytes:
    """Undo one content coding, never past the cap."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in WINDOW:
        raise Refused("wrong_encoding")
    try:
        if len(body) > SURE_MAX and _size(body, WINDOW[name]) > INFLATED_MAX:
            raise Refused("too_large")
        machine = zlib.decompressobj(WINDOW[name])
        plain = machine.decompress(body)
    except zlib.error as fault:
        raise Refused("malformed", "compressed bytes") from fault
    if not machine.eof or machine.unused_data:
        raise Refused("malformed", "compressed bytes end early or late")
    return plain


def _size(body: bytes, window: int) -> int:
    """Measure what a body inflates to without keeping any of it, no further than past the cap.

    Stopped only at the cap, a bomb of a GiB held 17 MiB for as long as it was looked at (measured).
    """
    machine, size = zlib.decompressobj(window), 0
    for at in range(0, len(body), STEP):
        size += len(machine.decompress(body[at : at + STEP]))
        if size > INFLATED_MAX or machine.eof:
            break
    return size
