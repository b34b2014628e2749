"""The composition root: the only file that names adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.logging import LoggingConfig
from litestar.openapi.config import OpenAPIConfig

from backend.adapters.attic import DiskAttic
from backend.adapters.courier import Courier
from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import FileLedger
from backend.adapters.mailbox import Mailbox
from backend.adapters.memory import MemoryBell
from backend.adapters.partials import DiskPartials
from backend.adapters.pusher import WebPusher
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sql_people import SqlPeople
from backend.adapters.sql_push import SqlCalls, SqlSubscriptions
from backend.adapters.sqlite import Sqlite
from backend.calendar import FILE as CALENDAR
from backend.calendar import Calendars
from backend.calling import Calling
from backend.care import Care, Late, Places
from backend.collect import Collector, Needed
from backend.config import Settings
from backend.context import Context
from backend.darkroom import Darkroom
from backend.devices import Contacts
from backend.endpoint import Hosts, names
from backend.erase import Store, replay
from backend.evidence import own_key, read_notary
from backend.heap import trim
from backend.http.check import check_sameness
from backend.http.devices import list_devices, take_report
from backend.http.directory import give_directory, give_kinds
from backend.http.events import listen
from backend.http.evidence import take_key
from backend.http.exchange import exchange_once
from backend.http.health import give_health
from backend.http.parked import park_bytes
from backend.http.photos import ask_original, give_link, give_photo, give_picture, take_photo
from backend.http.problems import HANDLERS
from backend.http.push import begin_push, end_push, give_push
from backend.http.session import begin_session, end_session
from backend.http.shell import Shell, give_shell
from backend.http.uploads import serve_uploads
from backend.kinds import Pages
from backend.ledger import FILE as LEDGER
from backend.links import Links, read_key
from backend.outward import Outward
from backend.people import Brake
from backend.photos import Photos
from backend.push import KEY_FILE
from backend.recount import Recount
from backend.sending import Limits
from backend.timers import Timers
from backend.towns import Towns, wall_ms
from backend.upload import Uploads
from backend.witness import Watch
from media.sandbox import Sandbox

LOGGED: Final = "WARNING"  # and what is graver; Litestar by itself tells every library to say INFO
HOUR_MS: Final = 3_600_000
MEGABYTE: Final = 2**20  # bytes
STATIC: Final = Path(__file__).parent / "static"
ROUTES: Final = [
    exchange_once, begin_session, end_session, give_kinds, give_directory, take_photo, give_photo,
    give_link, give_picture, listen, take_report, list_devices, park_bytes, check_sameness, give_health,
    give_shell, serve_uploads, take_key, ask_original, give_push, begin_push, end_push,
]  # fmt: skip


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Context]:
    """Open everything a server needs, and close it at the end; raises InUse if another holds the data."""
    pages, days = Pages(settings.page_dirs), Calendars(settings.root / CALENDAR)
    file = await Sqlite.open(settings.root)
    sandbox = Sandbox()
    try:
        lanes, people = SqlLanes(file), SqlPeople(file)
        blobs, attic = DiskBlobs(settings.root / "photos"), DiskAttic(settings.root)
        ledger, watch = FileLedger(settings.root / LEDGER), Watch(settings.root, lanes)
        if not await watch.settled(len(ledger)) and len(ledger):  # a restore may have brought some back
            await replay(Store(lanes, blobs, ledger, attic), pages.kinds, wall_ms())
        towns = Towns(people, pages, ledger=ledger, backed=watch.backed, days=days)

        def now_ms() -> int:
            return towns.now_ms()  # whatever clock the town has by then

        bell, contacts = MemoryBell(), Contacts(people, lanes)
        darkroom = Darkroom(lanes, blobs, sandbox, towns, bell)
        photos = Photos(lanes, blobs, darkroom, now_ms, read_notary(settings.root))
        partials, limits = DiskPartials(settings.root / "uploads"), limits_of(settings)
        uploads = Uploads(partials, photos, lanes, bell, limits, now_ms)
        await uploads.open()
        late = Late(settings.photo_late_hours * HOUR_MS, settings.emergency_late_hours * HOUR_MS)
        care = Care(Places(lanes, blobs, attic, photos), towns, bell, late)
        collector = Collector(Needed(lanes, blobs, attic, ledger, uploads.claimed), settings.keep_days)
        links = Links(read_key(settings.root))
        asked, kept = SqlSubscriptions(file), SqlCalls(file)
        calling = Calling(pusher_of(settings), asked, kept, lanes, towns, bell, contacts)
        yield Context(
            settings, lanes, people, bell, towns, photos, Brake(), contacts, watch, uploads, care, collector,
            darkroom, links, calling,
        )  # fmt: skip
    finally:
        await sandbox.close()
        await file.close()


def outward(settings: Settings, parts: Context) -> Outward:
    """Make the way to other offices; nothing leaves where no folder is set."""
    office = Mailbox(Path(settings.mailbox)) if settings.mailbox else None
    return Outward(parts.lanes, parts.towns, parts.bell, office)


def limits_of(settings: Settings) -> Limits:
    """Say what uploads may take."""
    most, room = settings.photo_mb * MEGABYTE, settings.uploads_mb * MEGABYTE
    return Limits(most, settings.upload_hours, settings.uploads_open, room)


def pusher_of(settings: Settings) -> WebPusher | None:
    """Make the way to the push services; None if nobody is to be called."""
    if not settings.push or not settings.push_contact:
        return None
    hosts = Hosts(names(settings.push_hosts), names(settings.push_inside))
    contact = settings.push_contact.removeprefix("mailto:")
    return WebPusher(own_key(settings.root / KEY_FILE), contact, Courier(hosts))


def drain(app: Litestar) -> None:
    """Let uploads under way come to an end, for the server is about to stop."""
    if "context" in app.state:
        app.state.context.uploads.drain()


def build(settings: Settings) -> Litestar:
    """Build the application."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with opened(settings) as parts:
            app.state.context = parts
            app.state.shell = Shell(STATIC)
            timers = Timers(
                parts.lanes, parts.bell, parts.contacts.flush, parts.uploads.sweep, parts.care.turn,
                parts.collector.turn, parts.calling.sweep, Recount(parts.lanes, parts.towns).turn,
                outward(settings, parts).turn, trim,
            )  # fmt: skip
            timers.start(parts.towns)
            await parts.watch.start()
            parts.darkroom.start()
            await parts.calling.start()
            try:
                yield
            finally:
                await parts.calling.stop()
                await parts.darkroom.stop()
                await parts.watch.stop()
                await timers.stop()

    hosts = [host for host in settings.hosts.split(",") if host]
    return Litestar(
        route_handlers=list(ROUTES),
        lifespan=[lifespan],
        exception_handlers=HANDLERS,
        allowed_hosts=AllowedHostsConfig(allowed_hosts=hosts) if hosts else None,
        logging_config=LoggingConfig(root={"level": LOGGED, "handlers": ["queue_listener"]}),
        openapi_config=OpenAPIConfig(title="Qianshao", version="1") if settings.schema else None,
        request_max_body_size=None,  # every handler that reads a body bounds it, backend/http/body.py
    )
