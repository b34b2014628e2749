"""/api/push: the server's key, and asking to be called on this phone, or no longer. See docs/push.md."""

import base64
import binascii
from typing import Any, Final, Literal

import msgspec
from litestar import Response, delete, get, post
from msgspec import Struct

from backend.context import Context
from backend.evidence import is_key
from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.people import Session
from backend.problems import Refused
from backend.push import AUTH_BYTES, Subscription

BODY_MAX: Final = 2_048  # bytes: an endpoint has 1,024 at most, the keys 110
NO_STORE: Final = {"cache-control": "no-store"}


class Asked(Struct, forbid_unknown_fields=True):
    """What a browser's subscription says, and the language its person reads."""

    endpoint: str
    p256dh: str  # base64url of 65 bytes, as PushSubscription.toJSON() spells it
    auth: str  # base64url of 16
    language: Literal["zh", "en"] = "zh"


def read_asked(body: bytes, session: Session, now_ms: int) -> Subscription:
    """Read a subscription; raises malformed."""
    try:
        asked = msgspec.json.decode(body, type=Asked)
        p256dh, auth = _bytes(asked.p256dh), _bytes(asked.auth)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, binascii.Error, ValueError) as fault:
        raise Refused("malformed") from fault
    if not is_key(p256dh) or len(auth) != AUTH_BYTES:
        raise Refused("malformed", "keys")
    device = session.device
    return Subscription(
        device.town, device.number, device.person, asked.endpoint, p256dh, auth, asked.language, now_ms
    )


def _bytes(text: str) -> bytes:
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def offered(parts: Context) -> bytes:
    """Give the server's key; raises not_found where nobody is called."""
    if not parts.calling.key:
        raise Refused("not_found")
    return parts.calling.key


@get("/api/push")
async def give_push(request: AnyRequest) -> Response[dict[str, Any]]:
    """Give the key a browser binds its subscription to."""
    parts, _ = context(request), await session_of(request)
    key = base64.urlsafe_b64encode(offered(parts)).rstrip(b"=").decode()
    return Response({"key": key}, headers=NO_STORE)


@post("/api/push", status_code=200)
async def begin_push(request: AnyRequest) -> Response[dict[str, Any]]:
    """Call this phone from now on: asked again, it is kept for another month."""
    parts, session = context(request), await session_of(request)
    offered(parts)
    now_ms = parts.towns.now_ms()
    asked = read_asked(await bounded(request, BODY_MAX), session, now_ms)
    if not parts.calling.may_go(asked.endpoint):
        raise Refused("push_elsewhere")
    await parts.calling.subscriptions.put(asked)
    await parts.calling.watch(asked.town)
    return Response({"server_ms": now_ms}, headers=NO_STORE)


@delete("/api/push", status_code=200)
async def end_push(request: AnyRequest) -> Response[dict[str, Any]]:
    """Call this phone no longer; that it was not called is no fault."""
    parts, session = context(request), await session_of(request)
    await parts.calling.subscriptions.drop(session.device.town, session.device.number)
    return Response({"server_ms": parts.towns.now_ms()}, headers=NO_STORE)
