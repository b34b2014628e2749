"""Find photos by what they look like, and those that are still to be developed.

Revision ID: 20261124
Revises: 20261123
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124"
down_revision = "20261123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, the indexes and the table; photos that are here are developed once more."""
    op.add_column("photo", sa.Column("developed_ms", sa.BigInteger, nullable=False, server_default="0"))
    todo = sa.text("verified_ms > 0 AND developed_ms = 0")
    op.create_index(
        "photo_undeveloped", "photo", ["town_id", "verified_ms"], sqlite_where=todo, postgresql_where=todo
    )
    op.create_index("photo_told", "photo", ["town_id", "device", "announced_ms"])
    op.create_table(
        "fingerprint",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("band", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("dhash", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop what this migration added."""
    op.drop_table("fingerprint")
    op.drop_index("photo_told", "photo")
    op.drop_index("photo_undeveloped", "photo")
    with op.batch_alter_table("photo") as batch:
        batch.drop_column("developed_ms")
