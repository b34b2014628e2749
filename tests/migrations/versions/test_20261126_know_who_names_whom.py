"""The migration that notes who names whom: of records that are there already, too."""

import sqlite3

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from backend.adapters.opening import FILE, MIGRATIONS
from backend.adapters.sql_shelf import Shelf
from sync.register import Held, Record

TOWN, DEVICE = 3, "00000001aaaaaaaa"


def record(n: int, cells: dict) -> Record:
    return Record(f"{DEVICE}.{n}", "note", 311, 7, 1, 1, "sent", Held(n, "", 0), cells, {})


def bring(root, version: str) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{root / FILE}")
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, version)
    engine.dispose()


@pytest.fixture
def old(tmp_path):
    """A database of before, with a note about a report, and one whose words look like none."""
    bring(tmp_path, "20261125")
    at = [5, 0, DEVICE]
    records = [
        record(1, {"text": [[[at, "看这条"]], []], "about": [f"{DEVICE}.9", at]}),
        record(2, {"about": [None, at], "day": [20251121, at]}),
        *(record(n, {"about": [f"{DEVICE}.1", at]}) for n in range(3, 604)),
    ]
    connection = sqlite3.connect(tmp_path / FILE)
    for each in records:
        body = {k: v for k, v in msgspec.to_builtins(each).items() if k != "refs"}
        blob = bytes.fromhex(DEVICE) + int(each.id[17:]).to_bytes(8)
        row = (TOWN, blob, each.kind, each.state, each.area, each.author, 0, msgspec.json.encode(body))
        connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.commit()
    connection.close()
    return tmp_path


def test_what_is_there_is_found_by_what_it_names(old):
    bring(old, "20261126")
    shelf = Shelf(sqlite3.connect(old / FILE), TOWN)
    (found,) = shelf.linking({"about": [f"{DEVICE}.9"]}, 10)
    assert (found.id, found.refs) == (f"{DEVICE}.1", {"about": f"{DEVICE}.9"})
    assert found.cells["text"][0][0][1] == "看这条"
    assert len(shelf.linking({"about": [f"{DEVICE}.1"]}, 1_000)) == 601  # more than one page of them
    assert shelf.records([f"{DEVICE}.2"])[f"{DEVICE}.2"].refs == {}
