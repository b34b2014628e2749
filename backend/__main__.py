"""The `qianshao` command: serve, demo, migrate, enrol, kinds, backups, collect, erase, evidence."""

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import uvicorn
from msgspec.structs import replace

from backend.adapters.attic import DiskAttic
from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import FileLedger, merge_ledgers
from backend.adapters.opening import migrate
from backend.adapters.rows import copy_database, rows_of, wanted_version
from backend.adapters.sqlite import InUse, hold
from backend.app import build, drain, opened
from backend.backup import Source, back_up
from backend.calendar import FILE as CALENDAR
from backend.calendar import CalendarError, read_calendar
from backend.collect import PARTS, Collected
from backend.config import Settings, SettingsError, read_settings
from backend.cycles import at_ease
from backend.demo.seed import Welcome, demo
from backend.durable import put_pieces
from backend.erase import Erased, NotErased, Store, erase
from backend.evidence import read_notary, spoken
from backend.export import NotExported, export
from backend.http.line import Line
from backend.kinds import holes, read_pages
from backend.ledger import FILE as LEDGER
from backend.ledger import LedgerDamaged
from backend.manifest import MANIFEST, POOL, BadBackup, Desk, faults_in, faults_of
from backend.orphans import hand_over, orphans
from backend.people import new_code
from backend.restore import restore
from backend.testimony import as_json, examine, told
from backend.towns import wall_ms
from sync.kind import Kind, KindError, version
from sync.permit import OrgUnit
from sync.value import is_record_id

