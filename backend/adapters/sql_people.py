"""The people port over SQLite: units, persons, enrolment codes, devices."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import sqlite

from backend.adapters import tables as t
from backend.adapters.sqlite import Sqlite, rows
from backend.adapters.statements import NONE, put, text
from backend.ports import Device, Person, Unit
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
ADD_DEVICE: Final = text(sqlite.insert(t.device))
_SHAPE: Final = msgspec.json.Decoder(list[tuple[int, int]])


class SqlPeople:
    """Everybody and every unit of the towns in one SQLite file."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    async def _read(self, sql: str, **values: Any) -> list[Any]:
        return list(await rows(self._file.reader, sql, values))

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
        found = await self._read(PERSON, person=person)
        if not found:
            return None
        grants = [Grant(*grant) for grant in await self._read(GRANTS_OF, person=person)]
        number, town, name, phone = found[0]
        return Person(number, town, name, phone, grants)

    async def put_units(self, town: int, units: Sequence[Unit]) -> None:
        """Add or change units."""
        async with self._file.transaction() as connection:
            await connection.executemany(put(t.unit), [_unit_row(town, unit) for unit in units])

    async def put_person(self, person: Person) -> None:
        """Add or change a person and replace the grants."""
        row = {"id": person.id, "town_id": person.town, "name": person.name, "phone": person.phone}
        async with self._file.transaction() as connection:
            await connection.executemany(put(t.person), [row])
            await connection.execute_fetchall(DROP_GRANTS, {"whose": person.id})
            grants = [{"person": person.id, **msgspec.structs.asdict(grant)} for grant in person.grants]
            await connection.executemany(put(t.role_grant), grants)

    async def put_code(self, code_hash: bytes, person: int, expires_ms: int) -> None:
        """Keep the hash of a one-time enrolment code."""
        row = {"code_hash": code_hash, "person": person, "expires_ms": expires_ms, "used_ms": 0}
        async with self._file.transaction() as connection:
            await connection.executemany(put(t.enrolment), [row])

    async def spend_code(self, code_hash: bytes, now_ms: int) -> int | None:
        """Use a code up."""
        async with self._file.transaction() as connection:
            found = await rows(connection, CODE, {"hash": code_hash})
            if not found:
                return None
            _, person, expires_ms, used_ms = found[0]
            if used_ms or now_ms >= expires_ms:
                return 0
            await connection.execute_fetchall(SPEND, {"hash": code_hash, "now_ms": now_ms})
            return int(person)

    async def bind(self, person: Person, name: str, token_hash: bytes, now_ms: int) -> Device:
        """Give a new device its number and bind a token to it."""
        async with self._file.transaction() as connection:
            number = ((await rows(connection, LAST_NUMBER, {}))[0][0] or 0) + 1
            row = {
                "number": number, "town_id": person.town, "person": person.id, "name": name,
                "token_hash": token_hash, "made_ms": now_ms, "revoked_ms": 0,
            }  # fmt: skip
            await connection.execute_fetchall(ADD_DEVICE, row)
        return Device(number, person.id, person.town)

    async def device(self, token_hash: bytes) -> Device | None:
        """Find the device a token is bound to."""
        found = await self._read(DEVICE, token=token_hash)
        return Device(*found[0]) if found else None

    async def devices(self, town: int) -> list[Device]:
        """List a town's devices."""
        return [Device(*found) for found in await self._read(DEVICES, town=town)]

    async def revoke(self, number: int, now_ms: int) -> None:
        """End a device's token."""
        async with self._file.transaction() as connection:
            await connection.execute_fetchall(REVOKE, {"which": number, "now_ms": now_ms})


def _unit_row(town: int, unit: Unit) -> dict[str, Any]:
    return {
        "town_id": town, "id": unit.id, "tier": unit.tier, "parent": unit.parent, "name": unit.name,
        "shape": msgspec.json.encode(unit.shape).decode(),
    }  # fmt: skip
