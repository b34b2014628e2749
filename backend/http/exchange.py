"""POST /api/exchange: one round trip pushes and pulls. The bytes are described in docs/sync.md."""

import msgspec
from litestar import Response, post
from litestar.datastructures import State

from backend.exchange import exchange, read_push
from backend.http.body import PACKED_MAX, WIRE_MAX, bounded, inflated, is_packed
from backend.http.context import AnyRequest, context, session_of
from backend.http.squeeze import squeezed
from backend.problems import Refused
from sync.wire import trimmed


@post("/api/exchange", status_code=200, opt={"quiet": True})
async def exchange_once(request: AnyRequest, state: State) -> Response[bytes]:  # noqa: ARG001
    """Push what the phone has, pull what it has not heard."""
    parts, session = context(request), await session_of(request)
    wire = await bounded(request, WIRE_MAX)
    body, packed = inflated(wire, request.headers.get("content-encoding", "")), is_packed(request)
    if packed and len(body) > PACKED_MAX:
        raise Refused("too_large")
    push = read_push(body, packed=packed)
    town = await parts.towns.town(session.person.town, session)
    parts.contacts.note(session.device.number, parts.towns.now_ms())
    actor = session.actor(push.incarnation)
    receipt, news = await exchange(parts.lanes, town, actor, push, parts.towns.now_ms())
    if receipt.missing:
        parts.contacts.claim(town.id, actor.device, push.top)
    if news:
        parts.bell.ring(town.id)
    return squeezed(msgspec.json.encode(trimmed(receipt)), request)
