"""Problem documents at the edge: every exception becomes one, and none of them says 5xx without need."""

import logging
import sqlite3
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from backend.http.context import AnyRequest
from backend.problems import PROBLEMS, Code, Refused, document

_log: Final = logging.getLogger(__name__)
FRAMEWORK: Final[dict[int, Code]] = {404: "no_such_page", 405: "not_allowed", 413: "too_large"}
RETRY_S: Final = 5  # after "busy"


def answer(request: AnyRequest, code: Code, detail: str = "", retry_s: int = 0) -> Response[Any]:
    """Write a problem document in the person's language."""
    body = msgspec.json.encode(document(code, request.headers.get("accept-language", ""), detail))
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    headers |= {"retry-after": str(retry_s)} if retry_s else {}
    headers |= {"connection": "close"} if code == "too_slow" else {}  # its rest is not waited for
    return Response(
        body, status_code=PROBLEMS[code].status, headers=headers, media_type="application/problem+json"
    )


def refused(request: AnyRequest, fault: Refused) -> Response[Any]:
    """Answer an expected refusal."""
    return answer(request, fault.code, fault.detail, fault.retry_s)


def framework(request: AnyRequest, fault: HTTPException) -> Response[Any]:
    """Answer what the framework itself refused."""
    return answer(request, FRAMEWORK.get(fault.status_code, "malformed"), fault.detail)


def store(request: AnyRequest, fault: sqlite3.OperationalError) -> Response[Any]:
    """Answer a store that is full or busy: the phone keeps everything and comes again."""
    _log.error("store: %s", fault)
    code: Code = "storage_full" if "full" in str(fault) else "busy"
    return answer(request, code, retry_s=RETRY_S)


def too_nested(request: AnyRequest, _: RecursionError) -> Response[Any]:
    """Answer input that nests too deep to be handled."""
    return answer(request, "malformed", "nesting")


def unforeseen(request: AnyRequest, fault: Exception) -> Response[Any]:
    """Answer a fault of ours: it is logged, and the phone keeps everything and comes again."""
    _log.error("%s %s", request.method, request.url.path, exc_info=fault)
    return answer(request, "busy", retry_s=RETRY_S)


HANDLERS: Final[dict[Any, Any]] = {
    Refused: refused,
    HTTPException: framework,
    sqlite3.OperationalError: store,
    RecursionError: too_nested,
    Exception: unforeseen,
}
