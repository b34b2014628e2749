"""A town's rows in SQLite: everything one request reads or writes, as plain functions of the driver.

It runs on the connection's own thread, a whole port call in one hop: statement by statement through
aiosqlite an exchange woke the event loop 32 times, in one hop a call 18 times (counted in a profile).
"""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from backend.adapters import statements as s
from backend.ports import PhotoRow
from backend.ranges import Ranges, add
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.op import Op, Verdict
from sync.register import Record
from sync.settle import Answer, Known, Logged, Settled
from sync.value import is_record_id

_RECORD: Final = msgspec.json.Decoder(Record)
_ANSWER: Final = msgspec.json.Decoder(tuple[Op, Verdict])
_RANGES: Final = msgspec.json.Decoder(Ranges)


def blob_of(record: str) -> bytes:
    """Pack a record id into 16 bytes: 8 of origin, 8 of number."""
    return bytes.fromhex(record[:16]) + int(record[17:]).to_bytes(8, "big")


def id_of(blob: bytes) -> str:
    """Unpack a record id."""
    return f"{blob[:8].hex()}.{int.from_bytes(blob[8:], 'big')}"


class Shelf:
    """One town's rows, on the thread that owns the connection."""

    def __init__(self, connection: sqlite3.Connection, town: int) -> None:
        self._connection = connection
        self._town = town

    def _rows(self, sql: str, values: dict[str, Any]) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def _many(self, name: str, values: Sequence[Any], tail: str = "", **more: Any) -> list[Any]:
        """Select by a list, in parts of MANY_MAX."""
        found: list[Any] = []
        rest = iter(values)
        while part := list(islice(rest, s.MANY_MAX)):
            sql = s.many(name, len(part)) + tail
            found += self._rows(sql, {"town_id": self._town, **more, **s.listed(part)})
        return found

    def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push."""
        seq, clock, head = self._state()
        if not ops:
            return Known({}, {}, frozenset(), clock, seq, head)
        records = self.records(sorted({op.record for op in ops if is_record_id(op.record)}))
        blob = bytes.fromhex(device)
        bodies = self._many("answers", [op.n for op in ops], device=blob)
        answers = [Answer(*_ANSWER.decode(body)) for (body,) in bodies]
        stamps = self._many("stamps", [op.stamp.wall_ms for op in ops], device=blob)
        used = frozenset((wall_ms, count) for wall_ms, count in stamps)
        return Known(records, {answer.op.n: answer for answer in answers}, used, clock, seq, head)

    def _state(self) -> tuple[int, Stamp, bytes]:
        found = self._rows(s.LANE, {"town_id": self._town})
        if not found:
            return 0, Stamp(0, 0, SERVER), ROOT
        _, seq, wall_ms, count, head = found[0]
        return seq, Stamp(wall_ms, count, SERVER), head

    def records(self, ids: Sequence[str]) -> dict[str, Record]:
        """Load records by id."""
        blobs = [blob_of(each) for each in ids]
        found = [_RECORD.decode(body) for (body,) in self._many("records", blobs)]
        return {record.id: record for record in found}

    def save(self, settled: Settled, photo_refs: Mapping[str, Sequence[str]]) -> None:
        """Store what a push or a timer changed."""
        town, run = self._town, self._connection.executemany
        if settled.log:
            run(s.ADD_OP, [self._op_row(row) for row in settled.log])
            self._mark_seen(settled.log)
        if settled.records:
            changed = [(record, last_change(record)) for record in settled.records.values()]
            run(s.PUT_RECORD, [self._record_row(record) for record, _ in changed])
            run(s.PUT_FEED, [row for record, seq in changed for row in self._feed_rows(record, seq)])
        refs = [
            {"town_id": town, "key": key, "record": blob_of(record)}
            for record, keys in photo_refs.items()
            for key in keys
        ]
        if refs:
            run(s.ADD_REF, refs)
        clock = settled.clock
        state = {"seq": settled.seq, "wall_ms": clock.wall_ms, "count": clock.count, "head": settled.head}
        run(s.PUT_LANE, [{"town_id": town, **state}])

    def _op_row(self, row: Logged) -> dict[str, Any]:
        return {
            "town_id": self._town, "seq": row.seq, "device": bytes.fromhex(row.op.stamp.device),
            "n": row.op.n, "wall_ms": row.stamp.wall_ms, "count": row.stamp.count, "person": row.person,
            "record": row.op.record.encode(), "hash": row.hash,
            "body": msgspec.json.encode((row.op, row.verdict)),
        }  # fmt: skip

    def _record_row(self, record: Record) -> dict[str, Any]:
        return {
            "town_id": self._town, "id": blob_of(record.id), "kind": record.kind, "state": record.state,
            "area": record.area, "author": record.author, "due_ms": record.due_ms,
            "body": msgspec.json.encode(record),
        }  # fmt: skip

    def _feed_rows(self, record: Record, seq: int) -> list[dict[str, Any]]:
        blob = blob_of(record.id)
        return [
            {"town_id": self._town, "channel": channel, "record": blob, "seq": seq}
            for channel in (record.area, -record.author)
        ]

    def _mark_seen(self, log: Sequence[Logged]) -> None:
        by_device: dict[str, list[int]] = {}
        for row in log:
            if row.person:  # the system's own steps carry no device numbers
                by_device.setdefault(row.op.stamp.device, []).append(row.op.n)
        for device, numbers in by_device.items():
            ranges = msgspec.json.encode(add(self.seen(device), numbers)).decode()
            values = {"town_id": self._town, "device": bytes.fromhex(device), "ranges": ranges}
            self._connection.execute(s.PUT_SEEN, values)

    def seen(self, device: str) -> Ranges:
        """Say which op numbers of a device the log holds."""
        found = self._rows(s.SEEN, {"town_id": self._town, "device": bytes.fromhex(device)})
        return _RANGES.decode(found[0][0]) if found else []

    def head(self) -> int:
        """Say the last position taken."""
        return (self._state())[0]

    def since(self, channels: Sequence[int], after: int, limit: int) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first."""
        tail = f" ORDER BY feed.seq LIMIT {int(limit)}"
        found = self._many("since", channels, tail, after=after)
        return [(seq, _RECORD.decode(body)) for seq, body in sorted(found)[:limit]]

    def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""
        sql = f"{s.DUE} LIMIT {int(limit)}"
        found = self._rows(sql, {"town_id": self._town, "now_ms": now_ms})
        return [_RECORD.decode(body) for (body,) in found]

    def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of; one already known keeps what is known of it."""
        if photos:
            self._connection.executemany(s.ADD_PHOTO, [self._photo_row(row) for row in photos])

    def photos(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""
        return {found[0]: PhotoRow(*found) for found in self._many("photos", keys)}

    def verified(self, row: PhotoRow) -> None:
        """Note that the bytes of a photo are on disk and match their hash."""
        self._connection.executemany(s.PUT_PHOTO, [self._photo_row(row)])

    def _photo_row(self, row: PhotoRow) -> dict[str, Any]:
        return {"town_id": self._town, **msgspec.structs.asdict(row)}

    def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""
        found = self._rows(s.REFERRING, {"town_id": self._town, "key": key})
        return [id_of(blob) for (blob,) in found]


def last_change(record: Record) -> int:
    """Say the position of a record's last change."""
    return max(record.head.seq, *(held.seq for held in record.held.values()), 0)
