"""Calling people whose app is closed: beside every request, after what the log says.

1. A town's bell rings: something was written. Its records that changed since the last look are read.
2. Who is told by the steps among it, and asked to be called, goes on a list (backend/reach.py decides).
3. Whose app is open has a moment to fetch it; who has fetched it by then is not called.
4. The rest is sent, a few at a time. What a push service will not take now is tried again, later each time.

No request waits for any of it: a call only says that there is something to fetch. The list is kept in memory,
and beside it, with how far a town was looked through: what a restart finds there, or was written just before
it, goes out then, unless it is a day old. A call that was sent and not yet struck off goes out twice.
"""

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from backend.devices import Contacts
from backend.ports import Bell, Lane, Lanes
from backend.push import Calls, Pusher, Sent, Subscription, Subscriptions, Waiting
from backend.reach import DAY_S, calls, message
from backend.towns import Towns
from sync.permit import Units
from sync.register import Record

BEAT_S: Final = 60.0  # a town's bell is waited for so long at a time
GRACE_MS: Final = 15_000  # for an open app to fetch what the news line told of: worst links take 10 s
AT_ONCE: Final = 8  # requests to push services under way
WAITING_MAX: Final = 5_000  # calls: a flood of them helps nobody, and each is 200 bytes
TRIES_MAX: Final = 6  # then the lists tell: about half an hour
PAUSE_MS: Final = 30_000  # before the second try, doubled with each
KEPT_MS: Final = 30 * DAY_S * 1_000  # a phone says once a day that it wants to be called
HOUR_MS: Final = 3_600_000
PAGE: Final = 200  # records read at a time
_log: Final = logging.getLogger(__name__)


