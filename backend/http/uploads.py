"""/api/uploads: uploads that survive a cut link, spoken in tus 1.0.0.

One mounted handler, for the method may be named by a header in place of its own, and every answer, a refusal
too, bears Tus-Resumable. HEAD answers 423 where another request would be refused for a while: clients take
anything else for the loss of the upload and begin again from the first byte. So it is for a token that has
ended: the upload waits until its owner signs in again, and 423, alike for every name, tells nobody anything.
Source: tus 1.0.0; RFC 9110; tus-js-client 4.3.1, lib/upload.js.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from litestar import Request, asgi
from litestar.types import Receive, Scope, Send
from msgspec import Struct
from msgspec.structs import replace

from backend.http.context import AnyRequest, context, session_of
from backend.http.photos import HEADERS
from backend.http.problems import HANDLERS, answer
from backend.pouring import BrokenOff
from backend.problems import PROBLEMS, Refused
from backend.sending import Elsewhere, Sender, Standing
from media.tus import VERSION, is_piece, method_of, offered, read_creation, read_piece, standing
from sync.permit import Actor

PATH: Final = "/api/uploads"
ALLOWED: Final = {"": ("OPTIONS", "POST"), "name": ("OPTIONS", "HEAD", "PATCH", "DELETE", "GET")}
UNVERSIONED: Final = frozenset({"OPTIONS", "GET"})  # GET is no part of tus
LAST: Final = {"connection": "close"}  # after a piece: docs/adr/0021-a-line-for-each-piece.md
PLAIN: Final = frozenset({404, 405, 412})  # what HEAD says as it is


class Answer(Struct, frozen=True):
    """What goes back."""

    status: int
    headers: dict[str, str] = {}
    body: bytes | AsyncIterator[bytes] = b""


@asgi(PATH, is_mount=True, copy_scope=True)
async def serve_uploads(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request about uploads."""
    request: AnyRequest = Request(scope, receive, send)
    method, name = method_of(request.method, request.headers), scope["path"].strip("/")
    try:
        found = await _door(request, method, name)(request, name)
    except Exception as fault:  # noqa: BLE001 - every fault becomes an answer of this protocol
        found = refusal(request, method, fault)
    await say(send, found if method != "PATCH" else replace(found, headers=found.headers | LAST))


def _door(request: AnyRequest, method: str, name: str) -> Callable[[AnyRequest, str], Awaitable[Answer]]:
    """Find what answers; raises tus_version and not_allowed before anything of the request is acted on."""
    if method not in ALLOWED["name" if name else ""]:
        raise Refused("not_allowed")
    if method not in UNVERSIONED and request.headers.get("tus-resumable") != VERSION:
        raise Refused("tus_version")
    return DOORS[method]


async def _sender(request: AnyRequest) -> Sender:
    parts, session = context(request), await session_of(request)
    town = await parts.towns.town(session.person.town)
    actor: Actor = session.actor("0" * 8)
    return Sender(town.id, actor, town.world)


async def tell(request: AnyRequest, _: str) -> Answer:
    """OPTIONS: say what is spoken here."""
    return Answer(204, offered(context(request).uploads.limits.most))


async def create(request: AnyRequest, _: str) -> Answer:
    """POST: make an upload."""
    asked, who = read_creation(request.headers), await _sender(request)
    if asked is None:
        raise Refused("malformed", "Upload-Length, Upload-Defer-Length or Upload-Metadata")
    here = await context(request).uploads.create(who, asked)
    return Answer(201, {"location": f"{PATH}/{here.upload.name}", **spelled(here)})


async def look(request: AnyRequest, name: str) -> Answer:
    """HEAD: say how far an upload is."""
    here = await context(request).uploads.look(await _sender(request), name)
    return Answer(200, spelled(here))


async def add(request: AnyRequest, name: str) -> Answer:
    """PATCH: add a piece."""
    who = await _sender(request)
    if not is_piece(request.headers.get("content-type", "")):
        raise Refused("wrong_type")
    piece = read_piece(request.headers)
    if piece is None:
        raise Refused("malformed", "Upload-Offset, Upload-Length or Upload-Checksum")
    here = await context(request).uploads.add(who, name, piece, body_of(request))
    return Answer(204, spelled(here))


async def drop(request: AnyRequest, name: str) -> Answer:
    """DELETE: take an upload back."""
    await context(request).uploads.drop(await _sender(request), name)
    return Answer(204)


async def give(request: AnyRequest, name: str) -> Answer:
    """GET: give the bytes of a whole plain upload to its owner, as a file and never as a page."""
    who = await _sender(request)
    if request.headers.get("service-worker") == "script":
        raise Refused("not_found")
    upload, body = context(request).uploads.give(who, name)
    head = {"content-type": "application/octet-stream", "content-disposition": "attachment"}
    return Answer(200, {**HEADERS, **head, "content-length": str(upload.length)}, body)


DOORS: Final = {"OPTIONS": tell, "POST": create, "HEAD": look, "PATCH": add, "DELETE": drop, "GET": give}


def spelled(here: Standing) -> dict[str, str]:
    """Spell how an upload stands, and of a photo that arrived by which position of the log it did."""
    upload = here.upload
    told = standing(here.offset, upload.length, upload.metadata, here.expires_ms)
    arrived = {"photo-state": "verified", "photo-at": str(upload.at)} if upload.done and upload.photo else {}
    return told | arrived


def refusal(request: AnyRequest, method: str, fault: Exception) -> Answer:
    """Spell a refusal as a problem document; of HEAD, which has no body, as 423 unless it is final."""
    problem = next(handler for kind, handler in HANDLERS.items() if isinstance(fault, kind))(request, fault)
    if method == "HEAD" and problem.status_code not in PLAIN:
        problem = answer(request, "locked", retry_s=1)
    headers = {**problem.headers, "content-type": str(problem.media_type)}
    if isinstance(fault, Elsewhere):
        headers["upload-offset"] = str(fault.offset)
    if isinstance(fault, Refused) and fault.code == "signed_out":
        headers["www-authenticate"] = "Bearer"
    if problem.status_code == PROBLEMS["tus_version"].status:
        headers["tus-version"] = VERSION
    if problem.status_code == PROBLEMS["not_allowed"].status:
        headers["allow"] = ", ".join(ALLOWED["name" if request.scope["path"].strip("/") else ""])
    return Answer(problem.status_code, headers, problem.content)


async def body_of(request: AnyRequest) -> AsyncIterator[bytes]:
    """Give a body as it comes; raises BrokenOff when the sender is gone."""
    more = True
    while more:
        message: Any = await request.receive()
        if message["type"] != "http.request":
            raise BrokenOff
        more = message["more_body"]
        if message["body"]:
            yield message["body"]


async def say(send: Send, found: Answer) -> None:
    """Send an answer."""
    headers = {"tus-resumable": VERSION, "cache-control": "no-store", **found.headers}
    if isinstance(found.body, bytes) and found.status != 204:
        headers["content-length"] = str(len(found.body))
    spoken = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": found.status, "headers": spoken})
    if isinstance(found.body, bytes):
        await send({"type": "http.response.body", "body": found.body, "more_body": False})
        return
    async for part in found.body:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
