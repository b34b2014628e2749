"""The `qianshao` command: serve, demo, migrate, enrol, kinds."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

import uvicorn

from backend.adapters.sqlite import InUse, hold, migrate
from backend.app import build, opened
from backend.config import Settings, SettingsError, read_settings
from backend.demo.seed import Welcome, demo
from backend.kinds import read_pages
from backend.people import new_code
from backend.towns import wall_ms
from sync.kind import KindError, version

KEEP_ALIVE_S: Final = 75  # longer than the phones' own pauses between exchanges while the app is open
GRACE_S: Final = 3  # for answers under way when stopped; the lines of open phones would never end
Command = Callable[[Settings, argparse.Namespace], int]


def serve(settings: Settings, _: argparse.Namespace) -> int:
    """Serve until stopped."""
    read_pages(settings.page_dirs)  # what uvicorn would report with a traceback is said here in one line
    os.close(hold(settings.root))
    uvicorn.run(
        build(settings), host=settings.host, port=settings.port, log_level="warning", server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=GRACE_S, http="httptools", loop="uvloop",
        date_header=False,
    )  # fmt: skip
    return 0


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
    """Check the record kinds and list them."""
    kinds = read_pages(settings.page_dirs)
    for name, kind in kinds.items():
        print(f"{name:12} {kind.label['zh']}  {len(kind.fields)} fields, {len(kind.workflow.steps)} steps")
    print(f"version {version(kinds)}")
    return 0


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
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a setting, page or directory that cannot be used ends it with one clear line."""
    asked = parser().parse_args(arguments)
    try:
        result: int = asked.run(read_settings(os.environ), asked)
    except (SettingsError, KindError, InUse, OSError) as fault:
        print(f"qianshao: {fault}", file=sys.stderr)
        return 2
    return result


if __name__ == "__main__":
    sys.exit(main())
