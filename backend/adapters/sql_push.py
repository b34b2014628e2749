"""The subscriptions port over SQLite."""

import sqlite3
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select

from backend.adapters import tables as t
from backend.adapters.sqlite import Sqlite
from backend.adapters.statements import NONE, put, text
from backend.push import Subscription

PUT: Final = put(t.push)
ELSEWHERE: Final = text(delete(t.push).where(t.push.c.endpoint == bindparam("where")))
LISTED: Final = text(
    select(
        t.push.c.town_id, t.push.c.device, t.push.c.person, t.push.c.endpoint, t.push.c.p256dh, t.push.c.auth,
        t.push.c.language, t.push.c.asked_ms,
    )
    .join(t.device, (t.device.c.number == t.push.c.device) & (t.device.c.person == t.push.c.person))
    .where(t.push.c.town_id == bindparam("town"), t.device.c.revoked_ms == NONE)
    .order_by(t.push.c.device)
)  # fmt: skip
_OF: Final = (t.push.c.town_id == bindparam("town"), t.push.c.device == bindparam("which"))
DROP: Final = text(delete(t.push).where(*_OF))
DROP_ONE: Final = text(delete(t.push).where(*_OF, t.push.c.endpoint == bindparam("where")))
SWEEP: Final = text(delete(t.push).where(t.push.c.asked_ms < bindparam("before")))
TOWNS: Final = text(select(t.push.c.town_id).distinct().order_by(t.push.c.town_id))


class SqlSubscriptions:
    """The subscriptions of all towns in one SQLite file."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    async def _read(self, sql: str, **values: Any) -> list[Any]:
        return await self._file.read(lambda raw: raw.execute(sql, values).fetchall())

    async def _write(self, sql: str, **values: Any) -> int:
        return await self._file.write(lambda raw: raw.execute(sql, values).rowcount)

    async def put(self, subscription: Subscription) -> None:
        """Keep a device's subscription in place of its former one."""
        row = msgspec.structs.asdict(subscription)
        row["town_id"] = row.pop("town")

        def write(raw: sqlite3.Connection) -> None:
            raw.execute(ELSEWHERE, {"where": subscription.endpoint})
            raw.execute(PUT, row)

        await self._file.write(write)

    async def listed(self, town: int) -> list[Subscription]:
        """List a town's subscriptions, by device."""
        return [
            Subscription(of, device, person, where, bytes(p256dh), bytes(auth), language, asked_ms)
            for of, device, person, where, p256dh, auth, language, asked_ms in await self._read(
                LISTED, town=town
            )
        ]

    async def drop(self, town: int, device: int, endpoint: str = "") -> None:
        """Forget a device's subscription."""
        if endpoint:
            await self._write(DROP_ONE, town=town, which=device, where=endpoint)
        else:
            await self._write(DROP, town=town, which=device)

    async def sweep(self, before_ms: int) -> int:
        """Forget all that were last asked for before a time."""
        return await self._write(SWEEP, before=before_ms)

    async def towns(self) -> list[int]:
        """List the towns that have any."""
        return [town for (town,) in await self._read(TOWNS)]
