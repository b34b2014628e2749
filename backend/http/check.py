"""POST /api/check: whether this phone holds what it should (docs/sync.md section 14)."""

from typing import Final

import msgspec
from litestar import Response, post

from backend.check import check, read_asked
from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.http.squeeze import squeezed

ASKED_MAX: Final = 2**18  # bytes: five thousand areas


@post("/api/check", status_code=200)
async def check_sameness(request: AnyRequest) -> Response[bytes]:
    """Say which areas differ from what this person may see, and what there is in them."""
    parts, session = context(request), await session_of(request)
    asked = read_asked(await bounded(request, ASKED_MAX))
    town = await parts.towns.town(session.person.town)
    actor = session.actor("0" * 8)
    checked = await parts.lanes.read(town.id, lambda lane: check(lane, asked, actor, town.world))
    return squeezed(msgspec.json.encode(checked), request)
