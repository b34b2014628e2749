"""POST /api/device: what a phone says of itself. GET /api/devices: the phones a supervisor looks after."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post

from backend.devices import keep_report, listed, read_report
from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.http.health import VERSION
from backend.http.squeeze import squeezed

REPORT_MAX: Final = 4_096  # bytes


@post("/api/device", status_code=200)
async def take_report(request: AnyRequest) -> Response[dict[str, Any]]:
    """Keep what this phone says of itself."""
    parts, session = context(request), await session_of(request)
    report = read_report(await bounded(request, REPORT_MAX))
    now_ms, pages = parts.towns.now_ms(), parts.towns.pages
    await keep_report(parts.people, session, report, (VERSION, pages.version), now_ms)
    return Response({"server_ms": now_ms}, headers={"cache-control": "no-store"})


@get("/api/devices")
async def list_devices(request: AnyRequest) -> Response[bytes]:
    """List phones with what they made, what of it is here, and what may be wrong."""
    parts, session = context(request), await session_of(request)
    now_ms, town = parts.towns.now_ms(), await parts.towns.town(session.person.town)
    rows = await listed(parts.people, parts.lanes, parts.contacts, session, town.world, now_ms)
    return squeezed(msgspec.json.encode({"server_ms": now_ms, "devices": rows}), request)
