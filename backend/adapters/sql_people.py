"""The people port over SQLite: units, persons, enrolment codes, devices."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from backend.adapters import tables as t
from backend.adapters.numbers import number_for
from backend.adapters.sqlite import Sqlite
from backend.adapters.statements import NONE, put, text
from backend.ports import Device, Person, Reported, Unit
from sync.permit import Grant

UNITS: Final = text(
    select(t.unit.c.id, t.unit.c.tier, t.unit.c.parent, t.unit.c.name, t.unit.c.shape)
    .where(t.unit.c.town_id == bindparam("town"))
    .order_by(t.unit.c.id)
)
PEOPLE: Final = text(
    select(t.person.c.id, t.person.c.town_id, t.person.c.name, t.person.c.phone)
    .where(t.person.c.town_id == bindparam("town"))
    .order_by(t.person.c.id)
)
PERSON: Final = text(
    select(t.person.c.id, t.person.c.town_id, t.person.c.name, t.person.c.phone).where(
        t.person.c.id == bindparam("person")
    )
)
GRANTS: Final = text(
    select(
        t.role_grant.c.person, t.role_grant.c.role, t.role_grant.c.unit, t.role_grant.c.from_ms,
        t.role_grant.c.until_ms,
    )
    .join(t.person, t.person.c.id == t.role_grant.c.person)
    .where(t.person.c.town_id == bindparam("town"))
    .order_by(t.role_grant.c.person, t.role_grant.c.role, t.role_grant.c.unit)
)  # fmt: skip
GRANTS_OF: Final = text(
    select(t.role_grant.c.role, t.role_grant.c.unit, t.role_grant.c.from_ms, t.role_grant.c.until_ms)
    .where(t.role_grant.c.person == bindparam("person"))
    .order_by(t.role_grant.c.role, t.role_grant.c.unit)
)
DROP_GRANTS: Final = text(delete(t.role_grant).where(t.role_grant.c.person == bindparam("whose")))
CODE: Final = text(select(t.enrolment).where(t.enrolment.c.code_hash == bindparam("hash")))
SPEND: Final = text(
    update(t.enrolment)
    .where(t.enrolment.c.code_hash == bindparam("hash"))
    .values(used_ms=bindparam("now_ms"))
)
LAST_NUMBER: Final = text(select(func.max(t.device.c.number)))
DEVICE: Final = text(
    select(t.device.c.number, t.device.c.person, t.device.c.town_id).where(
        t.device.c.token_hash == bindparam("token"), t.device.c.revoked_ms == NONE
    )
)
DEVICES: Final = text(
    select(t.device.c.number, t.device.c.person, t.device.c.town_id)
    .where(t.device.c.town_id == bindparam("town"))
    .order_by(t.device.c.number)
)
REVOKE: Final = text(
    update(t.device).where(t.device.c.number == bindparam("which")).values(revoked_ms=bindparam("now_ms"))
)
OWNER: Final = text(select(t.device.c.person).where(t.device.c.number == bindparam("which")))
PUT_DEVICE: Final = put(t.device)
REPORTED: Final = text(
    select(
        t.device.c.number, t.device.c.person, t.device.c.town_id, t.device.c.name, t.device.c.revoked_ms,
        t.device.c.heard_ms, t.device.c.report,
    )
    .where(t.device.c.town_id == bindparam("town"))
    .order_by(t.device.c.number)
)  # fmt: skip
REPORT: Final = text(
    update(t.device)
    .where(t.device.c.number == bindparam("which"))
    .values(report=bindparam("said"), heard_ms=func.max(t.device.c.heard_ms, bindparam("now_ms")))
)
HEARD: Final = text(
    update(t.device)
    .where(t.device.c.number == bindparam("which"))
    .values(heard_ms=func.max(t.device.c.heard_ms, bindparam("now_ms")))
)
OUTSIDE_S: Final = 5.0  # how often it is looked for what others wrote: an operator's own SQL, by hand
ALL: Final = 0  # no town has this number: what is counted under it bears on each
_SHAPE: Final = msgspec.json.Decoder(list[tuple[int, int]])


class SqlPeople:
    """Everybody and every unit of the towns in one SQLite file."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file
        self._made: Counter[int] = Counter()  # changes by town
        self._outside = 0  # what other processes wrote, as last looked for
        self._look: asyncio.Task[None] | None = None
        self._looked = -OUTSIDE_S

    async def changes(self, town: int) -> tuple[int, ...]:
        """Give what differs whenever units, persons, grants or the list of devices may have changed."""
        if time.monotonic() - self._looked >= OUTSIDE_S and (self._look is None or self._look.done()):
            self._looked = time.monotonic()
            self._look = asyncio.create_task(self._look_outside())  # nobody waits: the file may be locked
        return self._made[town], self._made[ALL], self._outside

    async def _look_outside(self) -> None:
        with suppress(ValueError):  # it was closed meanwhile
            self._outside = await self._file.foreign()

    async def _read(self, sql: str, **values: Any) -> list[Any]:
        return await self._file.read(lambda raw: raw.execute(sql, values).fetchall())

    async def _write(self, sql: str, rows: Sequence[dict[str, Any]]) -> None:
        await self._file.write(lambda raw: raw.executemany(sql, rows))

    async def units(self, town: int) -> list[Unit]:
        """List a town's units."""
        return [
            Unit(number, tier, parent, name, _SHAPE.decode(shape))
            for number, tier, parent, name, shape in await self._read(UNITS, town=town)
        ]

    async def people(self, town: int) -> list[Person]:
        """List a town's persons with all their grants."""
        grants: dict[int, list[Grant]] = {}
        for person, *grant in await self._read(GRANTS, town=town):
            grants.setdefault(person, []).append(Grant(*grant))
        return [
            Person(number, of, name, phone, grants.get(number, []))
            for number, of, name, phone in await self._read(PEOPLE, town=town)
        ]

    async def person(self, person: int) -> Person | None:
        """Load one person with all grants."""
        return await self._file.read(lambda raw: _person(raw, person))

    async def put_units(self, town: int, units: Sequence[Unit]) -> None:
        """Add or change units."""
        await self._write(put(t.unit), [_unit_row(town, unit) for unit in units])
        self._made[town] += 1

    async def put_person(self, person: Person) -> None:
        """Add or change a person and replace the grants."""
        row = {"id": person.id, "town_id": person.town, "name": person.name, "phone": person.phone}
        grants = [{"person": person.id, **msgspec.structs.asdict(grant)} for grant in person.grants]

        def write(raw: sqlite3.Connection) -> None:
            raw.execute(put(t.person), row)
            raw.execute(DROP_GRANTS, {"whose": person.id})
            raw.executemany(put(t.role_grant), grants)

        await self._file.write(write)
        self._made[ALL] += 1  # who moves to another town leaves one

    async def put_code(self, code_hash: bytes, person: int, expires_ms: int) -> None:
        """Keep the hash of a one-time enrolment code."""
        row = {"code_hash": code_hash, "person": person, "expires_ms": expires_ms, "used_ms": 0}
        await self._write(put(t.enrolment), [row])

    async def spend_code(self, code_hash: bytes, now_ms: int) -> int | None:
        """Use a code up."""

        def spend(raw: sqlite3.Connection) -> int | None:
            found = raw.execute(CODE, {"hash": code_hash}).fetchone()
            if found is None:
                return None
            _, person, expires_ms, used_ms = found
            if used_ms or now_ms >= expires_ms:
                return 0
            raw.execute(SPEND, {"hash": code_hash, "now_ms": now_ms})
            return int(person)

        return await self._file.write(spend)

    async def bind(
        self, person: Person, name: str, token_hash: bytes, now_ms: int, wanted: int = 0
    ) -> Device:
        """Bind a token to a device: the number wanted if it may have it, else a new one."""
        row = {
            "town_id": person.town, "person": person.id, "name": name, "token_hash": token_hash,
            "made_ms": now_ms, "revoked_ms": 0, "heard_ms": now_ms, "report": b"",
        }  # fmt: skip

        def add(raw: sqlite3.Connection) -> int:
            last = int(raw.execute(LAST_NUMBER).fetchone()[0] or 0)
            owner = raw.execute(OWNER, {"which": wanted}).fetchone()
            number = number_for(person.id, wanted, owner[0] if owner else None, last)
            raw.execute(PUT_DEVICE, {**row, "number": number})
            return number

        number = await self._file.write(add)
        self._made[person.town] += 1
        return Device(number, person.id, person.town)

    async def bearer(self, token_hash: bytes) -> tuple[Device, Person] | None:
        """Find the device a token is bound to, and whose it is, in one hop: every request asks."""

        def find(raw: sqlite3.Connection) -> tuple[Device, Person] | None:
            found = raw.execute(DEVICE, {"token": token_hash}).fetchone()
            person = _person(raw, found[1]) if found else None
            return None if person is None else (Device(*found), person)

        return await self._file.read(find)

    async def devices(self, town: int) -> list[Device]:
        """List a town's devices."""
        return [Device(*found) for found in await self._read(DEVICES, town=town)]

    async def revoke(self, number: int, now_ms: int) -> None:
        """End a device's token."""
        await self._write(REVOKE, [{"which": number, "now_ms": now_ms}])

    async def report(self, number: int, report: bytes, now_ms: int) -> None:
        """Keep what a device says of itself."""
        await self._write(REPORT, [{"which": number, "said": report, "now_ms": now_ms}])

    async def heard(self, times: Mapping[int, int]) -> None:
        """Note when devices last spoke."""
        rows = [{"which": number, "now_ms": at_ms} for number, at_ms in times.items()]
        await self._write(HEARD, rows)

    async def reported(self, town: int) -> list[Reported]:
        """List a town's devices with what they said of themselves."""
        found = await self._read(REPORTED, town=town)
        return [
            Reported(Device(number, person, of), name, bool(revoked_ms), heard_ms, bytes(report))
            for number, person, of, name, revoked_ms, heard_ms, report in found
        ]


def _person(raw: sqlite3.Connection, person: int) -> Person | None:
    found = raw.execute(PERSON, {"person": person}).fetchone()
    if found is None:
        return None
    grants = [Grant(*grant) for grant in raw.execute(GRANTS_OF, {"person": person})]
    number, town, name, phone = found
    return Person(number, town, name, phone, grants)


def _unit_row(town: int, unit: Unit) -> dict[str, Any]:
    return {
        "town_id": town, "id": unit.id, "tier": unit.tier, "parent": unit.parent, "name": unit.name,
        "shape": msgspec.json.encode(unit.shape).decode(),
    }  # fmt: skip
