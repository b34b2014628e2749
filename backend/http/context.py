"""What every handler needs, put together once in app.py and handed over as app state."""

from typing import Any

from litestar import Request

from backend.context import Context
from backend.people import Session, signed_in

AnyRequest = Request[Any, Any, Any]


def context(request: AnyRequest) -> Context:
    """Find the server's parts."""
    found: Context = request.app.state.context
    return found


async def session_of(request: AnyRequest) -> Session:
    """Find who is asking; raises signed_out."""
    parts = context(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else ""
    return await signed_in(parts.people, bearer, parts.towns.now_ms())