KEEP_ALIVE_S: Final = 75  # longer than the phones' own pauses between exchanges while the app is open
GRACE_S: Final = 3  # for answers under way when stopped; the lines of open phones would never end
NOT_STARTED: Final = 3  # exit status; uvicorn has said why
Command = Callable[[Settings, argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


class Server(uvicorn.Server):
    """A server that tells its application to come to an end before it waits for answers under way."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; uploads under way keep what came of them."""
        self._ending()
        await super().shutdown(sockets)


def serve(settings: Settings, _: argparse.Namespace) -> int:
    """Serve until stopped."""
    _pages(settings)  # what uvicorn would report with a traceback is said here in one line
    read_calendar(settings.root / CALENDAR)
    os.close(hold(settings.root))
    app = build(settings)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_level="warning", server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=GRACE_S, http=cast(Any, Line),
        loop="uvloop", date_header=False,
    )  # fmt: skip
    server = Server(config, lambda: drain(app))
    at_ease()
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else NOT_STARTED


def _pages(settings: Settings) -> dict[str, Kind]:
    """Read the pages; raises KindError too where a list names a unit that no town here has."""
    trees: list[dict[int, OrgUnit]] = []
    with suppress(sqlite3.Error, OSError), rows_of(settings.root) as rows:
        trees = rows.trees()  # none yet, or what is wrong with them is told by whoever opens the tables
    return read_pages(settings.page_dirs, trees)


def run_demo(settings: Settings, asked: argparse.Namespace) -> int:
    """Make the demo town if there is none yet, print fresh sign-in links, and serve it if asked."""
    welcome = asyncio.run(_demo(settings))
    address = f"http://{settings.host}:{settings.port}"
    if asked.json:
        print(json.dumps(welcome.as_json(address), ensure_ascii=False, indent=1))
    else:
        print(welcome.as_text(address))
    sys.stdout.flush()
    return serve(settings, asked) if asked.serve else 0


async def _demo(settings: Settings) -> Welcome:
    async with opened(settings) as parts:
        return await demo(parts, wall_ms())


def run_migrate(settings: Settings, _: argparse.Namespace) -> int:
    """Bring the tables up to date."""
    handle = hold(settings.root)
    migrate(settings.root)
    os.close(handle)
    print(f"tables in {settings.root} are up to date")
    return 0


def run_enrol(settings: Settings, asked: argparse.Namespace) -> int:
    """Print a one-time code for a person."""

    async def make() -> str:
        async with opened(settings) as parts:
            person = await parts.people.person(asked.person)
            if person is None:
                return ""
            return await new_code(parts.people, person.id, wall_ms(), settings.code_hours)

    code = asyncio.run(make())
    print(code or f"there is no person {asked.person}", file=None if code else sys.stderr)
    return 0 if code else 1


def run_kinds(settings: Settings, _: argparse.Namespace) -> int:
    """Check the record kinds and list them; what is wrong with a workflow is listed too, and fails."""
    kinds = _pages(settings)
    faults = holes(kinds)
    for name, kind in kinds.items():
        print(f"{name:12} {kind.label['zh']}  {len(kind.fields)} fields, {len(kind.workflow.steps)} steps")
    print("\n".join([f"version {version(kinds)}", *faults]))
    return 1 if faults else 0


def desk() -> Desk:
    """Say how a database is worked on from outside."""
    return Desk(
        copy_database,
        rows_of,
        migrate,
        merge_ledgers,
        installed("qianshao"),
        wanted_version(),
        Settings().page_dirs[0],
    )


def run_backup(settings: Settings, asked: argparse.Namespace) -> int:
    """Make a backup, while the server runs or not."""
    source = Source(settings.root, settings.page_dirs[1])
    made = back_up(desk(), source, Path(asked.place), wall_ms(), keep=max(asked.keep, 0), fast=asked.fast)
    ends = ", ".join(f"town {town} up to {mark.seq}" for town, mark in sorted(made.manifest.towns.items()))
    print(f"{made.path}: {ends or 'no town'}, {made.manifest.photos} photos")
    for name in made.dropped:
        print(f"{name}: thrown away")
    for digest in made.manifest.lacking:
        print(f"photo {digest} is missing or damaged, here and in every backup", file=sys.stderr)
    return 1 if made.manifest.lacking else 0


def run_restore(settings: Settings, asked: argparse.Namespace) -> int:
    """Put a backup in place of a data directory that nobody serves."""
    into = replace(settings, data=asked.to or settings.data)
    handle = hold(into.root)
    try:
        restored = restore(desk(), Path(asked.backup), into.root, wall_ms())
    finally:
        os.close(handle)

    async def erase_again() -> None:
        async with opened(into):  # which erases again what the ledger names
            pass

    asyncio.run(erase_again())
    print(f"{into.root} is as it was in {restored.manifest.name}; what was there lies in {restored.aside}")
    return 0


def run_check(settings: Settings, asked: argparse.Namespace) -> int:
    """Audit a data directory or a backup."""
    path = Path(asked.path or settings.root)
    backup = (path / MANIFEST).is_file()
    found: list[str] = []
    for fault in (faults_of if backup else faults_in)(desk(), path, fast=asked.fast):
        found.append(fault)
        print(json.dumps({"fault": fault}, ensure_ascii=False) if asked.json else fault, flush=True)
    lying = [] if backup or asked.fast else _orphans(path)
    if not backup:
        hand_over(path, found)
    if asked.json:
        print(json.dumps({"path": str(path), "faults": len(found), "orphaned": len(lying)}))
        return 1 if found else 0
    if lying:
        print(f"{len(lying)} files among the photos that nothing refers to: `qianshao collect --dry-run`")
    print(f"{path}: {len(found) or 'no'} faults")
    return 1 if found else 0


def _orphans(root: Path) -> list[str]:
    with desk().rows(root) as rows:
        return list(orphans(rows, root))


def run_collect(settings: Settings, asked: argparse.Namespace) -> int:
    """Collect what nothing refers to, while the server is stopped; a dry run only lists it."""
    if asked.dry_run:
        for name in (lying := _orphans(settings.root)):
            print(name)
        print(f"{settings.root}: {len(lying) or 'no'} files among the photos that nothing refers to")
        return 0

    async def carry_out() -> Collected:
        async with opened(settings) as parts:
            return await parts.collector.collect(PARTS, wall_ms())

    done = asyncio.run(carry_out())
    print(f"left where they are: {done.loose}, put into the trash: {done.buried}")
    print(f"thrown away: {done.burnt} from the trash, {done.erased} that had been erased")
    return 0


def run_erase(settings: Settings, asked: argparse.Namespace) -> int:
    """Erase a record for good, while the server is stopped."""

    async def carry_out() -> Erased:
        async with opened(settings) as parts:
            store = Store(
                parts.lanes, DiskBlobs(settings.root / "photos"), FileLedger(settings.root / LEDGER),
                DiskAttic(settings.root),
            )  # fmt: skip
            towns = [asked.town] if asked.town else await parts.lanes.towns()
            if len(towns) != 1:
                raise NotErased(f"name the town: --town, one of {towns}")
            return await erase(store, towns[0], asked.record, parts.towns.pages.kinds, wall_ms())

    erased = asyncio.run(carry_out())
    print(f"erased: {', '.join(erased.records)} and {erased.photos} photos")
    for name in erased.naming:
        print(f"{name} names it: what it says stays")
    print("make a backup now: the older ones still hold it, and are erased from as they are restored")
    return 0


def run_evidence_key(settings: Settings, _: argparse.Namespace) -> int:
    """Print the fingerprint of the key this server signs with, to be published."""
    print(spoken(read_notary(settings.root).public))
    return 0


def run_export(settings: Settings, asked: argparse.Namespace) -> int:
    """Write a record out as evidence, while the server runs or not."""
    if not is_record_id(asked.record):
        raise NotExported(f"{asked.record} is no record id")
    path = Path(asked.file)
    with rows_of(settings.root) as rows:
        towns = [asked.town] if asked.town else rows.towns()
        if len(towns) != 1:
            raise NotExported(f"name the town: --town, one of {towns}")
        archive, notary = rows.archive(towns[0]), read_notary(settings.root)
        put_pieces(path, export(archive, settings.root / POOL, notary, (towns[0], asked.record), wall_ms()))
    print(f"{path}: {path.stat().st_size} bytes")
    return 0


def run_verify(_: Settings, asked: argparse.Namespace) -> int:
    """Say whether a bundle is as it was exported, and what it proves; 1 if anything was changed."""
    verdict = examine(Path(asked.file).read_bytes())
    if asked.json:
        print(msgspec.json.encode(as_json(verdict)).decode())
    else:
        print("\n".join(told(verdict)))
    return 0 if verdict.ok else 1


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="qianshao",
        description="Field app and sync server for grassroots grids. Settings: docs/operations.md.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("serve", serve, "serve the town in QIANSHAO_DATA")
    show = add("demo", run_demo, "make a demo town if there is none yet; print one sign-in link per role")
    show.add_argument("--json", action="store_true", help="print the sign-in codes as JSON")
    show.add_argument("--serve", action="store_true", help="then serve it")
    add("migrate", run_migrate, "bring the tables up to date")
    enrol = add("enrol", run_enrol, "print a one-time sign-in code for a person")
    enrol.add_argument("person", type=int, help="the person's number")
    add("kinds", run_kinds, "check the record kinds and list them")
    _add_backups(add)
    _add_evidence(add, commands.add_parser("evidence", help="photos as evidence: export, verify, key"))
    return top


def _add_evidence(add: Add, group: argparse.ArgumentParser) -> None:
    commands = group.add_subparsers(dest="what", required=True, metavar="what")
    write = commands.add_parser("export", help="write a record out; the server may run")
    write.add_argument("record", metavar="RECORD", help="its id")
    write.add_argument("file", metavar="FILE", help="the bundle to write")
    write.add_argument("--town", type=int, default=0, metavar="N", help="where there are several")
    write.set_defaults(run=run_export)
    key = commands.add_parser("key", help="print the fingerprint of this server's key, to be published")
    key.set_defaults(run=run_evidence_key)
    what = "say whether a bundle is as it was exported, and what it proves"
    short = add("verify", run_verify, what)
    for look in (short, commands.add_parser("verify", help=what)):
        look.add_argument("file", metavar="FILE", help="the bundle")
        look.add_argument("--json", action="store_true", help="as JSON")
        look.set_defaults(run=run_verify)


def _add_backups(add: Add) -> None:
    fast = "do not read the photos that are there"
    save = add("backup", run_backup, "make a verified backup; the server may run")
    save.add_argument("place", metavar="DEST", help="folder of the backups, best on another machine's disk")
    save.add_argument("--keep", type=int, default=0, metavar="N", help="throw all but the newest N away")
    save.add_argument("--fast", action="store_true", help=fast)
    back = add("restore", run_restore, "put a backup in place of the data, which is kept aside")
    back.add_argument("backup", metavar="BACKUP", help="one backup, a folder of DEST")
    back.add_argument("--to", default="", metavar="DIR", help="another data directory")
    look = add("check", run_check, "audit a data directory or a backup; the server may run")
    look.add_argument("path", nargs="?", default="", help="default: the data directory")
    look.add_argument("--json", action="store_true", help="one JSON object a line")
    look.add_argument("--fast", action="store_true", help=fast)
    free = add("collect", run_collect, "throw away photos nothing refers to (not while the server runs)")
    free.add_argument("--dry-run", action="store_true", help="only list them; the server may run")
    gone = add("erase", run_erase, "erase a record by law, for good (not while the server runs)")
    gone.add_argument("record", metavar="RECORD", help="its id")
    gone.add_argument("--town", type=int, default=0, metavar="N", help="where there are several")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a setting, page or directory that cannot be used ends it with one clear line."""
    asked = parser().parse_args(arguments)
    try:
        result: int = asked.run(read_settings(os.environ), asked)
    except (
        SettingsError,
        KindError,
        CalendarError,
        InUse,
        BadBackup,
        NotErased,
        NotExported,
        LedgerDamaged,
        OSError,
        sqlite3.Error,
    ) as fault:
        print(f"qianshao: {fault}", file=sys.stderr)
        return 2
    return result


if __name__ == "__main__":
    sys.exit(main())
