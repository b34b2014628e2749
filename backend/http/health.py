"""GET /api/health: whether the process lives and can reach its store."""

from importlib.metadata import version
from typing import Any, Final

from litestar import get

from backend.http.context import AnyRequest, context

VERSION: Final = version("qianshao")


@get("/api/health")
async def give_health(request: AnyRequest) -> dict[str, Any]:
    """Say that the server lives, can read its store, and which pages are in force."""
    parts = context(request)
    towns = await parts.lanes.towns()
    return {
        "live": True,
        "ready": True,
        "version": VERSION,
        "kinds": parts.towns.pages.version,
        "towns": len(towns),
    }
