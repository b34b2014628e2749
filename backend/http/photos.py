"""PUT and GET /api/photos/{key}: the screen-size image up, its renditions down."""

from typing import Annotated, Any, Final

from litestar import Response, get, put
from litestar.params import FromPath, QueryParameter

from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.photos import Size, read_digest
from backend.problems import Refused

HEADERS: Final = {
    "cache-control": "private, no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
MEGABYTE: Final = 2**20


@put("/api/photos/{key:str}", status_code=200)
async def take_photo(key: FromPath[str], request: AnyRequest) -> Response[dict[str, Any]]:
    """Take one photo whose record has been sent; who may not send it is told before a byte is read."""
    parts, session = context(request), await session_of(request)
    digest = read_digest(request.headers.get("content-digest", ""))
    town = await parts.towns.town(session.person.town)
    actor = session.actor("0" * 8)
    await parts.photos.expect(town.id, key, actor, town.world)
    body = await bounded(request, parts.settings.photo_mb * MEGABYTE)
    new = await parts.photos.accept(town.id, key, digest, body, actor, town.world)
    if new:
        parts.bell.ring(town.id)
    return Response({"key": key, "state": "verified"}, status_code=201 if new else 200)


@get("/api/photos/{key:str}")
async def give_photo(
    key: FromPath[str], request: AnyRequest, size: Annotated[Size, QueryParameter(name="size")] = "medium"
) -> Response[bytes]:
    """Give one size of a photo to whoever may read a record that shows it."""
    parts, session = context(request), await session_of(request)
    if request.headers.get("service-worker") == "script":
        raise Refused("not_found")
    town = await parts.towns.town(session.person.town)
    body, media_type, tag = await parts.photos.fetch(town.id, key, size, session.actor("0" * 8), town.world)
    return Response(body, media_type=media_type, headers={**HEADERS, "etag": f'"{tag}"'})
