"""The database is locked by somebody else, a tool or a curious hand: reads go on, writes come later."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from backend.adapters.sqlite import FILE
from tests.whole.faults.oracle import examine

WRITE_S = 15.0  # of patience, however many phones wait: as long as it takes to see one lock twice
READ_S = 4.0  # of patience: less than the server itself waits for a lock
READS = 5


def test_while_the_database_is_locked_reads_go_on(tmp_path, settle_at, stage_at):
    phones = settle_at(tmp_path / "data")
    stage = stage_at(tmp_path / "data")
    assert stage.begin()
    for phone in phones:
        phone.dial(stage.url)
        phone.write(2)
        assert phone.push() == "held"
    *writing, reading, idle = phones
    photo = writing[0].announce("red")
    for phone in (*writing, reading):
        phone.write(2)
    with closing(sqlite3.connect(tmp_path / "data" / FILE)) as other, ThreadPoolExecutor() as pool:
        other.execute("BEGIN EXCLUSIVE")
        for phone in phones:
            phone.dial(stage.url, WRITE_S if phone in writing else READ_S)
        waiting = [pool.submit(phone.push) for phone in writing]
        waiting.append(pool.submit(writing[0].upload, photo))
        assert [idle.pull() for _ in range(READS)] == ["held"] * READS
        assert [reading.pull() for _ in range(READS)] == ["held"] * READS, "though it has more to send"
        assert [each.result() for each in waiting] == ["busy"] * len(waiting)
    for phone in phones:
        phone.dial(stage.url)
        assert phone.push() == "held"
    assert writing[0].upload(photo) == "held"
    for phone in phones:
        phone.settle()
    stage.end()
    examine(stage.data, tmp_path / "copy", phones)
