"""The push ports in memory: for tests, and for plain reading."""

import asyncio
from collections.abc import Sequence

from backend.ports import People
from backend.push import Message, Sent, Subscription, Waiting


class MemoryPusher:
    """Keeps what was to be sent, and answers as it is told to."""

    def __init__(self, answers: Sequence[Sent] = (), key: bytes = b"\4" + b"k" * 64) -> None:
        self.key = key
        self.pushed: list[tuple[Subscription, Message]] = []
        self.sent = asyncio.Event()  # set by the first
        self.answers = list(answers)  # to the next messages; then each is sent

    def may_go(self, endpoint: str) -> bool:
        """Tell whether an endpoint may be kept and sent to."""
        return endpoint.startswith("https://")

    async def push(self, to: Subscription, message: Message) -> Sent:
        """Send one message."""
        self.pushed.append((to, message))
        self.sent.set()
        return self.answers.pop(0) if self.answers else Sent("sent")


class MemorySubscriptions:
    """Subscriptions in a dictionary, beside the devices of a people port."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._kept: dict[tuple[int, int], Subscription] = {}

    async def put(self, subscription: Subscription) -> None:
        """Keep a device's subscription in place of its former one."""
        self._kept = {key: each for key, each in self._kept.items() if each.endpoint != subscription.endpoint}
        self._kept[subscription.town, subscription.device] = subscription

    async def listed(self, town: int) -> list[Subscription]:
        """List a town's subscriptions, by device."""
        rows = await self._people.reported(town)
        owners = {row.device.number: row.device.person for row in rows if not row.revoked}
        kept = [each for key, each in sorted(self._kept.items()) if key[0] == town]
        return [each for each in kept if owners.get(each.device) == each.person]

    async def drop(self, town: int, device: int, endpoint: str = "") -> None:
        """Forget a device's subscription."""
        found = self._kept.get((town, device))
        if found is not None and endpoint in ("", found.endpoint):
            del self._kept[town, device]

    async def sweep(self, before_ms: int) -> int:
        """Forget all that were last asked for before a time."""
        old = [key for key, each in self._kept.items() if each.asked_ms < before_ms]
        for key in old:
            del self._kept[key]
        return len(old)

    async def towns(self) -> list[int]:
        """List the towns that have any."""
        return sorted({town for town, _ in self._kept})


class MemoryCalls:
    """Calls in a dictionary."""

    def __init__(self) -> None:
        self._due: dict[tuple[int, int, str], Waiting] = {}
        self._seen: dict[int, int] = {}

    async def waiting(self) -> list[Waiting]:
        """List them, the first due first."""
        return sorted(self._due.values(), key=lambda each: (each.due_ms, each.key))

    async def seen(self) -> dict[int, int]:
        """Say by town up to which position of its log calls were made."""
        return dict(self._seen)

    async def looked(self, town: int, seq: int, made: Sequence[Waiting]) -> None:
        """Keep calls, and the position reached with them."""
        self._due |= {each.key: each for each in made}
        self._seen[town] = seq

    async def turned(self, gone: Sequence[tuple[int, int, str]], later: Sequence[Waiting]) -> None:
        """Forget calls, and keep when others are tried again."""
        for key in gone:
            self._due.pop(key, None)
        self._due |= {each.key: each for each in later}
