"""Create the tables.

Revision ID: 20261121
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "20261121"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create people, devices, lanes, the log, records, the feed and photos."""
    _people()
    _log()
    _records()
    _photos()


def _big(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False)


def _blob(name: str, *, key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=key, nullable=False)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _people() -> None:
    op.create_table(
        "unit", _big("town_id", key=True), _big("id", key=True), _whole("tier"), _big("parent"),
        _text("name"), _text("shape"),
    )  # fmt: skip
    op.create_table("person", _big("id", key=True), _big("town_id"), _text("name"), _text("phone"))
    op.create_index("ix_person_town_id", "person", ["town_id"])
    op.create_table(
        "role_grant", _big("person", key=True), _text("role", key=True), _big("unit", key=True),
        _big("from_ms", key=True), _big("until_ms"),
    )  # fmt: skip
    op.create_table(
        "enrolment", _blob("code_hash", key=True), _big("person"), _big("expires_ms"), _big("used_ms")
    )
    op.create_table(
        "device", sa.Column("number", sa.Integer, primary_key=True), _big("town_id"), _big("person"),
        _text("name"), sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True), _big("made_ms"),
        _big("revoked_ms"),
    )  # fmt: skip


def _log() -> None:
    op.create_table(
        "lane", _big("town_id", key=True), _big("seq"), _big("wall_ms"), _whole("count"), _blob("head")
    )
    op.create_table(
        "op", _big("town_id", key=True), _big("seq", key=True), _blob("device"), _big("n"), _big("wall_ms"),
        _whole("count"), _big("person"), _blob("record"), _blob("body"), _blob("hash"),
    )  # fmt: skip
    op.create_index("op_number", "op", ["town_id", "device", "n"], unique=True)
    op.create_index("op_stamp", "op", ["town_id", "device", "wall_ms", "count"])
    op.create_table("seen", _big("town_id", key=True), _blob("device", key=True), _text("ranges"))


def _records() -> None:
    op.create_table(
        "record", _big("town_id", key=True), _blob("id", key=True), _text("kind"), _text("state"),
        _big("area"), _big("author"), _big("due_ms"), _blob("body"),
    )  # fmt: skip
    due = sa.text("due_ms > 0")
    op.create_index("record_due", "record", ["town_id", "due_ms"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "feed", _big("town_id", key=True), _big("channel", key=True), _blob("record", key=True), _big("seq")
    )
    op.create_index("feed_order", "feed", ["town_id", "channel", "seq"])


def _photos() -> None:
    op.create_table(
        "photo", _big("town_id", key=True), _text("key", key=True), _big("size"), _blob("preview"),
        _blob("sha256"), _text("media_type"),
    )  # fmt: skip
    op.create_table("photo_ref", _big("town_id", key=True), _text("key", key=True), _blob("record", key=True))


def downgrade() -> None:
    """Drop everything this migration made."""
    for table in (
        "photo_ref", "photo", "feed", "record", "seen", "op", "lane", "device", "enrolment", "role_grant",
        "person", "unit",
    ):  # fmt: skip
        op.drop_table(table)
