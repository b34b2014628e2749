"""Keep where the phones that asked to be called can be reached.

Revision ID: 20261127
Revises: 20261126
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127"
down_revision = "20261126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nobody has asked yet."""
    op.create_table(
        "push",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("device", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("p256dh", sa.LargeBinary, nullable=False),
        sa.Column("auth", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("asked_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("push_endpoint", "push", ["endpoint"], unique=True)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("push")
