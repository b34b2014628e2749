"""POST /api/session: a one-time code for a device-bound token. DELETE ends it."""

import re
from typing import Any

import msgspec
from litestar import Response, delete, post
from msgspec import Struct

from backend.http.body import bounded
from backend.http.context import AnyRequest, context, session_of
from backend.people import enrol
from backend.problems import Refused

BODY_MAX = 2_000  # bytes: a code and the name of a phone
NUMBER = re.compile("[0-9a-f]{8}")


class Enrolment(Struct, forbid_unknown_fields=True):
    """What a phone sends to be enrolled."""

    code: str
    device_name: str = ""
    device: str = ""  # the number this phone bore before, 8 hex digits: kept if it is still its own


def read_enrolment(body: bytes) -> Enrolment:
    """Decode an enrolment."""
    try:
        return msgspec.json.decode(body, type=Enrolment)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused("malformed") from fault


def _number(text: str) -> int:
    """Read a device number; 0 where there is none."""
    return int(text, 16) if NUMBER.fullmatch(text) else 0


@post("/api/session", status_code=201)
async def begin_session(request: AnyRequest) -> Response[dict[str, Any]]:
    """Bind this phone to a person."""
    parts, now_ms = context(request), context(request).towns.now_ms()
    asked = read_enrolment(await bounded(request, BODY_MAX))
    address = request.client.host if request.client else ""
    parts.brake.take(address, now_ms)
    token, device = await enrol(parts.people, asked.code, asked.device_name, now_ms, _number(asked.device))
    parts.brake.give_back(address)
    answer = {"token": token, "device": f"{device.number:08x}", "person": device.person}
    return Response(answer, headers={"cache-control": "no-store"})


@delete("/api/session", status_code=204)
async def end_session(request: AnyRequest) -> None:
    """Let go of this phone's token."""
    parts, session = context(request), await session_of(request)
    await parts.people.revoke(session.device.number, parts.towns.now_ms())
