"""A backup killed at a call to the kernel, the server running: it is whole or not there, and harms none."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from tests.whole.faults.oracle import examine
from tests.whole.faults.reporter import Reporter
from tests.whole.faults.stage import CALLS, Point, Stage, Strace, points

REACHED_MIN = 0.5  # of the points: the database grows on the way

pytestmark = pytest.mark.usefixtures("strace")


class Clerk:
    """Somebody who makes backups in a place."""

    def __init__(self, stage: Stage, place: Path) -> None:
        self.stage, self.place, self.log = stage, place, place.with_name("log")
        self.whole: set[str] = set()  # names of all that were made, and proven

    def back_up(self, *faults: str) -> int:
        """Make a backup, under faults; gives its exit status."""
        tracer = Strace(self.stage.cradle.pid, self.log, *faults)
        status = self.stage.run("backup", str(self.place))
        tracer.detach()
        return status

    def points(self) -> list[Point]:
        """Make a backup undisturbed; gives the points there are."""
        assert self.back_up("-y", "-e", f"trace={','.join(CALLS)}") == 0
        return points(self.log, self.place.parent)  # where the data is too

    def killed_at(self, point: Point) -> bool:
        """Make a backup that is killed at a point; gives False if it did not come to that."""
        call, k = point
        return self.back_up("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={k}") < 0

    def made(self) -> list[str]:
        """List the backups that look whole, oldest first."""
        found = [path.parent.name for path in self.place.glob("*/manifest.json")]
        return sorted(name for name in found if not name.endswith(".partial"))

    def prove(self) -> None:
        """Check that what looks whole is, and that nothing else counts as backed up."""
        for name in self.made():
            assert self.stage.run("check", str(self.place / name)) == 0
            self.whole.add(name)
        told = json.loads((self.stage.data / "backed.json").read_bytes())
        assert told["name"] in self.whole

    def clear(self) -> None:
        """Begin in an empty place, so that each backup makes the same calls."""
        shutil.rmtree(self.place)


def test_a_backup_killed_anywhere_is_whole_or_not_there(tmp_path, settle_at, stage_at):
    phone, *_ = settle_at(tmp_path / "data")
    server = stage_at(tmp_path / "data")
    clerk = Clerk(stage_at(tmp_path / "data"), tmp_path / "backups")
    assert server.begin()
    phone.dial(server.url)
    assert phone.upload(phone.announce("red")) == "held"
    found, reached = clerk.points(), 0
    clerk.prove()
    for point in found:
        clerk.clear()
        reached += clerk.killed_at(point)
        clerk.prove()
        phone.write(2)
        assert phone.push() == "held"
        assert clerk.back_up() == 0, "over what the killed one left"
        clerk.prove()
    print(f"{reached} of {len(found)} points reached")
    assert reached > REACHED_MIN * len(found)
    server.end(signal.SIGKILL)
    examine(server.data, tmp_path / "copy", [phone])
    come_back(clerk, stage_at(tmp_path / "restored"), phone)


def come_back(clerk: Clerk, stage: Stage, phone: Reporter) -> None:
    """Restore the last backup elsewhere: all that was held when it was made is there, and nothing twice."""
    assert clerk.stage.run("restore", str(clerk.place / clerk.made()[-1]), "--to", str(stage.data)) == 0
    examine(stage.data, clerk.place.with_name("copy"), [phone])
    assert stage.begin()
    phone.dial(stage.url)
    phone.settle()
