"""Note when somebody asked for the original of a photo.

Revision ID: 20261125
Revises: 20261124
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125"
down_revision = "20261124"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has asked yet."""
    op.add_column("photo", sa.Column("asked_ms", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("photo") as batch:
        batch.drop_column("asked_ms")
