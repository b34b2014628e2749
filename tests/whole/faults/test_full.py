"""A disk without room: the server says so, goes on telling, keeps what it holds, and goes on by itself."""

import signal

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
