"""POST /api/parked/{incarnation}/{n}: an op no exchange could answer, as bytes nobody here reads."""

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.http.squeeze import squeezed
from backend.poison import KEPT_MAX, Case, Unread, read_name, set_aside


@post("/api/parked/{incarnation:str}/{number:str}", status_code=200)
async def park_bytes(
    incarnation: FromPath[str], number: FromPath[str], request: AnyRequest
) -> Response[bytes]:
    """Keep the bytes under the op's number; a number used before has its first verdict again."""
    parts, session = context(request), await session_of(request)
    n, actor = read_name(incarnation, number), session.actor(incarnation)
    entry = Unread(n, await bounded(request, KEPT_MAX))
    town = await parts.towns.town(session.person.town)
    case = Case(parts.lanes, town.id, town.world, actor, parts.towns.now_ms())
    verdict, new = await set_aside(case, entry)
    if new:
        parts.bell.ring(town.id)
    return squeezed(msgspec.json.encode(verdict), request)
