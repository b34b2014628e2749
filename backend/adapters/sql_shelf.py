"""A town's rows in SQLite: everything one request reads or writes, as plain functions of the driver.

It is the lane port itself, for work that runs on the connection's own thread as a whole: statement by
statement through aiosqlite an exchange woke the event loop 32 times, in one hop a call 18 times
(counted in a profile), in one hop a request twice.
"""

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from backend.adapters import statements as s
from backend.adapters.sql_album import SqlAlbum, blob_of, id_of, rows_of
from backend.feed import feed_of, tombstone
from backend.ranges import Ranges, add
from sync.clock import SERVER, Stamp
from sync.digest import ROOT, sealed
from sync.links import Made, newest_first
from sync.op import Op, Verdict
from sync.park import emptied
from sync.register import Record
from sync.settle import Answer, Known, Logged, Settled
from sync.value import is_record_id

_RECORD: Final = msgspec.json.Decoder(Record)
_MADE: Final = msgspec.json.Decoder(Made)
_ANSWER: Final = msgspec.json.Decoder(tuple[Op, Verdict])
_RANGES: Final = msgspec.json.Decoder(Ranges)


class Shelf:
    """One town's rows, on the thread that owns the connection."""

    def __init__(self, connection: sqlite3.Connection, town: int) -> None:
        self._connection = connection
        self._town = town
        self.album = SqlAlbum(connection, town)

    def _rows(self, sql: str, values: dict[str, Any]) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def _many(self, name: str, values: Sequence[Any], tail: str = "", **more: Any) -> list[Any]:
        return rows_of(self._connection, self._town, name, values, tail, **more)

    def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push."""
        seq, clock, head = self._state()
        if not ops:
            return Known({}, {}, frozenset(), clock, seq, head)
        named = sorted({op.record for op in ops if is_record_id(op.record)})
        records = {name: record for name, record in self.records(named).items() if record.kind}
        lacking = [blob_of(name) for name in named if name not in records]
        gone = {id_of(blob): bool(erased) for blob, erased in self._many("tombs", lacking)}
        blob = bytes.fromhex(device)
        bodies = self._many("answers", [op.n for op in ops], device=blob)
        answers = [Answer(*_ANSWER.decode(body)) for (body,) in bodies]
        stamps = self._many("stamps", [op.stamp.wall_ms for op in ops], device=blob)
        used = frozenset((wall_ms, count) for wall_ms, count in stamps)
        return Known(records, {each.op.n: each for each in answers}, used, clock, seq, head, gone)

    def _state(self) -> tuple[int, Stamp, bytes]:
        found = self._rows(s.LANE, {"town_id": self._town})
        if not found:
            return 0, Stamp(0, 0, SERVER), ROOT
        _, seq, wall_ms, count, head, _ = found[0]
        return seq, Stamp(wall_ms, count, SERVER), head

    def floor(self) -> int:
        """Say the position below which what was removed is no longer told."""
        found = self._rows(s.LANE, {"town_id": self._town})
        return int(found[0][-1]) if found else 0

    def mark(self, seq: int) -> bytes:
        """Give the hash of the log up to a position."""
        found = self._rows(s.MARK, {"town_id": self._town, "seq": seq})
        return bytes(found[0][0]) if found else ROOT

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
            changed = settled.records.values()
            run(s.PUT_RECORD, [self._record_row(record) for record in changed])
            run(s.PUT_FEED, [row for record in changed for row in self._feed_rows(record)])
            run(s.PUT_LINK, [row for record in changed for row in self._link_rows(record)])
        self.album.refer(photo_refs)
        clock = settled.clock
        state = {"seq": settled.seq, "wall_ms": clock.wall_ms, "count": clock.count, "head": settled.head}
        run(s.PUT_LANE, [{"town_id": town, **state}])

    def _op_row(self, row: Logged) -> dict[str, Any]:
        return {
            "town_id": self._town, "seq": row.seq, "device": bytes.fromhex(row.op.stamp.device),
            "n": row.op.n, "wall_ms": row.stamp.wall_ms, "count": row.stamp.count, "person": row.person,
            "record": row.op.record.encode(), "hash": row.hash,
            "body": row.body,
        }  # fmt: skip

    def _record_row(self, record: Record) -> dict[str, Any]:
        return {
            "town_id": self._town, "id": blob_of(record.id), "kind": record.kind, "state": record.state,
            "area": record.area, "author": record.author, "due_ms": record.due_ms,
            "body": msgspec.json.encode(record),
        }  # fmt: skip

    def _feed_rows(self, record: Record) -> list[dict[str, Any]]:
        blob = blob_of(record.id)
        return [
            {"town_id": self._town, "channel": channel, "record": blob, "seq": seq}
            for channel, seq in feed_of(record).items()
        ]

    def _link_rows(self, record: Record) -> list[dict[str, Any]]:
        row = {"town_id": self._town, "record": blob_of(record.id)} if record.refs else {}
        return [
            {**row, "field": name, "target": blob_of(target) if target else b""}
            for name, target in record.refs.items()
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

    def claim(self, device: str, top: int) -> None:
        """Note the highest op number a device says it made."""
        values = {"town_id": self._town, "device": bytes.fromhex(device), "ranges": "[]", "top": top}
        self._connection.execute(s.CLAIM, values)

    def claimed(self, device: str) -> int:
        """Give the highest op number a device was noted to have made."""
        found = self._rows(s.CLAIMED, {"town_id": self._town, "device": bytes.fromhex(device)})
        return int(found[0][0]) if found else 0

    def numbers(self) -> dict[str, tuple[Ranges, int]]:
        """Say of every device id which numbers the log holds, and the highest it claimed."""
        found = self._rows(s.NUMBERS, {"town_id": self._town})
        return {device.hex(): (_RANGES.decode(ranges), top) for device, ranges, top in found}

    def head(self) -> int:
        """Say the last position taken."""
        return (self._state())[0]

    def since(
        self, channels: Sequence[int], after: int, limit: int, at_hand: Mapping[str, Record] | None = None
    ) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first.

        A phone that pushed finds its own records at the end of the feed; decoding them anew took a fifth
        of an exchange.
        """
        known = {blob_of(name): record for name, record in (at_hand or {}).items()}
        tail = f" ORDER BY feed.seq LIMIT {int(limit)}"
        found = self._many("since", channels, tail, after=after)
        return [(seq, known.get(blob) or _RECORD.decode(body)) for seq, blob, body in sorted(found)[:limit]]

    def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""
        sql = f"{s.DUE} LIMIT {int(limit)}"
        found = self._rows(sql, {"town_id": self._town, "now_ms": now_ms})
        return [_RECORD.decode(body) for (body,) in found]

    def remove(self, record: str, seq: int, now_ms: int, *, erased: bool) -> None:
        """Put a tombstone in place of a record; of an erased one the log forgets the content too."""
        blob, town = blob_of(record), {"town_id": self._town}
        known = self.records([record]).get(record)
        if known is not None:
            self._connection.execute(s.PUT_RECORD, self._record_row(tombstone(known, seq)))
            self._connection.execute(s.FEED_OF, {**town, "which": blob, "at": seq})
            self._connection.execute(s.DROP_LINKS, {**town, "which": blob})
            self.album.release(record)
        if erased:
            self._forget(record)
        tomb = {"record": blob, "seq": seq, "at_ms": now_ms, "erased": int(erased)}
        self._connection.execute(s.PUT_TOMB, {**town, **tomb})

    def _forget(self, record: str) -> None:
        """Leave of the ops on a record only who, when and the hash: the chain still verifies."""
        town = {"town_id": self._town}
        # The whole log is looked through: an op on the record may have come, and been refused, before it.
        for seq, person, wall_ms, count, body in self._rows(s.ABOUT, {**town, "record": record.encode()}):
            op, verdict = _ANSWER.decode(body)
            if op.sets or op.step is not None:
                left = msgspec.json.encode((emptied(op), verdict))
                hashed = sealed(seq, person, wall_ms, count, body)
                self._connection.execute(s.ERASE, {**town, "at": seq, "left": left, "hashed": hashed})

    def names(self) -> Iterator[str]:
        """List the ids of all records there are, were, or were ever spoken of, each once at least."""
        town = {"town_id": self._town}
        for sql in (s.KEPT_NAMES, s.REMOVED_NAMES):
            yield from (id_of(blob) for (blob,) in self._connection.execute(sql, town))
        for (name,) in self._connection.execute(s.LOGGED_NAMES, town):
            yield name.decode()

    def naming(self, record: str) -> list[Record]:
        """List the other records in which a record is named."""
        whole = re.compile(re.escape(record.encode()) + rb"(?!\d)")
        found = self._rows(
            s.NAMING, {"town_id": self._town, "name": record.encode(), "self": blob_of(record)}
        )
        return [_RECORD.decode(body) for (body,) in found if whole.search(body)]

    def linking(self, named: Mapping[str, Collection[str]], limit: int) -> list[Record]:
        """List the records that name others in a ref field, by the name of the field."""
        found: dict[str, None] = {}
        for name, targets in named.items():
            by_target: dict[bytes, list[str]] = {}
            for target, record in self._many("links", [blob_of(each) for each in targets], along=name):
                by_target.setdefault(target, []).append(id_of(record))
            for records in by_target.values():
                found |= dict.fromkeys(self._newest(records, limit))
        return list(self.records(list(found)).values()) if found else []

    def _newest(self, names: list[str], limit: int) -> list[str]:
        """Keep of records, where they are more than a limit, those that were made last."""
        if len(names) <= limit:
            return names
        rows = self._many("records", [blob_of(name) for name in names])
        made = sorted((_MADE.decode(body) for (body,) in rows), key=newest_first)
        return [each.id for each in made[:limit]]

    def sweep(self, before_ms: int, limit: int) -> int:
        """Throw tombstones set before a time away and raise the floor; that a record is gone stays known."""
        town = {"town_id": self._town}
        sql = f"{s.OLD_TOMBS} LIMIT {int(limit)}"
        found = self._rows(sql, {**town, "before_ms": before_ms, "floor": self.floor()})
        for blob, _ in found:
            self._connection.execute(s.DROP_RECORD, {**town, "which": blob})
            self._connection.execute(s.DROP_FEED, {**town, "which": blob})
        if found:
            self._connection.execute(s.RAISE, {**town, "to": found[-1][1]})
        return len(found)
