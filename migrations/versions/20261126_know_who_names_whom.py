"""Know which records name which.

Revision ID: 20261126
Revises: 20261125
"""

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261126"
down_revision = "20261125"
branch_labels = None
depends_on = None

RECORD_ID = re.compile(r"[0-9a-f]{16}\.[1-9][0-9]{0,15}")
PAGE = 500  # records held in memory at a time


def upgrade() -> None:
    """Add the table, and note what records name that are there."""
    op.create_table(
        "link",
        sa.Column("town_id", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("record", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("field", sa.Text, primary_key=True, nullable=False),
        sa.Column("target", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("link_target", "link", ["town_id", "field", "target", "record"])
    _backfill(op.get_bind())


def _backfill(bind: sa.Connection) -> None:
    """Read the references out of the cells: pages are not at hand here, and nothing else looks like an id."""
    last: tuple[int, bytes] = (-1, b"")
    page = sa.text(
        "SELECT town_id, id, body FROM record WHERE (town_id, id) > (:town, :id)"
        " ORDER BY town_id, id LIMIT :page"
    )
    while rows := bind.execute(page, {"town": last[0], "id": last[1], "page": PAGE}).fetchall():
        for town, blob, body in rows:
            record = json.loads(body)
            refs = {name: cell[0] for name, cell in record["cells"].items() if _names(cell)}
            for name, target in refs.items():
                values = {"town": town, "record": blob, "field": name, "target": _blob(target)}
                bind.execute(sa.text("INSERT INTO link VALUES (:town, :record, :field, :target)"), values)
            if refs:
                left = json.dumps(record | {"refs": refs}, ensure_ascii=False, separators=(",", ":")).encode()
                change = sa.text("UPDATE record SET body = :body WHERE town_id = :town AND id = :record")
                bind.execute(change, {"body": left, "town": town, "record": blob})
        last = rows[-1][0], rows[-1][1]


def _names(cell: Any) -> bool:
    """Tell whether a cell of rule `latest` or `first` holds a record id."""
    return len(cell) == 2 and isinstance(cell[0], str) and RECORD_ID.fullmatch(cell[0]) is not None


def _blob(record: str) -> bytes:
    return bytes.fromhex(record[:16]) + int(record[17:]).to_bytes(8)


def downgrade() -> None:
    """Drop the table."""
    op.drop_index("link_target", "link")
    op.drop_table("link")
