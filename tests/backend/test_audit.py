"""The audit finds every way a store can be spoilt, and nothing in one that is whole."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from backend.backup import Source, back_up
from backend.manifest import MANIFEST, faults_in, faults_of
from backend.witness import WITNESS, Mark, Witness
from sync.digest import sealed
from tests.backend.kept import BODIES, DESK, blob_of, copied, filled, run
from tests.backend.town import NOW

Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return filled(tmp_path_factory.mktemp("kept") / "data")


@pytest.fixture
def data(template, tmp_path) -> Path:
    return copied(template, tmp_path / "data")


def sql(*statements: str) -> Spoil:
    """Spoil by statements."""
    return lambda root: run(root, *statements)


def one(connection: sqlite3.Connection, statement: str) -> tuple:
    return connection.execute(statement).fetchone()


def flip_a_byte(root: Path) -> None:
    connection = sqlite3.connect(root / "qianshao.db")
    (body,) = one(connection, "SELECT body FROM op WHERE seq = 2")
    flipped = body.replace("路灯".encode(), "路燈".encode())
    assert flipped != body
    connection.execute("UPDATE op SET body = ? WHERE seq = 2", (flipped,))
    connection.commit()


def empty_without_leave(root: Path) -> None:
    """Take content out the way an erasure does, of a record that was not erased."""
    connection = sqlite3.connect(root / "qianshao.db")
    seq, person, wall_ms, count, body = one(
        connection, 'SELECT seq, person, wall_ms, "count", body FROM op WHERE seq = 2'
    )
    (op, verdict), digest = msgspec.json.decode(body), sealed(seq, person, wall_ms, count, body)
    op[5] = {}
    left = msgspec.json.encode((op, verdict))
    connection.execute("UPDATE op SET body = ?, digest = ? WHERE seq = 2", (left, digest))
    connection.commit()


def write_on_the_erased(root: Path) -> None:
    connection = sqlite3.connect(root / "qianshao.db")
    seq, body = one(connection, "SELECT seq, body FROM op WHERE length(digest) > 0")
    op, verdict = msgspec.json.decode(body)
    op[5] = {"matter": "wires"}
    connection.execute("UPDATE op SET body = ? WHERE seq = ?", (msgspec.json.encode((op, verdict)), seq))
    connection.commit()


def forget_what_it_names(root: Path) -> None:
    connection = sqlite3.connect(root / "qianshao.db")
    (blob,) = one(connection, "SELECT record FROM link")
    (body,) = one(connection, f"SELECT body FROM record WHERE id = x'{blob.hex()}'")
    left = msgspec.json.encode(msgspec.json.decode(body) | {"refs": {}})
    connection.execute("UPDATE record SET body = ? WHERE id = ?", (left, blob))
    connection.execute("DELETE FROM link")
    connection.commit()


def name_somebody(root: Path) -> None:
    """Let a record and the feed alike say that it names person 99, whom no field names."""
    connection = sqlite3.connect(root / "qianshao.db")
    (body,) = one(connection, f"SELECT body FROM record WHERE id = {RECORD_TWO}")
    told = msgspec.json.encode(msgspec.json.decode(body) | {"names": {"assignee": -99}})
    connection.execute(f"UPDATE record SET body = ? WHERE id = {RECORD_TWO}", (told,))
    connection.execute(
        f"INSERT INTO feed SELECT town_id, -99, record, seq FROM feed WHERE record = {RECORD_TWO} LIMIT 1"
    )
    connection.commit()


def put_in(state: str) -> Spoil:
    """Put a record into a state without a step that led there."""

    def spoil(root: Path) -> None:
        connection = sqlite3.connect(root / "qianshao.db")
        (body,) = one(connection, f"SELECT body FROM record WHERE id = {RECORD_TWO}")
        told = msgspec.json.encode({**msgspec.json.decode(body), "state": state})
        connection.execute(f"UPDATE record SET state = ?, body = ? WHERE id = {RECORD_TWO}", (state, told))
        connection.commit()

    return spoil


def damage_pages(root: Path) -> None:
    with (root / "qianshao.db").open("r+b") as file:
        file.seek(0, 2)
        size = file.tell()
        for at in range(4096, size, 8192):
            file.seek(at + 2096)
            file.write(b"\xa5" * 2000)  # rows lie at the end of a page


def other_bytes(root: Path) -> None:
    path = blob_of(BODIES[0], root)
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def say_it_went_further(root: Path) -> None:
    (root / WITNESS).write_bytes(msgspec.json.encode(Witness({3: Mark(10**6, "00" * 32)})))


SWAP = (
    "CREATE TEMP TABLE t AS SELECT seq, body FROM op",
    "UPDATE op SET body = (SELECT body FROM t WHERE t.seq = 3 - op.seq) WHERE seq IN (1, 2)",
)
LAST = "(SELECT max(seq) FROM op)"
RECORD_TWO = "x'00000001aaaaaaaa0000000000000002'"
INDEX = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(sql, 'due_ms > 0', 'due_ms > -1') WHERE name = 'record_due'",
    "PRAGMA writable_schema = OFF",
)
SPOILT = {
    "a byte of an entry flipped": (flip_a_byte, "log: entry 2 does not follow from the one before it"),
    "an entry dropped": (sql("DELETE FROM op WHERE seq = 3"), "log: entry 4 does not follow"),
    "two entries swapped": (sql(*SWAP), "log: entry 1 does not follow"),
    "another person": (sql("UPDATE op SET person = 8 WHERE seq = 2"), "log: entry 2 does not follow"),
    "another time": (
        sql("UPDATE op SET wall_ms = wall_ms + 1 WHERE seq = 2"),
        "log: entry 2 does not follow",
    ),
    "the tail cut off": (sql(f"DELETE FROM op WHERE seq = {LAST}"), "log: it does not end as it did"),
    "another end": (sql("UPDATE lane SET head = zeroblob(32)"), "log: it does not end as it did"),
    "an end too early": (sql("UPDATE lane SET seq = 2"), "though it is said to stand at 2"),
    "no end": (sql("DELETE FROM lane"), "nothing says where its log stands"),
    "a row filed under another record": (
        sql("UPDATE op SET record = CAST('00000001aaaaaaaa.77' AS BLOB) WHERE seq = 2"),
        "log: entry 2 is filed under another",
    ),
    "a row filed under another number": (
        sql("UPDATE op SET n = 77 WHERE seq = 2"),
        "log: entry 2 is filed under another",
    ),
    "content taken out without leave": (empty_without_leave, "the content of entry 2 is missing, though"),
    "content of the erased put back": (write_on_the_erased, "still holds what was written on"),
    "numbers noted that were never heard": (
        sql("UPDATE seen SET ranges = '[[1,10]]'"),
        "seen: the numbers noted",
    ),
    "numbers forgotten": (sql("DELETE FROM seen"), "seen: the numbers noted for device 00000001aaaaaaaa"),
    "numbers that are none": (sql("UPDATE seen SET ranges = 'all'"), "it cannot be read on"),
    "a feed row dropped": (
        sql(f"DELETE FROM feed WHERE record = {RECORD_TWO} AND channel > 0"),
        "feed: the rows of 00000001aaaaaaaa.2 are not those it implies",
    ),
    "a link dropped": (sql("DELETE FROM link"), "links: the rows of 00000001aaaaaaaa.9"),
    "a link to another record": (
        sql("UPDATE link SET target = x'00000001aaaaaaaa0000000000000002'"),
        "links: the rows of 00000001aaaaaaaa.9",
    ),
    "a link too many": (
        sql(f"INSERT INTO link VALUES (3, {RECORD_TWO}, 'same_as', {RECORD_TWO})"),
        "links: the rows of 00000001aaaaaaaa.2",
    ),
    "a link of a record that never was": (
        sql("INSERT INTO link VALUES (3, x'00000001aaaaaaaa000000000000004d', 'same_as', x'')"),
        "records: 00000001aaaaaaaa.77 is missing",
    ),
    "links and record alike forgotten": (forget_what_it_names, "names other records than is noted of it"),
    "a record told to somebody else": (name_somebody, "is not told to those whom it names"),
    "a feed row moved": (sql(f"UPDATE feed SET seq = 1 WHERE record = {RECORD_TWO}"), "feed: the rows of"),
    "a feed row too many": (sql(f"INSERT INTO feed VALUES (3, 999, {RECORD_TWO}, 2)"), "feed: the rows of"),
    "a record dropped": (
        sql(f"DELETE FROM record WHERE id = {RECORD_TWO}"),
        "records: 00000001aaaaaaaa.2 is missing, though the feed",
    ),
    "a record dropped with all that names it": (
        sql(f"DELETE FROM record WHERE id = {RECORD_TWO}", f"DELETE FROM feed WHERE record = {RECORD_TWO}"),
        "records: 00000001aaaaaaaa.2 is missing, which entry 2 made",
    ),
    "a record that cannot be read": (
        sql(f"UPDATE record SET body = '{{' WHERE id = {RECORD_TWO}"),
        "records: 00000001aaaaaaaa.2 cannot be read",
    ),
    "a record filed under another state": (
        sql(f"UPDATE record SET state = 'x' WHERE id = {RECORD_TWO}"),
        "records: 00000001aaaaaaaa.2 is filed otherwise",
    ),
    "a case in a state its page does not have": (
        put_in("moon"),
        "cases: 00000001aaaaaaaa.2 stands in moon, which its page does not have",
    ),
    "a case that nobody has": (
        put_in("center_handling"),
        "cases: 00000001aaaaaaaa.2 is center_handling, and nobody has it",
    ),
    "a case that is due at no time": (
        put_in("unchecked"),
        "cases: 00000001aaaaaaaa.2 is unchecked, and not due at any time",
    ),
    "a tombstone lost": (sql("DELETE FROM tomb WHERE erased = 0"), "is removed, but not since when"),
    "a tombstone of a record that is there": (
        sql(f"INSERT INTO tomb VALUES (3, {RECORD_TWO}, 1, 1, 0)"),
        "is there, though it was removed",
    ),
    "a tombstone from the future": (sql("UPDATE tomb SET seq = 999"), "removed beyond the end of the log"),
    "an index that lacks rows": (sql(*INDEX), "database: "),
    "pages overwritten": (damage_pages, "it cannot be read on"),
    "other tables": (sql("UPDATE alembic_version SET version_num = '20200101'"), "its tables are of version"),
    "a photo with other bytes": (other_bytes, "is damaged"),
    "a photo missing": (lambda root: blob_of(BODIES[1], root).unlink(), "is missing: there is no file"),
    "a photo under another's name": (
        sql("UPDATE photo SET sha256 = (SELECT max(sha256) FROM photo)"),
        "which is another photo",
    ),
    "a photo nothing leads to": (sql("DELETE FROM photo_ref"), "nothing leads from a photo of"),
    "a log older than the witness": (say_it_went_further, "the log is not the one this server last said"),
}


def test_what_is_whole_has_no_faults(data):
    assert list(faults_in(DESK, data)) == []


@pytest.mark.parametrize(("spoil", "wanted"), SPOILT.values(), ids=SPOILT)
def test_what_is_spoilt_is_found(data, spoil, wanted):
    spoil(data)
    faults = list(faults_in(DESK, data))
    assert any(wanted in fault for fault in faults), faults
    assert all("\n" not in fault for fault in faults), "one plain line each"


def test_a_backup_of_a_case_that_nobody_has_is_as_good_as_any(data, tmp_path):
    put_in("center_handling")(data)
    made = back_up(DESK, Source(data, data / "kinds"), tmp_path / "backups", NOW)
    assert list(faults_of(DESK, made.path)) == []


def test_one_fault_in_the_log_is_one_line(data):
    flip_a_byte(data)
    assert len(list(faults_in(DESK, data))) == 1, "what follows is held against what is stored"


@pytest.mark.parametrize("name", ["qianshao.db", "kinds/call.toml", MANIFEST])
def test_a_backup_with_a_changed_file_is_found(data, tmp_path, name):
    backup = back_up(DESK, Source(data, data / "kinds"), tmp_path / "place", NOW).path
    assert list(faults_of(DESK, backup)) == []
    content = (backup / name).read_bytes()
    changed = content.replace(b'"seq": ', b'"seq": 1') if name == MANIFEST else content + b"\n"
    (backup / name).write_bytes(changed)
    assert list(faults_of(DESK, backup))


def test_a_quick_look_leaves_the_bytes_of_photos_alone(data):
    other_bytes(data)
    assert list(faults_in(DESK, data, fast=True)) == []
    blob_of(BODIES[1], data).unlink()
    assert list(faults_in(DESK, data, fast=True))
