"""Keep the calls that are to go out, and how far a town was looked through for them.

Revision ID: 20261128
Revises: 20261127
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128"
down_revision = "20261127"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; nothing waits yet."""
    op.create_table(
        "call_due",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("device", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("record", sa.Text, primary_key=True, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "call_seen",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("call_seen")
    op.drop_table("call_due")
