"""POST /api/device/key: the key a phone seals its photos with."""

import base64
import binascii
from typing import Any, Final

import msgspec
from litestar import Response, post
from msgspec import Struct

from backend.evidence import enlist, is_key
from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.problems import Refused
from sync.value import is_device

BODY_MAX: Final = 512  # bytes


class Told(Struct, frozen=True):
    """A phone's key, and the incarnation whose chain it seals."""

    incarnation: str
    key: str  # base64 of 65 bytes


def read_told(body: bytes) -> tuple[str, bytes]:
    """Read what a phone says of its key; raises malformed."""
    try:
        told = msgspec.json.decode(body, type=Told)
        key = base64.b64decode(told.key, validate=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error, ValueError) as fault:
        raise Refused("malformed") from fault
    if not is_device("0" * 8 + told.incarnation) or not is_key(key):
        raise Refused("malformed", "incarnation or key")
    return told.incarnation, key


@post("/api/device/key", status_code=200)
async def take_key(request: AnyRequest) -> Response[dict[str, Any]]:
    """Keep the key of this phone's incarnation; the first one counts, and `kept` says if it is this."""
    parts, session = context(request), await session_of(request)
    incarnation, key = read_told(await bounded(request, BODY_MAX))
    device, now_ms = bytes.fromhex(session.actor(incarnation).device), parts.towns.now_ms()
    kept = await parts.lanes.write(session.person.town, lambda lane: enlist(lane, device, key, now_ms))
    parts.darkroom.wake()
    return Response({"server_ms": now_ms, "kept": kept}, headers={"cache-control": "no-store"})
