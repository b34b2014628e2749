"""The database is locked for a minute by somebody else, a tool or a hand: reads go on, writes come later."""

import select
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from backend.adapters.opening import FILE
from tests.whole.faults.oracle import examine
from tests.whole.faults.reporter import ANSWER_S, Reporter

LOCKED_S = 60  # by another process, which does next to nothing; so long a wait costs a test no work
LOCK = f"""
import select, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
select.select([sys.stdin], [], [], {LOCKED_S})
print("lets go", flush=True)
"""
WRITE_S = 15.0  # of patience, however many phones wait: as long as it takes to see one lock twice
READ_S = 4.0  # of patience: less than the server itself waits for a lock
PAUSE_S = 2.0  # between two looks of somebody who only reads


@contextmanager
def locked(file: Path) -> "Iterator[subprocess.Popen[str]]":
    """Lock a database from a process of its own, which says so before it lets go; gives that process."""
    other = subprocess.Popen(
        [sys.executable, "-c", LOCK, file], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == "locked\n"
        yield other
    finally:
        other.kill()
        other.communicate()


def insist(phone: Reporter, enough: Event) -> list[str]:
    """Push as a phone does by itself: again when a refusal told it to; gives the answers."""
    told = [phone.push()]
    while told[-1] != "held" and not enough.wait(phone.retry_s):
        told.append(phone.push())
    return told


def test_while_the_database_is_locked_reads_go_on_and_then_all_is_held(tmp_path, settle_at, stage_at):
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
        phone.dial(stage.url, WRITE_S if phone in writing else READ_S)
    idle.dial(stage.url, READ_S)
    enough = Event()
    with locked(tmp_path / "data" / FILE) as other, ThreadPoolExecutor() as pool:
        try:
            insisting = [pool.submit(insist, phone, enough) for phone in writing]
            uploaded = pool.submit(writing[0].upload, photo)
            reads, through = 0, [False]
            while not select.select([other.stdout], [], [], PAUSE_S)[0]:
                assert not any(through), "nothing is held meanwhile"
                assert idle.pull() == "held"
                assert reading.pull() == "held", "though it has more to send"
                reads += 1
                through = [each.done() for each in insisting]
            assert uploaded.result() == "busy"
            told = [each.result(ANSWER_S) for each in insisting]
        finally:
            enough.set()
    print(
        f"locked {LOCKED_S} s: {sum(map(len, told)) - len(told)} pushes refused, {2 * reads} pulls answered"
    )
    for each in told:
        *refused, last = each
        assert len(refused) > 1 and set(refused) == {"busy"} and last == "held", each
    for phone in phones:
        phone.dial(stage.url)
        assert phone.push() == "held"
    assert writing[0].upload(photo) == "held"
    for phone in phones:
        phone.settle()
    stage.end()
    examine(stage.data, tmp_path / "copy", phones)
