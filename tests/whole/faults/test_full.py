"""A disk without room: the server says so, goes on telling, keeps what it holds, and goes on by itself."""

import signal

import pytest

from backend.adapters.opening import FILE
from tests.whole.faults.disk import fill
from tests.whole.faults.oracle import examine

ROOM = 400_000  # bytes: some pushes fit, and then one does not


def test_a_full_disk_is_said_and_heals_by_itself(small_disk, tmp_path, settle_at, stage_at):
    one, other, *_ = settle_at(small_disk / "data")
    stage = stage_at(small_disk / "data")
    assert stage.begin()
    for phone in (one, other):
        phone.dial(stage.url)
        phone.write(3)
        assert phone.push() == "held"
    photo = one.announce("red")
    ballast = fill(small_disk)
    for _ in range(2):
        for phone in (one, other):
            phone.write(2)
            assert phone.push() == "storage_full"
            assert phone.pull() == "held", "it can be read"
        assert one.upload(photo) == "storage_full"
    assert not [path for path in (stage.data / "photos").rglob("*") if path.is_file()], "no half of a photo"
    ballast.unlink()
    for phone in (one, other):
        assert phone.push() == "held"
    assert one.upload(photo) == "held"
    for phone in (one, other):
        phone.settle()
    stage.end()
    examine(stage.data, tmp_path / "copy", [one, other])


def test_what_was_held_when_the_room_ran_out_is_there_after_a_kill(small_disk, tmp_path, settle_at, stage_at):
    phone, *_ = settle_at(small_disk / "data")
    stage = stage_at(small_disk / "data")
    phone.dial(stage.url)
    for _ in range(3):
        assert stage.begin()
        phone.write()
        assert phone.push() == "held"
        ballast = fill(small_disk, ROOM)
        while (told := phone.push()) == "held":
            phone.write(5)
        assert told == "storage_full"
        stage.end(signal.SIGKILL)
        ballast.unlink()
        examine(stage.data, tmp_path / "copy", [phone])
    assert stage.begin()
    phone.settle()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_starts_on_a_full_disk(small_disk, tmp_path, settle_at, stage_at, end):
    one, other, *_ = settle_at(small_disk / "data")
    stage = stage_at(small_disk / "data")
    clerk = stage_at(stage.data)
    assert stage.begin()
    for phone in (one, other):
        phone.dial(stage.url)
        phone.write(3)
        assert phone.push() == "held"
    photo = one.announce("red")
    stage.end(end)
    (stage.data / f"{FILE}-shm").unlink(missing_ok=True)  # and what room there was, others took
    ballast = fill(small_disk)
    assert stage.begin(), "it starts"
    for phone in (one, other):
        phone.write(2)
        assert phone.push() == "storage_full"
        assert phone.pull() == "held", "it can be read"
        assert phone.notes.keys() - {op.record for op in phone.ops[-4:]} <= phone.records().keys()
    assert one.upload(photo) == "storage_full"
    ballast.unlink()
    for phone in (one, other):
        assert phone.push() == "held", "it goes on by itself"
    assert one.upload(photo) == "held"
    backups = tmp_path / "backups"
    assert clerk.run("backup", str(backups)) == 0, "others can read it too"
    for phone in (one, other):
        phone.settle()
    stage.end()
    examine(stage.data, tmp_path / "copy", [one, other])
