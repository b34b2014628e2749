"""The hot path's statements: declared with SQLAlchemy Core, compiled once, run on the driver itself.

SQLAlchemy's async layer halves throughput here (measured: 373 against 760 transactions a second).
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Executable,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import sqlite

from backend.adapters import tables as t
from backend.ports import PhotoRow

DIALECT: Final = sqlite.dialect(paramstyle="named")
NONE: Final[ColumnElement[int]] = literal_column(
    "0"
)  # a time that has not come; written into the SQL, not bound
MANY_MAX: Final = 500  # values of one IN list; longer lists are asked in parts


def text(statement: Executable) -> str:
    """Compile a statement to the SQL the driver takes, with :named parameters."""
    return str(statement.compile(dialect=DIALECT))  # type: ignore[attr-defined]


def put(table: Table) -> str:
    """Compile an insert that replaces the row with the same primary key."""
    insert = sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    rest = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    return text(insert.on_conflict_do_update(index_elements=keys, set_=rest))


def change(table: Table, *names: str) -> str:
    """Compile an insert that, where the row is there, changes the columns named and leaves the rest."""
    insert = sqlite.insert(table).values(
        {
            column.name: bindparam(column.name)
            for column in table.columns
            if column.name in names or column.primary_key
        }
    )
    keys = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in names}
    return text(insert.on_conflict_do_update(index_elements=keys, set_=changed))


def claim(table: Table) -> str:
    """Compile an insert that, where the row is there, only ever raises its `top`."""
    insert = sqlite.insert(table)
    raised = {"top": func.max(table.c.top, insert.excluded.top)}
    keys = [column.name for column in table.primary_key]
    return text(insert.on_conflict_do_update(index_elements=keys, set_=raised))


def add(table: Table) -> str:
    """Compile an insert that leaves an existing row as it is."""
    return text(sqlite.insert(table).on_conflict_do_nothing())


def _named(count: int) -> str:
    return ", ".join(f":v{index}" for index in range(count))


@cache
def many(name: str, count: int) -> str:
    """Compile a select by a list of `count` values, :v0, :v1 ...; there are at most a few hundred forms."""
    base, column = BY_LIST[name]
    return f"{base} AND {column} IN ({_named(count)})"


def listed(values: Sequence[Any]) -> dict[str, Any]:
    """Name the values of a list for `many`."""
    return {f"v{index}": value for index, value in enumerate(values)}


def _town(table: Table) -> Any:
    return table.c.town_id == bindparam("town_id")


PHOTO: Final = tuple(t.photo.c[name] for name in PhotoRow.__struct_fields__)
BY_LIST: Final[dict[str, tuple[str, str]]] = {
    "records": (text(select(t.record.c.body).where(_town(t.record))), "record.id"),
    "answers": (text(select(t.op.c.body).where(_town(t.op), t.op.c.device == bindparam("device"))), "op.n"),
    "stamps": (
        text(select(t.op.c.wall_ms, t.op.c.count).where(_town(t.op), t.op.c.device == bindparam("device"))),
        "op.wall_ms",
    ),
    "photos": (
        text(select(*PHOTO).where(_town(t.photo))),
        "photo.key",
    ),
    "originals": (
        text(select(t.photo.c.original).where(_town(t.photo), func.length(t.photo.c.original) > NONE)),
        "photo.original",
    ),
    "fingerprints": (
        text(
            select(t.fingerprint.c.band, t.fingerprint.c.dhash, t.fingerprint.c.key).where(
                _town(t.fingerprint)
            )
        ),
        "fingerprint.band",
    ),
    "refs": (text(select(t.photo_ref.c.key).where(_town(t.photo_ref))), "photo_ref.record"),
    "tombs": (text(select(t.tomb.c.record, t.tomb.c.erased).where(_town(t.tomb))), "tomb.record"),
    "links": (
        text(
            select(t.link.c.target, t.link.c.record).where(
                _town(t.link), t.link.c.field == bindparam("along")
            )
        ),
        "link.target",
    ),
    "since": (
        text(
            select(t.feed.c.seq, t.feed.c.record, t.record.c.body)
            .join(t.record, (t.record.c.town_id == t.feed.c.town_id) & (t.record.c.id == t.feed.c.record))
            .where(_town(t.feed), t.feed.c.seq > bindparam("after"))
        ),
        "feed.channel",
    ),
}
LANE: Final = text(select(t.lane).where(_town(t.lane)))
SEEN: Final = text(select(t.seen.c.ranges).where(_town(t.seen), t.seen.c.device == bindparam("device")))
CLAIMED: Final = text(select(t.seen.c.top).where(_town(t.seen), t.seen.c.device == bindparam("device")))
NUMBERS: Final = text(select(t.seen.c.device, t.seen.c.ranges, t.seen.c.top).where(_town(t.seen)))
MARK: Final = (
    text(select(t.op.c.hash).where(_town(t.op), t.op.c.seq <= bindparam("seq")).order_by(t.op.c.seq.desc()))
    + " LIMIT 1"
)
ABOUT: Final = text(
    select(t.op.c.seq, t.op.c.person, t.op.c.wall_ms, t.op.c.count, t.op.c.body).where(
        _town(t.op), t.op.c.record == bindparam("record")
    )
)
ERASE: Final = text(
    update(t.op)
    .where(_town(t.op), t.op.c.seq == bindparam("at"))
    .values(body=bindparam("left"), digest=bindparam("hashed"))
)
FEED_OF: Final = text(
    update(t.feed).where(_town(t.feed), t.feed.c.record == bindparam("which")).values(seq=bindparam("at"))
)
DROP_REFS: Final = text(
    delete(t.photo_ref).where(_town(t.photo_ref), t.photo_ref.c.record == bindparam("which"))
)
DROP_REFS_TO: Final = text(
    delete(t.photo_ref).where(_town(t.photo_ref), t.photo_ref.c.key == bindparam("which"))
)
DROP_PHOTO: Final = text(delete(t.photo).where(_town(t.photo), t.photo.c.key == bindparam("which")))
DROP_LINKS: Final = text(delete(t.link).where(_town(t.link), t.link.c.record == bindparam("which")))
KEPT_NAMES: Final = text(select(t.record.c.id).where(_town(t.record)))
REMOVED_NAMES: Final = text(select(t.tomb.c.record).where(_town(t.tomb)))
LOGGED_NAMES: Final = text(select(t.op.c.record).where(_town(t.op)))
NAMING: Final = text(
    select(t.record.c.body).where(
        _town(t.record),
        t.record.c.id != bindparam("self"),
        func.instr(t.record.c.body, bindparam("name")) > NONE,
    )
)
OLD_TOMBS: Final = text(
    select(t.tomb.c.record, t.tomb.c.seq)
    .where(_town(t.tomb), t.tomb.c.at_ms < bindparam("before_ms"), t.tomb.c.seq > bindparam("floor"))
    .order_by(t.tomb.c.seq)
)
DROP_RECORD: Final = text(delete(t.record).where(_town(t.record), t.record.c.id == bindparam("which")))
DROP_FEED: Final = text(delete(t.feed).where(_town(t.feed), t.feed.c.record == bindparam("which")))
RAISE: Final = text(update(t.lane).where(_town(t.lane)).values(floor=bindparam("to")))
DUE: Final = text(
    select(t.record.c.body)
    .where(_town(t.record), t.record.c.due_ms > NONE, t.record.c.due_ms <= bindparam("now_ms"))
    .order_by(t.record.c.due_ms)
)  # the caller adds its LIMIT: bound, SQLAlchemy would add an unbound OFFSET
REFERRING: Final = text(
    select(t.photo_ref.c.record).where(_town(t.photo_ref), t.photo_ref.c.key == bindparam("key"))
)
WAITING: Final = text(
    select(*PHOTO)
    .where(
        _town(t.photo),
        t.photo.c.verified_ms == NONE,
        func.length(t.photo.c.sha256) == NONE,
        tuple_(t.photo.c.announced_ms, t.photo.c.key) > tuple_(bindparam("from_ms"), bindparam("last")),
        t.photo.c.announced_ms >= bindparam("from_ms"),  # what the index knows of it
        exists().where(t.photo_ref.c.town_id == t.photo.c.town_id, t.photo_ref.c.key == t.photo.c.key),
    )
    .order_by(t.photo.c.announced_ms, t.photo.c.key)
)
VERIFIED: Final = text(
    select(*PHOTO)
    .where(_town(t.photo), t.photo.c.key > bindparam("last"), func.length(t.photo.c.sha256) > NONE)
    .order_by(t.photo.c.key)
)
_PHOTO: Final = select(*(t.photo.c[name] for name in PhotoRow.__struct_fields__)).where(_town(t.photo))
UNDEVELOPED: Final = (
    text(
        _PHOTO.where(t.photo.c.verified_ms > NONE, t.photo.c.developed_ms == NONE).order_by(
            t.photo.c.verified_ms.desc(), t.photo.c.key
        )
    )
    + " LIMIT :count"
)
EARLIER: Final = (
    text(
        _PHOTO.where(
            t.photo.c.device == bindparam("device"),
            t.photo.c.announced_ms <= bindparam("at_ms"),
            t.photo.c.key != bindparam("key"),
        ).order_by(t.photo.c.announced_ms.desc(), t.photo.c.key)
    )
    + " LIMIT :count"
)
KEY_OF: Final = text(
    select(t.device_key.c.key).where(_town(t.device_key), t.device_key.c.device == bindparam("which"))
)
CHAINED: Final = text(
    _PHOTO.where(t.photo.c.device == bindparam("which"), t.photo.c.link > NONE).order_by(
        t.photo.c.link, t.photo.c.key
    )
)
DROP_PRINTS: Final = text(
    delete(t.fingerprint).where(
        _town(t.fingerprint),
        t.fingerprint.c.band == bindparam("which"),
        t.fingerprint.c.dhash == bindparam("hash"),
        t.fingerprint.c.key == bindparam("photo"),
    )
)
TOWNS: Final = text(select(t.lane.c.town_id))
ADD_OP: Final = text(
    sqlite.insert(t.op).values(
        {each.name: bindparam(each.name) for each in t.op.columns if each.name != "digest"}
    )
)
PUT_LANE: Final = change(t.lane, "seq", "wall_ms", "count", "head")
PUT_SEEN: Final = change(t.seen, "ranges")
CLAIM: Final = claim(t.seen)
PUT_TOMB: Final = put(t.tomb)
PUT_RECORD: Final = put(t.record)
PUT_FEED: Final = put(t.feed)
PUT_PHOTO: Final = put(t.photo)
ADD_PHOTO: Final = add(t.photo)
PUT_LINK: Final = put(t.link)
ADD_REF: Final = add(t.photo_ref)
ADD_PRINT: Final = add(t.fingerprint)
ADD_KEY: Final = add(t.device_key)
