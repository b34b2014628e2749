"""The push ports over SQLite."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select

from backend.adapters import tables as t
from backend.adapters.sqlite import Sqlite
from backend.adapters.statements import NONE, put, text
from backend.push import Subscription, Waiting

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

DUE: Final = text(select(t.call_due.c.body))
PUT_DUE: Final = put(t.call_due)
DROP_DUE: Final = text(
    delete(t.call_due).where(
        t.call_due.c.town_id == bindparam("town"),
        t.call_due.c.device == bindparam("which"),
        t.call_due.c.record == bindparam("about"),
    )
)
SEEN: Final = text(select(t.call_seen.c.town_id, t.call_seen.c.seq))
PUT_SEEN: Final = put(t.call_seen)
_WAITING: Final = msgspec.json.Decoder(Waiting)


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


class SqlCalls:
    """The calls of all towns in one SQLite file."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    async def waiting(self) -> list[Waiting]:
        """List them, the first due first."""
        rows = await self._file.read(lambda raw: raw.execute(DUE).fetchall())
        return sorted((_WAITING.decode(body) for (body,) in rows), key=lambda each: (each.due_ms, each.key))

    async def seen(self) -> dict[int, int]:
        """Say by town up to which position of its log calls were made."""
        return dict(await self._file.read(lambda raw: raw.execute(SEEN).fetchall()))

    async def looked(self, town: int, seq: int, made: Sequence[Waiting]) -> None:
        """Keep calls, and the position reached with them."""

        def write(raw: sqlite3.Connection) -> None:
            raw.executemany(PUT_DUE, map(_row, made))
            raw.execute(PUT_SEEN, {"town_id": town, "seq": seq})

        await self._file.write(write)

    async def turned(self, gone: Sequence[tuple[int, int, str]], later: Sequence[Waiting]) -> None:
        """Forget calls, and keep when others are tried again."""
        keys = [{"town": town, "which": device, "about": record} for town, device, record in gone]

        def write(raw: sqlite3.Connection) -> None:
            raw.executemany(DROP_DUE, keys)
            raw.executemany(PUT_DUE, map(_row, later))

        await self._file.write(write)


def _row(call: Waiting) -> dict[str, Any]:
    town, device, record = call.key
    return {"town_id": town, "device": device, "record": record, "body": msgspec.json.encode(call)}
