"""GET /api/kinds and /api/directory: the pages and the town, as the phone keeps them."""

import msgspec
from litestar import Response, get

from backend.http.context import AnyRequest, context, session_of
from backend.http.squeeze import squeezed
from backend.kinds import served
from backend.people import directory


@get("/api/kinds")
async def give_kinds(request: AnyRequest) -> Response[bytes]:
    """Give the kind pages in force; nothing in them is about anybody, so no sign-in is asked."""
    pages = context(request).towns.pages
    pages.refresh()
    tag = f'"{pages.version}"'
    if tag in request.headers.get("if-none-match", ""):  # maybe one of a list, or weak after a proxy
        return Response(b"", status_code=304, headers={"etag": tag, "cache-control": "no-cache"})
    return squeezed(served(pages.kinds, pages.version), request, {"etag": tag, "cache-control": "no-cache"})


@get("/api/directory")
async def give_directory(request: AnyRequest) -> Response[bytes]:
    """Give the signed-in person, the units and the names of colleagues."""
    parts, session = context(request), await session_of(request)
    found = await directory(parts.people, session, parts.towns.now_ms(), parts.towns.calendar())
    return squeezed(msgspec.json.encode(found), request)