class Calling:
    """Calls the people of all towns, as long as the server runs; without a pusher nobody."""

    def __init__(
        self, pusher: Pusher | None, subscriptions: Subscriptions, kept: Calls, lanes: Lanes, towns: Towns,
        bell: Bell, contacts: Contacts,
    ) -> None:  # fmt: skip
        self.subscriptions = subscriptions
        self._kept = kept
        self._pusher, self._lanes, self._towns, self._bell = pusher, lanes, towns, bell
        self._contacts = contacts
        self._waiting: dict[tuple[int, int, str], Waiting] = {}  # by town, device and record
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by town; 0 is the one that sends
        self._woken = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self._swept_ms = 0

    @property
    def key(self) -> bytes:
        """The key browsers bind their subscriptions to; empty if nobody is called."""
        return self._pusher.key if self._pusher else b""

    def may_go(self, endpoint: str) -> bool:
        """Tell whether a phone may be called at an endpoint."""
        return self._pusher is not None and self._pusher.may_go(endpoint)

    @property
    def waiting(self) -> list[Waiting]:
        """List the calls that are to go out."""
        return list(self._waiting.values())

    async def start(self) -> None:
        """Begin to listen in the towns where somebody asked to be called, from where the last run ended."""
        if self._pusher is None:
            return
        for call in await self._kept.waiting():
            if call.made.told_ms > self._useful_ms():
                self._add(call)
            else:
                await self._kept.turned([call.key], [])
        self._tasks[0] = asyncio.create_task(self._send())
        seen = await self._kept.seen()
        for town in await self.subscriptions.towns():
            await self.watch(town, seen.get(town))

    async def stop(self) -> None:
        """Stop; what still waits is sent after the next start."""
        for task in self._tasks.values():
            task.cancel()
        for task in self._tasks.values():
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def watch(self, town: int, seen: int | None = None) -> None:
        """Listen in a town, from now on or from a position of its log on; once is enough."""
        if 0 in self._tasks and town not in self._tasks:
            heard, head = self._bell.rung(town), await self._lanes.read(town, lambda lane: lane.head())
            after = head if seen is None else min(seen, head)  # a restored town may have less than was seen
            if after < head:
                after = await self.look(town, after, self._useful_ms())
            self._tasks[town] = asyncio.create_task(self._watch(town, heard, after))

    def _useful_ms(self) -> int:
        """Say from when on a call is still of use: what is older stands in the lists."""
        return self._towns.now_ms() - DAY_S * 1_000

    async def _watch(self, town: int, heard: int, after: int) -> None:
        while True:
            if await self._bell.wait(town, heard, BEAT_S):
                heard = self._bell.rung(town)
                try:
                    after = await self.look(town, after)
                except Exception:  # noqa: BLE001 - one bad look must not end all later ones
                    _log.exception("calling in town %d", town)

    async def look(self, town: int, after: int, useful_ms: int = 0) -> int:
        """List the calls for what was written in a town after a position; gives the position reached.

        Not for what happened up to `useful_ms`, server time.
        """
        wanted = await self.subscriptions.listed(town)
        if not wanted:
            return await self._lanes.read(town, lambda lane: lane.head())
        world, crew = (await self._towns.town(town)).world, await self._towns.crew(town)
        head, records = await self._lanes.read(town, lambda lane: changed(lane, world.units, after))
        owners = {each.person for each in wanted}
        people = {person.id: person.grants for person in crew.people if person.id in owners}
        devices: dict[int, list[int]] = {}
        for device, person in crew.devices:
            devices.setdefault(person, []).append(device)
        now_ms, found = self._towns.now_ms(), list[Waiting]()
        for made in calls(records, after, world, people, now_ms):
            is_open = any(self._contacts.listens(device) for device in devices.get(made.person, []))
            due_ms = now_ms + GRACE_MS if is_open else now_ms
            for each in wanted:
                if each.person == made.person and made.told_ms > useful_ms:
                    found.append(Waiting(town, each.device, made, due_ms, is_open))
        await self._kept.looked(town, head, found)
        for call in found:
            self._add(call)
        return head

    def _add(self, call: Waiting) -> None:
        """Put a call on the list in place of an older one of its record; full, plain ones give way."""
        self._waiting.pop(call.key, None)
        if len(self._waiting) >= WAITING_MAX:
            plain = (key for key, each in self._waiting.items() if not each.made.urgent)
            gives_way = next(plain, None)
            self._counts["crowded out"] += 1
            if gives_way is None:
                return
            del self._waiting[gives_way]
        self._waiting[call.key] = call
        self._woken.set()

    async def _send(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.turn()
            except Exception:  # noqa: BLE001 - a store in trouble is tried again
                _log.exception("calling")
            now_ms = self._towns.now_ms()
            next_ms = min((each.due_ms for each in self._waiting.values()), default=now_ms + HOUR_MS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(next_ms - now_ms, 1_000) / 1_000, BEAT_S)):
                    await self._woken.wait()

    async def turn(self) -> None:
        """Send what is due, a few at a time."""
        if self._pusher is None:
            return
        now_ms = self._towns.now_ms()
        ripe = sorted(
            (each for each in self._waiting.values() if each.due_ms <= now_ms),
            key=lambda each: (not each.made.urgent, each.due_ms),
        )
        known: dict[int, Mapping[int, Subscription]] = {}
        for town in {each.town for each in ripe}:
            known[town] = {each.device: each for each in await self.subscriptions.listed(town)}
        for at in range(0, len(ripe), AT_ONCE):
            some = ripe[at : at + AT_ONCE]
            await asyncio.gather(*(self._one(each, known[each.town].get(each.device)) for each in some))
            later = [self._waiting[each.key] for each in some if each.key in self._waiting]
            await self._kept.turned([each.key for each in some if each.key not in self._waiting], later)

    async def _one(self, call: Waiting, to: Subscription | None) -> None:
        """Send one call, unless it has become needless meanwhile."""
        if self._waiting.get(call.key) is call:
            del self._waiting[call.key]
        if self._pusher is None or to is None or to.person != call.made.person or await self._heard(call):
            self._counts["needless"] += 1
            return
        sent = await self._pusher.push(to, message(call.made, to.language))
        self._counts[sent.outcome] += 1
        if sent.outcome == "dead":
            await self.subscriptions.drop(call.town, call.device, to.endpoint)
        if sent.outcome == "later":
            self._again(call, sent)

    async def _heard(self, call: Waiting) -> bool:
        """Tell whether the person had the app open, and it has fetched what there was to fetch."""
        if not call.open:
            return False
        devices = (await self._towns.crew(call.town)).devices
        mine = [device for device, person in devices if person == call.made.person]
        return any(self._contacts.spoke(device) > call.made.told_ms for device in mine)

    def _again(self, call: Waiting, sent: Sent) -> None:
        """Keep a call for another try: as late as asked, or later each time; never all at one moment."""
        wait_ms = max(sent.retry_s * 1_000, PAUSE_MS * 2**call.tries)
        late = 1 + random.random() / 2  # noqa: S311 - it only has to differ
        due_ms = self._towns.now_ms() + round(wait_ms * late)
        over = call.tries + 1 >= TRIES_MAX or due_ms > call.made.told_ms + DAY_S * 1_000
        if over:
            self._counts["given up"] += 1
        elif call.key not in self._waiting:  # a newer one about the same record is enough
            self._waiting[call.key] = replace(call, due_ms=due_ms, tries=call.tries + 1)

    async def sweep(self, now_ms: int) -> None:
        """Once an hour, forget subscriptions nobody renewed, and say in the log how the calls went."""
        self._swept_ms = self._swept_ms or now_ms  # not while everything starts
        if self._pusher is None or now_ms - self._swept_ms < HOUR_MS:
            return
        self._swept_ms = now_ms
        self._counts["forgotten"] = await self.subscriptions.sweep(now_ms - KEPT_MS)
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self._counts.items()) if count)
        if counts:
            _log.warning("calls in this hour: %s; %d waiting", counts, len(self._waiting))
        self._counts.clear()


def changed(lane: Lane, units: Units, after: int) -> tuple[int, list[Record]]:
    """Give the last position, and each record that changed after a position, once."""
    found: dict[str, Record] = {}
    while rows := lane.since(list(units), after, PAGE):
        found |= {record.id: record for _, record in rows}
        after = rows[-1][0]
    return lane.head(), list(found.values())
