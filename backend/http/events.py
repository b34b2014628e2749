"""GET /api/events: says only that there is news; the exchange fetches it."""

from collections.abc import AsyncIterator
from typing import Final

from litestar import get
from litestar.response import Stream

from backend.devices import Contacts
from backend.http.context import AnyRequest, context, session_of
from backend.ports import Bell

BEAT_S: Final = 25.0  # a line at least so often: carriers drop silent connections after about 30 s
LIFE_BEATS: Final = 120  # then the phone connects anew, and its sign-in is checked anew


@get("/api/events")
async def listen(request: AnyRequest) -> Stream:
    """Keep a line open to a phone whose app is open."""
    session = await session_of(request)
    town = session.person.town
    parts = context(request)
    lines = _lines(parts.bell, town, parts.bell.rung(town))
    heard = _noted(lines, parts.contacts, session.device.number)
    return Stream(heard, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _noted(lines: AsyncIterator[bytes], contacts: Contacts, device: int) -> AsyncIterator[bytes]:
    with contacts.listening(device):
        async for line in lines:
            yield line


async def _lines(bell: Bell, town: int, heard: int) -> AsyncIterator[bytes]:
    yield b": listening\n\n"
    for _ in range(LIFE_BEATS):
        if await bell.wait(town, heard, BEAT_S):
            heard = bell.rung(town)
            yield b"event: news\ndata:\n\n"
        else:
            yield b": still here\n\n"
