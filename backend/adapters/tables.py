"""The tables, declared once with SQLAlchemy Core for SQLite and PostgreSQL alike.

Every table of a town's own data is keyed by town_id first, so that a city can shard by it.
Ids of records are 16 bytes: 8 of origin, 8 of number. Times are Unix milliseconds.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, func

metadata: Final = MetaData()

unit = Table(
    "unit",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("tier", Integer, nullable=False),
    Column("parent", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("shape", Text, nullable=False),  # JSON list of [lat_e7, lon_e7]
)
person = Table(
    "person",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("town_id", BigInteger, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
)
role_grant = Table(
    "role_grant",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("role", Text, primary_key=True),
    Column("unit", BigInteger, primary_key=True, autoincrement=False),
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("until_ms", BigInteger, nullable=False),
)
enrolment = Table(
    "enrolment",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("person", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),  # 0 while unused
)
device = Table(
    "device",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("town_id", BigInteger, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger, nullable=False),  # 0 while it may speak
    Column("heard_ms", BigInteger, nullable=False, server_default="0"),  # when it last spoke, to the minute
    Column("report", LargeBinary, nullable=False, server_default=""),  # JSON of what it last said of itself
)
lane = Table(
    "lane",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("wall_ms", BigInteger, nullable=False),  # the lane's own clock
    Column("count", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),  # hash of the log up to seq
    Column("floor", BigInteger, nullable=False, server_default="0"),  # removals before it are no longer told
)
op = Table(
    "op",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("device", LargeBinary, nullable=False),  # 8 bytes
    Column("n", BigInteger, nullable=False),
    Column("wall_ms", BigInteger, nullable=False),  # final stamp
    Column("count", Integer, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),  # JSON of (op, verdict)
    Column("hash", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, server_default=""),  # of a body that was erased, else empty
    Index("op_number", "town_id", "device", "n", unique=True),
    Index("op_stamp", "town_id", "device", "wall_ms", "count"),
)
seen = Table(
    "seen",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("device", LargeBinary, primary_key=True),
    Column("ranges", Text, nullable=False),  # JSON list of [first, last]
    Column("top", BigInteger, nullable=False, server_default="0"),  # the highest number it said it made
)
record = Table(
    "record",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("area", BigInteger, nullable=False),
    Column("author", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # JSON of sync.register.Record
)
Index("record_due", record.c.town_id, record.c.due_ms, sqlite_where=record.c.due_ms > 0,
      postgresql_where=record.c.due_ms > 0)  # fmt: skip
feed = Table(
    "feed",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", BigInteger, primary_key=True, autoincrement=False),  # unit id, or minus person id
    Column("record", LargeBinary, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the record's last change
    Index("feed_order", "town_id", "channel", "seq"),
)
tomb = Table(
    "tomb",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # when it was removed, in the lane
    Column("at_ms", BigInteger, nullable=False),
    Column("erased", Integer, nullable=False),  # 1: by law, nothing of it may be kept
    Index("tomb_age", "town_id", "at_ms"),
)
photo = Table(
    "photo",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("preview", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),  # empty until verified
    Column("media_type", Text, nullable=False),
    Column("announced_ms", BigInteger, nullable=False, server_default="0"),
    Column("device", LargeBinary, nullable=False, server_default=""),  # 8 bytes, who announced it
    Column("person", BigInteger, nullable=False, server_default="0"),
    Column("link", BigInteger, nullable=False, server_default="0"),  # in the device's chain of photos
    Column("shot", LargeBinary, nullable=False, server_default=""),  # JSON of sync.wire.Shot
    Column("partial", BigInteger, nullable=False, server_default="0"),  # bytes of an upload that broke off
    Column("overdue_ms", BigInteger, nullable=False, server_default="0"),
    Column("verified_ms", BigInteger, nullable=False, server_default="0"),
    Column("original", LargeBinary, nullable=False, server_default=""),  # SHA-256, once verified
    Column("exif", LargeBinary, nullable=False, server_default=""),  # JSON of media.metadata.Metadata
    Column("prints", LargeBinary, nullable=False, server_default=""),  # 16 bytes of perceptual hashes
    Column("flags", LargeBinary, nullable=False, server_default=""),  # JSON, for who reviews
    Column("seal", LargeBinary, nullable=False, server_default=""),  # the server's counter-signature
    Column("developed_ms", BigInteger, nullable=False, server_default="0"),
    Column("asked_ms", BigInteger, nullable=False, server_default="0"),  # for its original
    Index("photo_link", "town_id", "device", "link"),
    Index("photo_told", "town_id", "device", "announced_ms"),
)
Index("photo_waiting", photo.c.town_id, photo.c.announced_ms, sqlite_where=photo.c.verified_ms == 0,
      postgresql_where=photo.c.verified_ms == 0)  # fmt: skip
Index("photo_original", photo.c.town_id, photo.c.original, sqlite_where=func.length(photo.c.original) > 0,
      postgresql_where=func.length(photo.c.original) > 0)  # fmt: skip
_TO_DEVELOP = (photo.c.verified_ms > 0) & (photo.c.developed_ms == 0)
Index("photo_undeveloped", photo.c.town_id, photo.c.verified_ms, sqlite_where=_TO_DEVELOP,
      postgresql_where=_TO_DEVELOP)  # fmt: skip
fingerprint = Table(
    "fingerprint",  # each photo four times, by a quarter of its dHash: two that are near share one
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("band", Integer, primary_key=True, autoincrement=False),  # which quarter, and its 16 bits
    Column("dhash", BigInteger, primary_key=True, autoincrement=False),  # all 64 bits, as a signed number
    Column("key", Text, primary_key=True),
    sqlite_with_rowid=False,
)
device_key = Table(
    "device_key",  # the keys phones sign their photos with; a phone whose store was emptied has made another
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("device", LargeBinary, primary_key=True),  # 8 bytes
    Column("key", LargeBinary, nullable=False),  # 65 bytes: a point of P-256, not compressed (SEC 1)
    Column("from_ms", BigInteger, nullable=False),
)
push = Table(
    "push",  # phones that asked to be called, and where their browser can be reached
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("p256dh", LargeBinary, nullable=False),  # 65 bytes
    Column("auth", LargeBinary, nullable=False),  # 16 bytes
    Column("language", Text, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),  # when the phone last said so
    Index("push_endpoint", "endpoint", unique=True),
)
call_due = Table(
    "call_due",  # calls that are to go out; nothing in them that anybody wrote
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("record", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # JSON of backend.push.Waiting
)
call_seen = Table(
    "call_seen",  # how far a town's log was looked through for calls
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)
link = Table(
    "link",  # which record names which, by ref field: what guards look along, backwards
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("target", LargeBinary, nullable=False),  # empty since the field was cleared
    Index("link_target", "town_id", "field", "target", "record"),
    sqlite_with_rowid=False,
)
photo_ref = Table(
    "photo_ref",
    metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("record", LargeBinary, primary_key=True),
)
