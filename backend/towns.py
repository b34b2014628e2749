"""What is true of a town right now: its units, its kind pages, the time."""

import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from backend.calendar import Calendars, announced
from backend.darkroom import Scene
from backend.exchange import Town
from backend.kinds import Pages
from backend.people import Common, Session, common, version_for
from backend.ports import Ledger, People
from sync.deadline import Calendar
from sync.settle import World


def wall_ms() -> int:
    """Say the time, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Towns:
    """Puts together what an exchange needs to know; the one place the server's clock is read."""

    def __init__(
        self, people: People, pages: Pages, now_ms: Callable[[], int] = wall_ms,
        ledger: Ledger | None = None, backed: Mapping[int, int] | None = None,
        days: Calendars | None = None,
    ) -> None:  # fmt: skip
        self.people = people
        self.pages = pages
        self.now_ms = now_ms
        self._ledger = ledger
        self._days = days
        self._backed = {} if backed is None else backed  # by town, and kept up to date by backend/witness.py
        self._common: dict[int, tuple[Any, Common]] = {}  # by town, and what it was made of
        self._versions: dict[int, tuple[Any, str]] = {}  # of directories, by device, and what they go by

    async def town(self, town: int, session: Session | None = None) -> Town:
        """Describe a town; with a session also the version of that person's directory."""
        self.pages.refresh()
        shared = await self._shared(town)
        version = self._directory_version(session, shared) if session else ""
        world, backed = self._world(shared), self._backed.get(town, 0)
        return Town(town, world, self.pages.version, version, backed, self._ledger)

    async def scene(self, town: int) -> Scene:
        """Describe what of a town bears on its photos: its pages, and where its units lie."""
        self.pages.refresh()
        shared = await self._shared(town)
        world = self._world(shared)
        return Scene(world, world.shapes)

    def calendar(self) -> Calendar:
        """Give the calendar in force."""
        if self._days is None:
            return announced()
        self._days.refresh()
        return self._days.now

    def _world(self, shared: Common) -> World:
        shapes = {unit.id: unit.shape for unit in shared.units}
        return World(self.pages.kinds, shared.tree, shared.calendar, shapes=shapes, grants=shared.grants)

    async def crew(self, town: int) -> Common:
        """Give the units, people and devices of a town, as its directories share them."""
        return await self._shared(town)

    async def _shared(self, town: int) -> Common:
        basis = await self.people.changes(town), self.calendar()
        known, shared = self._common.get(town, (None, None))
        if shared is None or known != basis:
            shared = await common(self.people, town, basis[1])
            self._common[town] = basis, shared
            self.pages.know(town, shared.tree)
        return shared

    def _directory_version(self, session: Session, shared: Common) -> str:
        turned = bisect_right(shared.turns, self.now_ms())
        basis = shared.digest, turned, tuple(session.grants)
        known, version = self._versions.get(session.device.number, (None, ""))
        if known != basis:
            version = version_for(shared, session, self.now_ms())
            self._versions[session.device.number] = basis, version
        return version
