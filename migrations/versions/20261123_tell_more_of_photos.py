"""Keep how a photo came to be, what became of its upload, and the keys phones sign with.

Revision ID: 20261123
Revises: 20261122
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123"
down_revision = "20261122"
branch_labels = None
depends_on = None

NUMBERS = ("announced_ms", "person", "link", "partial", "overdue_ms", "verified_ms")
BYTES = ("device", "shot", "original", "exif", "prints", "flags", "seal")
LONG_AGO_MS = 1  # of photos verified before anyone noted when


def upgrade() -> None:
    """Add the columns, the indexes and the table of keys."""
    for name in NUMBERS:
        op.add_column("photo", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    for name in BYTES:
        op.add_column("photo", sa.Column(name, sa.LargeBinary, nullable=False, server_default=""))
    photo = sa.table("photo", sa.column("sha256"), sa.column("verified_ms"))
    known = sa.func.length(photo.c.sha256) > 0
    op.get_bind().execute(sa.update(photo).where(known).values(verified_ms=LONG_AGO_MS))
    waiting = sa.text("verified_ms = 0")
    op.create_index(
        "photo_waiting", "photo", ["town_id", "announced_ms"], sqlite_where=waiting, postgresql_where=waiting
    )
    with_original = sa.text("length(original) > 0")
    op.create_index(
        "photo_original", "photo", ["town_id", "original"],
        sqlite_where=with_original, postgresql_where=with_original,
    )  # fmt: skip
    op.create_index("photo_link", "photo", ["town_id", "device", "link"])
    op.create_table(
        "device_key",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("device", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("from_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop what this migration added."""
    op.drop_table("device_key")
    op.drop_index("photo_link", "photo")
    op.drop_index("photo_original", "photo")
    op.drop_index("photo_waiting", "photo")
    for name in (*NUMBERS, *BYTES):
        with op.batch_alter_table("photo") as batch:
            batch.drop_column(name)
