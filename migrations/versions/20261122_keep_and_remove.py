"""Keep what devices say of themselves, tombstones, and hashes of what was erased.

Revision ID: 20261122
Revises: 20261121
"""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "20261122"
down_revision = "20261121"
branch_labels = None
depends_on = None


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False, server_default="")


ADDED = (
    ("device", lambda: _number("heard_ms")),
    ("device", lambda: _bytes("report")),
    ("lane", lambda: _number("floor")),
    ("seen", lambda: _number("top")),
    ("op", lambda: _bytes("digest")),
)


def upgrade() -> None:
    """Add the columns and the tombstones, and hash the log anew over rows that can be erased."""
    for table, column in ADDED:
        op.add_column(table, column())
    op.create_table(
        "tomb",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("record", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("erased", sa.Integer, nullable=False),
    )
    op.create_index("tomb_age", "tomb", ["town_id", "at_ms"])
    _hash_anew()


def _hash_anew() -> None:
    """Chain the rows anew: until here the hash ran over other bytes. Devices hear all again, once."""
    store = op.get_bind()
    rows = store.execute(
        sa.text('SELECT town_id, seq, person, wall_ms, "count", body FROM op ORDER BY town_id, seq')
    )
    heads: dict[int, bytes] = {}
    hashes = []
    for town, seq, person, wall_ms, count, body in rows:
        row = sha256(b"%d %d %d %d " % (seq, person, wall_ms, count) + bytes(body)).digest()
        heads[town] = sha256(heads.get(town, bytes(32)) + row).digest()
        hashes.append({"town": town, "seq": seq, "hash": heads[town]})
    if hashes:
        store.execute(sa.text("UPDATE op SET hash = :hash WHERE town_id = :town AND seq = :seq"), hashes)
        ends = [{"town": town, "head": head} for town, head in heads.items()]
        store.execute(sa.text("UPDATE lane SET head = :head WHERE town_id = :town"), ends)


def downgrade() -> None:
    """Drop what this migration added; the hashes stay."""
    op.drop_table("tomb")
    for table, column in ADDED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column().name)
