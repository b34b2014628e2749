"""PUT and GET /api/photos/{key}: the screen size up, its renditions down; links, originals asked for."""

from typing import Annotated, Any, Final

from litestar import Response, get, post, put
from litestar.params import FromPath, QueryParameter

from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.links import GOOD_MS, Link
from backend.photos import Picture, Size, read_digest
from backend.problems import Refused
from sync.permit import Actor, live

HEADERS: Final = {
    "cache-control": "private, no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
MEGABYTE: Final = 2**20
NO_DEVICE: Final = "0" * 8  # an incarnation: looking is the same on all phones of a person


@put("/api/photos/{key:str}", status_code=200)
async def take_photo(key: FromPath[str], request: AnyRequest) -> Response[dict[str, Any]]:
    """Take one photo whose record has been sent; who may not send it is told before a byte is read."""
    parts, session = context(request), await session_of(request)
    digest = read_digest(request.headers.get("content-digest", ""))
    town = await parts.towns.town(session.person.town)
    actor = session.actor(NO_DEVICE)
    await parts.photos.expect(town.id, key, actor, town.world)
    body = await bounded(request, parts.settings.photo_mb * MEGABYTE)
    taken = await parts.photos.accept(town.id, key, digest, body, actor, town.world)
    if taken.new:
        parts.bell.ring(town.id)
    told = {"key": key, "state": "verified", "at": taken.at}
    return Response(told, status_code=201 if taken.new else 200)


@get("/api/photos/{key:str}")
async def give_photo(
    key: FromPath[str], request: AnyRequest, size: Annotated[Size, QueryParameter(name="size")] = "medium"
) -> Response[bytes]:
    """Give one size of a photo to whoever may read a record that shows it."""
    parts, session = context(request), await session_of(request)
    town = await parts.towns.town(session.person.town)
    return _served(
        await parts.photos.fetch(town.id, key, size, session.actor(NO_DEVICE), town.world), request
    )


@post("/api/photos/{key:str}/original", status_code=200)
async def ask_original(key: FromPath[str], request: AnyRequest) -> dict[str, Any]:
    """Ask the phone that took a photo for the file it was made from."""
    parts, session = context(request), await session_of(request)
    town = await parts.towns.town(session.person.town)
    asked = await parts.photos.ask_original(town.id, key, session.actor(NO_DEVICE), town.world)
    if asked.new:
        parts.bell.ring(town.id)
    return {"key": key, "original": asked.state}


@get("/api/photos/{key:str}/link")
async def give_link(
    key: FromPath[str], request: AnyRequest, size: Annotated[Size, QueryParameter(name="size")] = "medium"
) -> dict[str, Any]:
    """Give a link to one size of a photo that needs no sign-in and soon ends."""
    parts, session = context(request), await session_of(request)
    town = await parts.towns.town(session.person.town)
    await parts.photos.expect(town.id, key, session.actor(NO_DEVICE), town.world)
    until_ms = parts.towns.now_ms() + GOOD_MS
    word = parts.links.make(Link(town.id, session.person.id, key, size, until_ms))
    return {"path": f"/api/pictures/{word}", "until_ms": until_ms}


@get("/api/pictures/{word:str}")
async def give_picture(word: FromPath[str], request: AnyRequest) -> Response[bytes]:
    """Give what a link leads to, if the person it was given to may see that still."""
    parts = context(request)
    link = parts.links.read(word, now_ms := parts.towns.now_ms())
    person = await parts.people.person(link.person)
    if person is None or person.town != link.town:
        raise Refused("not_found")
    town = await parts.towns.town(link.town)
    actor = Actor(person.id, live(person.grants, now_ms), "0" * 16)
    return _served(await parts.photos.fetch(town.id, link.key, link.size, actor, town.world), request)


def _served(picture: Picture, request: AnyRequest) -> Response[bytes]:
    """Answer with a picture that cannot act as a page, a script or a worker."""
    if request.headers.get("service-worker") == "script":
        raise Refused("not_found")
    saved = {"content-disposition": f'attachment; filename="{picture.file}"'} if picture.file else {}
    headers = {**HEADERS, **saved, "etag": f'"{picture.tag}"'}
    return Response(picture.body, media_type=picture.media_type, headers=headers)
