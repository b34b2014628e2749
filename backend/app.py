"""The composition root: the only file that names adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.openapi.config import OpenAPIConfig

from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import FileLedger
from backend.adapters.memory import MemoryBell
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sql_people import SqlPeople
from backend.adapters.sqlite import Sqlite
from backend.config import Settings
from backend.context import Context
from backend.devices import Contacts
from backend.erase import Store, replay
from backend.http.check import check_sameness
from backend.http.devices import list_devices, take_report
from backend.http.directory import give_directory, give_kinds
from backend.http.events import listen
from backend.http.exchange import exchange_once
from backend.http.health import give_health
from backend.http.parked import park_bytes
from backend.http.photos import give_photo, take_photo
from backend.http.problems import HANDLERS
from backend.http.session import begin_session, end_session
from backend.http.shell import Shell, give_shell
from backend.kinds import Pages
from backend.ledger import FILE as LEDGER
from backend.people import Brake
from backend.photos import Photos
from backend.timers import Timers
from backend.towns import Towns, wall_ms
from backend.witness import Watch
from media.sandbox import Sandbox

STATIC: Final = Path(__file__).parent / "static"
ROUTES: Final = [
    exchange_once, begin_session, end_session, give_kinds, give_directory, take_photo, give_photo, listen,
    take_report, list_devices, park_bytes, check_sameness, give_health, give_shell,
]  # fmt: skip


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Context]:
    """Open everything a server needs, and close it at the end; raises InUse if another holds the data."""
    pages = Pages(settings.page_dirs)
    file = await Sqlite.open(settings.root)
    sandbox = Sandbox()
    try:
        lanes, people = SqlLanes(file), SqlPeople(file)
        blobs = DiskBlobs(settings.root / "photos")
        ledger, watch = FileLedger(settings.root / LEDGER), Watch(settings.root, lanes)
        if not await watch.settled(len(ledger)) and len(ledger):  # a restore may have brought some back
            await replay(Store(lanes, blobs, ledger), pages.kinds, wall_ms())
        towns = Towns(people, pages, ledger=ledger, backed=watch.backed)
        photos = Photos(lanes, blobs, sandbox)
        yield Context(
            settings, lanes, people, MemoryBell(), towns, photos, Brake(), Contacts(people, lanes), watch
        )
    finally:
        await sandbox.close()
        await file.close()


def build(settings: Settings) -> Litestar:
    """Build the application."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with opened(settings) as parts:
            app.state.context = parts
            app.state.shell = Shell(STATIC)
            timers = Timers(parts.lanes, parts.bell, parts.contacts.flush)
            timers.start(parts.towns)
            await parts.watch.start()
            try:
                yield
            finally:
                await parts.watch.stop()
                await timers.stop()

    hosts = [host for host in settings.hosts.split(",") if host]
    return Litestar(
        route_handlers=list(ROUTES),
        lifespan=[lifespan],
        exception_handlers=HANDLERS,
        allowed_hosts=AllowedHostsConfig(allowed_hosts=hosts) if hosts else None,
        openapi_config=OpenAPIConfig(title="Qianshao", version="1") if settings.schema else None,
        request_max_body_size=None,  # every handler that reads a body bounds it, backend/http/body.py
    )
