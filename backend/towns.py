"""What is true of a town right now: its units, its kind pages, the time."""

import time
from collections.abc import Callable
from typing import Final

from backend.exchange import Town
from backend.kinds import Pages
from backend.people import Session, directory
from backend.ports import People, Unit
from sync.settle import World

KEEP_S: Final = 5.0  # how long units are taken from memory: changing one is rare, reading is constant


def wall_ms() -> int:
    """Say the time, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Towns:
    """Puts together what an exchange needs to know; the one place the server's clock is read."""

    def __init__(self, people: People, pages: Pages, now_ms: Callable[[], int] = wall_ms) -> None:
        self.people = people
        self.pages = pages
        self.now_ms = now_ms
        self._units: dict[int, tuple[float, list[Unit]]] = {}
        self._versions: dict[int, tuple[float, str]] = {}

    async def town(self, town: int, session: Session | None = None) -> Town:
        """Describe a town; with a session also the version of that person's directory."""
        self.pages.refresh()
        units = await self._tree(town)
        world = World(self.pages.kinds, {unit.id: unit.node for unit in units})
        version = await self._directory_version(session) if session else ""
        return Town(town, world, self.pages.version, version)

    def enrolled(self) -> None:
        """Hear that there is a new device: everybody's directory names it."""
        self._versions.clear()

    async def _tree(self, town: int) -> list[Unit]:
        read, units = self._units.get(town, (0.0, []))
        if not units or time.monotonic() - read > KEEP_S:
            units = await self.people.units(town)
            self._units[town] = time.monotonic(), units
        return units

    async def _directory_version(self, session: Session) -> str:
        read, version = self._versions.get(session.device.number, (0.0, ""))
        if not version or time.monotonic() - read > KEEP_S:
            version = (await directory(self.people, session, self.now_ms())).version
            self._versions[session.device.number] = time.monotonic(), version
        return version
