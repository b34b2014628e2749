"""Answers compressed where the phone can read it and it pays."""

import zlib
from typing import Final

from litestar import Response

from backend.http.context import AnyRequest

PAYS_FROM: Final = 200  # bytes; a shorter answer grows
LEVEL: Final = 6  # zlib's own default; level 9 made a receipt of 38 KB 2 per cent smaller


def squeezed(body: bytes, request: AnyRequest, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Answer JSON, in gzip if it is long enough and the phone takes it; never stored by anybody."""
    kept = {"cache-control": "no-store", **(headers or {})}
    if len(body) >= PAYS_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        machine = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        body = machine.compress(body) + machine.flush()
        kept = {**kept, "content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, media_type="application/json", headers=kept)
